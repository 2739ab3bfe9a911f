"""Which receivers an alert goes to, and in which group it is told (alerting.md 2.2).

Identity is the labels without severity: a change of level is the same alert (2.1). Routing sees
the severity too, so a critical level can reach more people than a warning.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

from alerts.configuration.matchers import Matcher
from alerts.configuration.oncall.schedules import on_call
from alerts.configuration.tree import ALL_LABELS, Route
from alerts.incoming.reading import KEY_BYTES_MAX

KEY_CHARACTERS_SHOWN = 200


class GroupReference(NamedTuple):
    """The group an alert belongs to; the receiver is part of its identity, so that alerts
    announced to one receiver stay with it when a route is pointed elsewhere."""

    key: str
    receiver: str
    labels: dict[str, str]
    route: Route


def fingerprint(labels: Mapping[str, str]) -> str:
    """16 hex digits over the sorted labels."""
    text = msgspec.json.encode(sorted(labels.items()))
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def match_routes(route: Route, labels: Mapping[str, str]) -> list[Route]:
    """The deepest matching routes, in the file's order.

    The first matching child takes the alert unless it says `continue`; a node none of whose
    children match takes it itself.
    """
    if not _all_match(route.matchers, labels):
        return []
    found: list[Route] = []
    for child in route.routes:
        matched = match_routes(child, labels)
        found.extend(matched)
        if matched and not child.proceed:
            break
    return found or [route]


def group_of(
    route: Route, labels: Mapping[str, str], now: datetime, *, changes_level: bool = True
) -> GroupReference:
    """`{}/{team="search"}:{campaign="d11", line="L03"}` for who hears by `route` now. The severity
    of a breach changes while it is open, and its group must not change with it."""
    names = _all_names(labels) if route.group_by == (ALL_LABELS,) else sorted(route.group_by)
    left_out = "severity" if changes_level else None
    chosen = {name: labels[name] for name in names if name in labels and name != left_out}
    is_short = sum(map(len, chosen.values())) <= KEY_BYTES_MAX
    text = (_text if is_short else _text.__wrapped__)(tuple(chosen.items()))
    if len(text.encode()) > KEY_BYTES_MAX:
        # The key is indexed; what makes it unique stays, what a person reads of it is cut.
        text = f"{text[:KEY_CHARACTERS_SHOWN]}… {fingerprint(chosen)}"
    return GroupReference(f"{route.key}:{{{text}}}", receiver_of(route, labels, now), chosen, route)


def receiver_of(route: Route, labels: Mapping[str, str], now: datetime) -> str:
    """Who gets an alert of this route: its owner, if the route asks for that and knows them, or who
    is on call."""
    owner = labels.get("owner", "")
    if owner in route.owners:
        return owner
    called = on_call(route.schedule, now) if route.schedule else None
    return called or route.receiver


@lru_cache(maxsize=10_000)
def _text(labels: tuple[tuple[str, str], ...]) -> str:
    """As people read it; thousands of alerts are in one group."""
    return ", ".join(str(Matcher(name, "=", value)) for name, value in labels)


def _all_names(labels: Mapping[str, str]) -> list[str]:
    """`alertname` repeats the rule of a breach."""
    repeated = labels.get("alertname") == labels.get("rule")
    return sorted(name for name in labels if not (repeated and name == "alertname"))


def _all_match(matchers: tuple[Matcher, ...], labels: Mapping[str, str]) -> bool:
    return all(matcher.matches(labels) for matcher in matchers)
