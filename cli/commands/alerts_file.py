"""`paceline alerts`: what a configuration of alerts means, before it is in force, and after."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alerts.configuration.tree import Configuration, parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from alerts.quiet.mute import Quiet, RouteTimes
from alerts.routing.rules import group_of, match_routes
from cli.access import call, make_token
from cli.errors import CommandError, Exit
from cli.stack.state import require_run
from shared.durations import duration_text


def read_file(file: Path) -> Configuration:
    """The file as the service would read it with the variables of this shell.

    Raises CommandError: exit 1 with file, line and remedy for what it would refuse.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}", Exit.USAGE) from error
    try:
        return parse_configuration(file.stem, file.name, text, os.environ)
    except ConfigError as error:
        raise CommandError(str(error), Exit.CHECK_FAILED) from error


def counts_of(configuration: Configuration) -> dict[str, int]:
    """How many receivers, channels and routes it has."""
    receivers = configuration.receivers.values()
    return {
        "receivers": len(configuration.receivers),
        "channels": sum(len(one.channels) for one in receivers),
        "routes": sum(1 for _ in configuration.route.walk()),
    }


def labels_of(texts: Iterable[str]) -> dict[str, str]:
    """`label=value` texts as labels. Raises CommandError (exit 2)."""
    labels: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise CommandError(f"{text!r} is no label such as campaign=d11", Exit.USAGE)
        labels[name] = value
    return labels


def who_hears(configuration: Configuration, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Of each route that takes an alert with these labels: who gets it, grouped by what, when, and
    whether the route is silent now."""
    now = datetime.now(UTC)
    quiet = Quiet(now, times=configuration.times)
    found = []
    for route in match_routes(configuration.route, labels):
        group = group_of(route, labels, now)
        receiver = configuration.receivers[group.receiver]
        times = RouteTimes(route.active_times, (*route.mute_times, *receiver.mute_times))
        found.append(
            {
                "receiver": receiver.name,
                "channels": [one.name for one in receiver.channels],
                "group": group.labels,
                "group_wait": duration_text(route.group_wait),
                "digest": route.digest and route.digest.written,
                "escalation": route.escalation,
                "silent_by": list(quiet.muted_by(times)),
            }
        )
    return found


def line_of(heard: Mapping[str, Any]) -> str:
    """As one reads it."""
    channels = ", ".join(heard["channels"]) or "nobody: it has no channel"
    group = ", ".join(f"{name}={value}" for name, value in heard["group"].items()) or "all as one"
    silent = f"; silent now by {', '.join(heard['silent_by'])}" if heard["silent_by"] else ""
    then = f"; if nobody takes it: {heard['escalation']}" if heard["escalation"] else ""
    when = f"{_when(heard)}{silent}{then}"
    return f"receiver={heard['receiver']} to {channels}; group {group}; {when}"


def _when(heard: Mapping[str, Any]) -> str:
    digest = heard["digest"]
    if digest is None:
        return f"after {heard['group_wait']}"
    on = digest["weekdays"] or digest["days_of_month"]
    days = f" ({', '.join(on)})" if on else ""
    return f"at {', '.join(digest['times'])}{days} {digest['location']}"


def send_trial(state: Path, receiver: str, *, subject: str, workspace: str) -> Any:
    """Sends a test message to a receiver of what runs; the answer. Raises CommandError."""
    token = make_token(
        state, roles=["operator"], subject=subject, workspace=workspace, lifetime_s=60
    )
    url = f"{require_run(state).urls['alerts']}/v1/receivers/{quote(receiver, '')}/test"
    return call("POST", url, token=token, timeout_s=120)


def result_line(result: Mapping[str, Any]) -> str:
    """What one provider said."""
    said = f"{result['provider_code']} {result['provider_message']}".strip()
    return f"{result['class']} {result['name']}: {said}"
