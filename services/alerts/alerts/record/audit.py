"""The notification item of contracts.md section 5, for GET and for notifications.v1.

One record per decision and one per attempt. The text of a message that carries several alerts is
in the record of the first of them only: a storm would repeat each message for each of its alerts.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from alerts.incoming.signal import Signal
from alerts.record.rows import DeliveryRow, NotificationRow
from alerts.record.states import UNSENT
from shared.events import NOTIFICATIONS_TOPIC
from shared.events.notifications import Attempt, Body, Explain, Notification
from shared.kafka.outbox import OutboxRow, envelope

SERVICE = "alerts"


def explain(signal: Signal) -> Explain:
    """Which rule version, window, value and limit made this; how complete the data was."""
    figures = signal.data
    return Explain(
        rule=signal.origin.rule,
        rule_version=signal.origin.rule_version,
        kpi=figures.kpi,
        window=figures.window,
        value=figures.value,
        threshold=figures.threshold,
        op=figures.op,
        crossed=figures.crossed,
        numbers=figures.numbers,
        plan_version=figures.plan_version,
        complete_through=figures.complete_through,
        breach=signal.id,
        event_time=signal.event_time,
        figures_at=signal.as_of,
    )


def item(row: Mapping[str, Any], *, with_text: bool = True) -> Notification:
    """A joined row of notifications and deliveries → the public item (no secrets in it)."""
    state = row["delivery_state"] or row["state"]
    body = None
    if with_text and row["delivery"] is not None:
        body = Body(title=row["title"], text=row["body"])
    return Notification(
        notification=str(row["notification"]),
        delivery=row["delivery"],
        alert=str(row["alert"]),
        fingerprint=row["fingerprint"],
        episode=row["episode"],
        seq=row["seq"],
        campaign=row["campaign"],
        receiver=row["receiver"],
        channel=row["channel"],
        reason=row["reason"],
        transition=row["transition"],
        severity=row["severity"],
        state=state,
        decided_at=row["decided_at"],
        delivered_at=row["delivered_at"],
        next_attempt_at=row["next_attempt_at"] if state in UNSENT else None,
        possible_duplicate=bool(row["possible_duplicate"]),
        locale=row["locale"],
        attempts=msgspec.convert(row["attempts"] or [], list[Attempt]),
        body=body,
        labels=row["labels"],
        explain=msgspec.convert(row["explain"], Explain),
    )


def decision_records(
    rows: Sequence[tuple[int, NotificationRow]], messages: Mapping[str, DeliveryRow]
) -> list[OutboxRow]:
    """What was decided, at the moment it was decided: pending, or withheld with its reason.
    `rows` with the ids they got, `messages` by delivery."""
    joined = []
    for number, row in rows:
        message = messages.get(row.delivery or "")
        joined.append(
            {
                **row._asdict(),
                "notification": number,
                "delivery_state": "pending" if message else None,
                "delivered_at": None,
                "next_attempt_at": None,
                "possible_duplicate": False,
                "attempts": [],
                "title": message.title if message else None,
                "body": message.body if message else None,
            }
        )
    return [_record(row, "decided", row["decided_at"], first) for row, first in _firsts(joined)]


def attempt_records(rows: Sequence[Mapping[str, Any]], claim: int, at: datetime) -> list[OutboxRow]:
    """The items of one delivery after its attempt number `claim`."""
    return [_record(row, f"attempt-{claim}", at, first) for row, first in _firsts(rows)]


def _firsts(
    rows: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Each row, and whether it is the first of its delivery."""
    seen: set[str] = set()
    for row in rows:
        yield row, row["delivery"] not in seen
        seen.add(row["delivery"])


def _record(row: Mapping[str, Any], what: str, at: datetime, with_text: bool) -> OutboxRow:
    workspace = row["workspace"]
    value = envelope(
        NOTIFICATIONS_TOPIC,
        item(row, with_text=with_text),
        event_id=f"{row['notification']}/{what}",
        service=SERVICE,
        workspace=workspace,
        time=at,
    )
    return OutboxRow(NOTIFICATIONS_TOPIC, f"{workspace}|{row['fingerprint']}", value)
