"""A record of spend.v1 as this service reads it, and what is set aside."""

from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from shared.database.progress import Heartbeat
from shared.events import Instant, SourceEvent
from shared.kafka.consumer import Received

Text = Annotated[str, Meta(max_length=200)]
"""Bounded because it becomes part of an index key, which PostgreSQL limits to 2,700 bytes."""


class SpendFields(Struct, frozen=True, kw_only=True, gc=False):
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
    data: SpendFields
    importid: Text | None = None


DECODER = msgspec.json.Decoder(SpendRecord | SourceEvent)


class SpendRefusal(NamedTuple):
    """An event that is set aside: a stable code, the reason in words, where it came from."""

    code: str
    detail: str
    received: Received
    event: SpendRecord | SourceEvent | None


class Beat(NamedTuple):
    position: int
    heartbeat: Heartbeat
