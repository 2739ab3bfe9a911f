"""What is set aside goes to rejected.v1, with what was wrong and where it stands in Kafka."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from shared import metrics
from shared.database.pool import Conn
from shared.events import ENCODER, REJECTED_TOPIC, Rejected
from shared.kafka import outbox
from shared.kafka.brake import SetAside
from shared.kafka.consumer import Received
from shared.kafka.outbox import OutboxRow
from shared.names import is_name

EVENT_TEXT_MAX = 16_384
"""Bytes of a set-aside event kept with its rejection."""
LABEL_MAX = 256
"""Characters kept of the source and id of a set-aside event: as many as a valid one has."""
DETAIL_MAX = 500
EVENT_BRACKETS_MAX = 200
"""More of them are kept as text: readers of rejected.v1 walk through the event by recursion."""
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


async def add(
    conn: Conn, schema: str, service: str, refused: Sequence[SetAside], now: datetime
) -> None:
    """Writes what a poll set aside into the outbox, under the names the records themselves state,
    as far as they can be read."""
    rows = [_row(service, one, now) for one in refused]
    await outbox.add(conn, schema, rows)


def _row(service: str, refused: SetAside, now: datetime) -> OutboxRow:
    value = refused.received.value
    try:
        event = msgspec.json.decode(value)
    except _NOT_JSON:
        event = None
    named = event if isinstance(event, dict) else {}
    return rejected_row(
        service=service,
        code=refused.code,
        detail=refused.detail,
        received=refused.received,
        workspace=named.get("workspace"),
        source=named.get("source"),
        event_id=named.get("id"),
        event=value,
        time=now,
    )


def rejected_row(
    *,
    service: str,
    code: str,
    detail: str,
    received: Received | None,
    workspace: object,
    source: object,
    event_id: object,
    event: Any,
    time: datetime,
) -> OutboxRow:
    """A row for rejected.v1: what was set aside, why, and where it stands in Kafka.

    `event` may be raw bytes; text that is no JSON is kept as text, shortened. The names may be
    anything that stood in a broken event: what is no such name is left out or shortened.
    """
    metrics.REJECTED.labels(code).inc()
    named = workspace if isinstance(workspace, str) and is_name(workspace) else None
    label, event_id = _label(source), _label(event_id)
    where = f"{received.topic}/{received.partition}/{received.offset}" if received else uuid4().hex
    rejected = Rejected(
        code=code,
        detail=detail[:DETAIL_MAX],
        topic=received.topic if received else None,
        partition=received.partition if received else None,
        offset=received.offset if received else None,
        workspace=named,
        source=label,
        id=event_id,
        event=_shorten(event),
    )
    value = outbox.envelope(
        REJECTED_TOPIC,
        rejected,
        event_id=f"{service}/{where}/{code}",
        service=service,
        workspace=named or "default",
        time=time,
    )
    return OutboxRow(REJECTED_TOPIC, f"{named or ''}|{label or ''}", value)


def _label(value: object) -> str | None:
    """A name that was set aside, whatever it is, as text that can be stored and sent."""
    return value[:LABEL_MAX].replace("\0", "\ufffd") if isinstance(value, str) else None


def _shorten(event: Any) -> Any:
    raw = event if isinstance(event, bytes) else ENCODER.encode(event)
    if len(raw) > EVENT_TEXT_MAX:
        return raw[:EVENT_TEXT_MAX].decode("utf-8", "replace")
    if raw.count(b"{") + raw.count(b"[") > EVENT_BRACKETS_MAX:
        return raw.decode("utf-8", "replace")
    try:
        return msgspec.json.decode(raw)
    except _NOT_JSON:
        return raw.decode("utf-8", "replace")
