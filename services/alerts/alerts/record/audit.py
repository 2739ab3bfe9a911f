"""The notification item of contracts.md section 5, for GET and for notifications.v1.

One record per decision and one per attempt. The text of a message that carries several alerts is
in the record of the first of them only: a storm would repeat each message for each of its alerts.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from alerts.incoming.signal import Signal
from alerts.record.rows import DeliveryRow, NotificationRecord, NotificationRow
from alerts.record.states import UNSENT
from alerts.response.links import without_links
from shared.events import NOTIFICATIONS_TOPIC
from shared.events.notifications import Body, Explain, Notification
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


def item(row: NotificationRecord, *, with_text: bool = True) -> Notification:
    """A notification as people and notifications.v1 read it, with no secrets in it. A text that
    also speaks of what is out of reach is not shown, nor what a provider said of it: it may quote
    it."""
    state = row.delivery_state or row.state
    body = None
    if with_text and row.in_reach and row.title is not None and row.body is not None:
        body = Body(title=row.title, text=without_links(row.body))
    attempts = row.attempts or []
    if not row.in_reach:
        attempts = [replace(attempt, provider_message="") for attempt in attempts]
    return msgspec.convert(
        {
            **msgspec.structs.asdict(row),
            "notification": str(row.notification),
            "alert": str(row.alert),
            "state": state,
            "next_attempt_at": row.next_attempt_at if state in UNSENT else None,
            "possible_duplicate": bool(row.possible_duplicate),
            "attempts": attempts,
            "body": body,
            "muted_by": row.mute.by if row.mute else (),
        },
        Notification,
    )


def decision_records(
    rows: Sequence[tuple[int, NotificationRow]], messages: Mapping[str, DeliveryRow]
) -> list[OutboxRow]:
    """What was decided, at the moment it was decided: pending, or withheld with its reason.
    `rows` with the ids they got, `messages` by delivery."""
    records = []
    for number, row in rows:
        carried: dict[str, Any] = {}
        if row.delivery is not None:
            message = messages[row.delivery]
            carried = {"delivery_state": "pending", "title": message.title, "body": message.body}
        fields = {**row._asdict(), "notification": number, **carried}
        records.append(msgspec.convert(fields, NotificationRecord))
    return [_record(row, "decided", row.decided_at, first) for row, first in _firsts(records)]


def attempt_records(
    rows: Sequence[NotificationRecord], claim: int, at: datetime
) -> list[OutboxRow]:
    """The items of one delivery after its attempt number `claim`."""
    return [_record(row, f"attempt-{claim}", at, first) for row, first in _firsts(rows)]


def _firsts(rows: Sequence[NotificationRecord]) -> Iterator[tuple[NotificationRecord, bool]]:
    """Each row, and whether it is the first of its delivery."""
    seen: set[str | None] = set()
    for row in rows:
        yield row, row.delivery not in seen
        seen.add(row.delivery)


def _record(row: NotificationRecord, what: str, at: datetime, with_text: bool) -> OutboxRow:
    value = envelope(
        NOTIFICATIONS_TOPIC,
        item(row, with_text=with_text),
        event_id=f"{row.notification}/{what}",
        service=SERVICE,
        workspace=row.workspace,
        time=at,
    )
    return OutboxRow(NOTIFICATIONS_TOPIC, f"{row.workspace}|{row.fingerprint}", value)
