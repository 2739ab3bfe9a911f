"""One poll, decoded: what can be posted, what says how far a source is, what is set aside.

Pure. Bad data never raises: it becomes a Refusal that names the reason (rejected.v1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from shared.events import Instant, SourceEvent, has_nul
from shared.kafka.consumer import Received
from shared.money import MoneyError, parse_micros

if TYPE_CHECKING:
    from budget.route import Route

Text = Annotated[str, Meta(max_length=200)]
"""Bounded because it becomes part of an index key, which PostgreSQL limits to 2,700 bytes."""


class SpendData(Struct, frozen=True, kw_only=True, gc=False):
    """The data of `shared.events.SpendStored`, as this service reads it.

    Ingest has checked names and shapes. Checking each pattern again costs 2 µs an event, of the 8
    that posting may take; what could break a statement here is still bounded. The period stays
    text, because a poll has few different ones and the router reads each of them once.
    """

    amount: str
    period_start: str
    period_end: str
    currency: Text | None = None
    campaign: Text | None = None
    line: Text | None = None
    entity: dict[Text, Text] | None = None
    mode: Literal["delta", "snapshot"] = "delta"
    report: Text | None = None
    period: Text | None = None
    revision: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    dims: dict[Text, Text] | None = None


class SpendRecord(
    Struct, frozen=True, kw_only=True, gc=False, tag_field="type", tag="paceline.spend.v1"
):
    """The envelope of `shared.events.SpendEvent`, as this service reads it."""

    id: Annotated[str, Meta(max_length=256)]
    source: Text
    time: Instant
    workspace: Text
    bodyhash: Text
    data: SpendData
    importid: Text | None = None


DECODER = msgspec.json.Decoder(SpendRecord | SourceEvent)


class Refusal(NamedTuple):
    """An event that is set aside: a stable code, the reason in words, where it came from."""

    code: str
    detail: str
    received: Received
    event: SpendRecord | SourceEvent | None


class Posting:
    """An event whose amount is readable; `index` is its place in the poll.

    The router fills in `route`, `stream_id` and `account_id`. A plain class with
    slots, because one is made per event on the hottest path of the service.
    """

    __slots__ = ("amount", "bodyhash", "event", "ids", "index", "received", "route")
    route: "Route"
    ids: tuple[int, int]

    def __init__(self, index: int, received: Received, event: SpendRecord, amount: int) -> None:
        self.index = index
        self.received = received
        self.event = event
        self.amount = amount
        self.bodyhash = bytes.fromhex(event.bodyhash)


class Beat(NamedTuple):
    """A heartbeat as it stands in one partition."""

    workspace: str
    source: str
    topic: str
    partition: int
    complete_through: datetime
    expected_interval_s: int | None
    position: int
    """Its place in the poll."""
    set_aside: int = 0
    settled_through: datetime | None = None
    set_aside_until: datetime | None = None


@dataclass(slots=True)
class Batch:
    """A poll in its three parts, each in the order of arrival."""

    postings: list[Posting] = field(default_factory=list)
    beats: list[Beat] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def sort_batch(records: Sequence[Received], latest: datetime) -> Batch:
    """Decodes a poll. `latest`: now + skew; anything later is refused as `future_time`.

    Codes: `unparseable`, `future_time`, `snapshot_incomplete`, `subject_missing`, and those of
    `parse_micros`.
    """
    batch = Batch()
    decode = DECODER.decode
    postings, refusals = batch.postings, batch.refusals
    for index, received in enumerate(records):
        if has_nul(received.value):
            refusals.append(Refusal("unparseable", "text with a NUL character", received, None))
            continue
        try:
            event = decode(received.value)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            refusals.append(Refusal("unparseable", str(error), received, None))
            continue
        if type(event) is SourceEvent:
            _sort_beat(batch, event, received, index, latest)
            continue
        data = event.data
        if (
            event.time > latest
            or data.line is None
            or data.entity is not None
            or data.mode != "delta"
            or data.period is not None
        ):
            fault = _fault(event, latest)
            if fault is not None:
                refusals.append(Refusal(*fault, received, event))
                continue
        try:
            postings.append(Posting(index, received, event, parse_micros(data.amount)))
        except MoneyError as error:
            refusals.append(Refusal(error.code, error.detail, received, event))
        except ValueError:
            refusals.append(Refusal("unparseable", "bodyhash is not hex", received, event))
    return batch


def _sort_beat(
    batch: Batch, event: SourceEvent, received: Received, index: int, latest: datetime
) -> None:
    if event.data.complete_through > latest:
        detail = f"complete_through {event.data.complete_through.isoformat()} lies in the future"
        batch.refusals.append(Refusal("future_time", detail, received, event))
        return
    batch.beats.append(
        Beat(
            event.workspace,
            event.source,
            received.topic,
            received.partition,
            event.data.complete_through,
            event.expectedinterval,
            index,
            event.setaside,
            event.settled_through,
            event.setasideuntil,
        )
    )


def _fault(event: SpendRecord, latest: datetime) -> tuple[str, str] | None:
    data = event.data
    if event.time > latest:
        return "future_time", f"time {event.time.isoformat()} lies in the future"
    if data.mode == "snapshot" and (
        data.period is None or data.report is None or data.revision is None
    ):
        return "snapshot_incomplete", "a snapshot states period, report and revision"
    if data.mode == "delta" and data.period is not None:
        return "snapshot_incomplete", "a period belongs to a snapshot; mode snapshot is missing"
    if data.entity is None:
        if data.campaign is None or data.line is None:
            return "subject_missing", "state campaign and line, or entity"
    elif not data.entity or data.campaign is not None:
        return "subject_missing", "state campaign and line, or entity, not both"
    return None
