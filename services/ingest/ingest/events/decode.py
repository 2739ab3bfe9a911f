"""A whole request body → typed events, in one pass; item by item only when something is wrong."""

import enum
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from ingest.faults import FaultError, fault_of
from ingest.rejections.rejection import Rejection
from ingest.wire import LINE_ENCODER, LIST_DECODER, ONE_DECODER, RAW_LIST_DECODER, Wire
from shared.bodies.words import words_of_error
from shared.errors import TooLargeError, UnparseableError
from shared.http.json_keys import json_fault, keeps_all_keys


class Shape(enum.Enum):
    """What the media type promises (CloudEvents 1.0, HTTP binding)."""

    ONE = "application/cloudevents+json"
    BATCH = "application/cloudevents-batch+json"
    EITHER = "application/json"


class Decoded(NamedTuple):
    """Typed events, the place of each in the request, those that could not be read, and each
    event as JSON again (`lines_of`)."""

    events: Sequence[Wire]
    places: Sequence[int]
    rejected: list[Rejection]
    lines: Sequence[bytes]


class _Label(msgspec.Struct):
    id: Any = None
    source: Any = None


_LABEL_DECODER = msgspec.json.Decoder(_Label)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode(body: bytes, shape: Shape, events_max: int) -> Decoded:
    """One event or an array of them.

    Raises UnparseableError `unparseable` when the body is no JSON or not of the promised shape,
    TooLargeError `too_large` above `events_max`.
    """
    many = body.lstrip()[:1] == b"["
    if (many and shape is Shape.ONE) or (not many and shape is Shape.BATCH):
        raise UnparseableError("unparseable", f"{shape.value} has another shape than the body")
    try:
        return _decode_many(body, events_max) if many else _decode_one(body)
    except _UNREADABLE as error:
        raise UnparseableError(
            "unparseable", f"the body {words_of_error(str(error))}"[:300]
        ) from error


def _decode_many(body: bytes, events_max: int) -> Decoded:
    try:
        events = LIST_DECODER.decode(body)
    except msgspec.ValidationError:
        return _decode_each(body, events_max)
    _check_count(len(events), events_max)
    lines = lines_of(events)
    if not keeps_all_keys(body, b"".join(lines)) and json_fault(body) is not None:
        return _decode_each(body, events_max)
    return Decoded(events, range(len(events)), [], lines)


def _decode_one(body: bytes) -> Decoded:
    try:
        event, line = _decode_event(body)
        return Decoded([event], [0], [], [line])
    except FaultError as fault:
        return Decoded([], [], [_reject(0, body, fault)], [])
    except msgspec.ValidationError as error:
        # The type is judged before the rest of the text is read: `1 x` is no JSON all the same.
        msgspec.json.decode(body, type=msgspec.Raw)
        body.decode()
        return Decoded([], [], [_reject(0, body, fault_of(error))], [])


def _decode_each(body: bytes, events_max: int) -> Decoded:
    raws = RAW_LIST_DECODER.decode(body)
    body.decode()  # Bytes that are no text are looked at only where a value is wanted.
    _check_count(len(raws), events_max)
    events: list[Wire] = []
    lines: list[bytes] = []
    places: list[int] = []
    rejected: list[Rejection] = []
    for index, raw in enumerate(raws):
        try:
            event, line = _decode_event(bytes(raw))
        except FaultError as fault:
            rejected.append(_reject(index, bytes(raw), fault))
        except msgspec.ValidationError as error:
            rejected.append(_reject(index, bytes(raw), fault_of(error)))
        else:
            events.append(event)
            lines.append(line)
            places.append(index)
    return Decoded(events, places, rejected, lines)


def lines_of(events: Sequence[Wire]) -> list[bytes]:
    """Each event as one line of JSON: keys of dimensions sorted, `data` last."""
    # One by one: cutting a text of all lines costs more than it spares.
    encode = LINE_ENCODER.encode
    return [encode(event) for event in events]


def _decode_event(raw: bytes) -> tuple[Wire, bytes]:
    """One event and its line. Raises ValidationError, FaultError `unparseable` (a key twice)."""
    event: Wire = ONE_DECODER.decode(raw)
    line = LINE_ENCODER.encode(event)
    if not keeps_all_keys(raw, line) and (fault := json_fault(raw)) is not None:
        raise FaultError(fault.code, fault.detail)
    return event, line


def _check_count(count: int, events_max: int) -> None:
    if count > events_max:
        raise TooLargeError("too_large", f"{count} events; a request has at most {events_max}")


def _reject(index: int, raw: bytes, fault: FaultError) -> Rejection:
    try:
        label = _LABEL_DECODER.decode(raw)
    except msgspec.ValidationError:
        label = _Label()
    event_id = label.id if isinstance(label.id, str) else None
    source = label.source if isinstance(label.source, str) else None
    return Rejection(index, event_id, source, fault.code, fault.detail, raw)
