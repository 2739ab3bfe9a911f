"""What ingest writes to Kafka: spend, metrics and heartbeats as sent, stamped."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from shared.events.fields import Id, Instant, Name, Source
from shared.events.sent import MetricsData, SourceData, SpendData


class SpendStored(
    SpendData, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """`SpendData` with the UTC bounds of its period, added by ingest from the source's zone."""

    period_start: Instant
    period_end: Instant


class MetricsStored(
    MetricsData, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """`MetricsData` with the UTC bounds of its period, added by ingest from the source's zone."""

    period_start: Instant
    period_end: Instant


class _Stored(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """The envelope in Kafka. `bodyhash`: hex of the 16-byte BLAKE2b of the data as sent."""

    specversion: Literal["1.0"]
    id: Id
    source: Source
    time: Instant
    workspace: Name
    receivedat: Instant
    bodyhash: str
    importid: str | None = None


class SpendEvent(_Stored, frozen=True, kw_only=True, omit_defaults=True, tag="paceline.spend.v1"):
    data: SpendStored


class MetricsEvent(
    _Stored, frozen=True, kw_only=True, omit_defaults=True, tag="paceline.metrics.v1"
):
    data: MetricsStored


class SourceEvent(_Stored, frozen=True, kw_only=True, omit_defaults=True, tag="paceline.source.v1"):
    """A heartbeat in band; `expectedinterval` (seconds) comes from the source's settings.

    `setaside`: how many things of the source were refused and are neither stated again nor
    confirmed by a person. Those that are waited for concern periods from `setasidefrom` on; nobody
    waits for them after `setasideuntil`.
    """

    data: SourceData
    expectedinterval: int | None = None
    setaside: int = 0
    setasidefrom: Instant | None = None
    setasideuntil: Instant | None = None

    @property
    def settled_through(self) -> datetime:
        """How far the source is complete with nothing missing that is still waited for."""
        complete = self.data.complete_through
        return complete if self.setasidefrom is None else min(complete, self.setasidefrom)
