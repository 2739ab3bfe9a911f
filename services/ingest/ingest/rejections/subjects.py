"""What a refused event states, so that it is recognised when it is stated again. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ingest.faults import FaultError
from ingest.periods import PANE_S, pane_bounds, period_bounds
from ingest.wire import MetricsWire, SpendWire, Wire
from shared.events import MetricsData, SpendData
from shared.keys import fact_key, pairs_text, subject_text

KINDS = ("paceline.spend.v1", "paceline.metrics.v1")
SUBJECT_LENGTH_MAX = 4_000
"""An event that could be accepted has a shorter one: what is longer is no name to wait for, and
would be as large as its request."""
UNKNOWN_PERIOD = timedelta(days=1)
"""Before its refusal: where an event that states no readable time may have belonged."""


def subject_of(event: Mapping[str, Any]) -> str | None:
    """What a spend or metrics event states, as one text: the fact of a snapshot, else the id.

    None for what is neither, or says too little to be recognised when it comes again, or more than
    any event may.
    """
    text = _subject_text(event)
    return None if text is None or len(text) > SUBJECT_LENGTH_MAX else text


def _subject_text(event: Mapping[str, Any]) -> str | None:
    if event.get("type") not in KINDS:
        return None
    kind = "s" if event["type"] == KINDS[0] else "m"
    data = event.get("data")
    if isinstance(data, dict) and data.get("mode") == "snapshot":
        texts = [data.get(name) for name in ("report", "period")]
        pairs = [data.get(name) or {} for name in ("entity", "dims")]
        names = [data.get(name) for name in ("campaign", "line")]
        if all(isinstance(text, str) for text in texts) and all(map(_is_pairs, pairs)):
            own = [name if isinstance(name, str) else None for name in names]
            subject = subject_text(pairs[0], *own)
            return f"{kind}/{texts[0]}/{fact_key(str(texts[1]), subject, pairs_text(pairs[1]))}"
    event_id = event.get("id")
    return f"{kind}#{event_id}" if isinstance(event_id, str) and event_id else None


def subject_of_read(event: Wire) -> str | None:
    """`subject_of` for an event that was accepted. Asked for each event of a source with something
    open, so it is not made a document first."""
    data: SpendData | MetricsData
    if type(event) is SpendWire:
        kind, data = "s", event.data
    elif type(event) is MetricsWire:
        kind, data = "m", event.data
    else:
        return None
    if data.mode != "snapshot":
        return f"{kind}#{event.id}"
    subject = subject_text(data.entity, data.campaign, data.line)
    return f"{kind}/{data.report}/{fact_key(str(data.period), subject, pairs_text(data.dims))}"


def _is_pairs(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def period_start_of(event: Mapping[str, Any], time_zone: str, rejected_at: datetime) -> datetime:
    """The start of the period an event states, as far as that can be read."""
    data = event.get("data")
    try:
        if isinstance(data, dict):
            if isinstance(stamped := data.get("period_start"), str):
                return msgspec.convert(stamped, datetime).astimezone(UTC)
            if isinstance(period := data.get("period"), str):
                return period_bounds(period, time_zone)[0]
        told = msgspec.convert(event.get("time"), datetime)
        if told.tzinfo is not None and told <= rejected_at:
            return pane_bounds(int(told.timestamp()) // PANE_S * PANE_S)[0]
    except (FaultError, msgspec.ValidationError, ValueError, OverflowError, OSError):
        pass
    return rejected_at - UNKNOWN_PERIOD


def read_event(event: Any) -> dict[str, Any] | None:
    """A refused event as a document, whatever form it has; None when it is none."""
    try:
        if isinstance(event, bytes | bytearray | memoryview | msgspec.Raw):
            event = msgspec.json.decode(bytes(event))
        elif isinstance(event, msgspec.Struct):
            event = msgspec.to_builtins(event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
