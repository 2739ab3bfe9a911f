"""An alert of another sender as signals: one that it began, one that it is over. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, cast, get_args

from alerts.alertmanager.intake.activity import ActiveRange
from alerts.incoming.signal import Origin, Severity, Signal

Reason = Literal["reported", "ended_by_sender", "end_reached", "timed_out"]
KIND = "alert"
DEFAULT_SEVERITY: Severity = "warning"
"""Of an alert whose own is none of ours; no label says it."""
FIRST, LAST = 1, 2
"""`seq` of the two."""


class AlertStatement(NamedTuple):
    """What is said of one episode; `signals` is the id of its signals."""

    signals: str
    labels: dict[str, str]
    annotations: Mapping[str, str]
    link: str
    activity: ActiveRange


def severity_of(labels: Mapping[str, str]) -> Severity:
    """What its label says, where that is one of ours."""
    said = labels.get("severity", "")
    return cast(Severity, said) if said in get_args(Severity) else DEFAULT_SEVERITY


def signal_of(statement: AlertStatement, reason: Reason, now: datetime) -> Signal:
    """The first signal of what is `reported`, for any other reason the last."""
    name, labels, annotations, link, activity = statement
    is_first = reason == "reported"
    return Signal(
        id=name,
        seq=FIRST if is_first else LAST,
        transition="firing" if is_first else "resolved",
        reason=reason,
        severity=severity_of(labels),
        labels=labels,
        annotations=dict(annotations),
        group={},
        names={},
        event_time=activity.starts_at if is_first else activity.ends_at,
        decided_at=now,
        since=activity.starts_at,
        link=link,
        origin=Origin(kind=KIND, rule=labels.get("alertname", "")),
    )
