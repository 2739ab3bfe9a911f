"""What `paceline ack`, `snooze` and `alerts list` ask of the alerts service."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cli.access import call, make_token
from cli.stack.state import require_run

PAGE = 500
BY_LINK = "by link: "


def answer(
    state: Path, alert: int, verb: str, body: dict[str, Any], *, subject: str, workspace: str
) -> Any:
    """How the alert stands after it, as the API shows it. Raises CommandError."""
    token = _token(state, "operator", subject, workspace)
    return call("POST", f"{_url(state)}/{alert}/{verb}", token=token, body=body)


def find_open(state: Path, *, workspace: str) -> list[Any]:
    """All that are open. Raises CommandError."""
    token = _token(state, "viewer", "paceline-cli", workspace)
    wanted: dict[str, Any] = {"limit": PAGE, "open": "true"}
    found: list[Any] = []
    while True:
        page = call("GET", f"{_url(state)}?{urlencode(wanted)}", token=token)
        found += page["items"]
        if page["next"] is None:
            return found
        wanted["cursor"] = page["next"]


def line_of(alert: Any) -> str:
    """As one reads it: id, level, labels, since when, and who has it."""
    labels = ", ".join(f"{name}={value}" for name, value in sorted(alert["labels"].items()))
    said = [
        f"{word} {_person(alert[name])}"
        for word, name in (
            ("acknowledged by", "acknowledged_by"),
            ("closed by", "closed_by"),
            ("snoozed until", "snoozed_until"),
            ("assigned to", "assignee"),
        )
        if alert[name]
    ]
    ending = f" ({', '.join(said)})" if said else ""
    return f"{alert['alert']} {alert['severity']} {labels} since {alert['starts_at']}{ending}"


def _person(text: str) -> str:
    """Of who followed the link of a message nobody has checked the name."""
    name = text.removeprefix(BY_LINK)
    return text if name == text else f"{name} (by link)"


def _url(state: Path) -> str:
    return f"{require_run(state).urls['alerts']}/v1/alerts"


def _token(state: Path, role: str, subject: str, workspace: str) -> str:
    return make_token(state, roles=[role], subject=subject, workspace=workspace, lifetime_s=60)
