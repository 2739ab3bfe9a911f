"""From typed events to Kafka records: every check of contracts.md section 2, then the stamps.

This is the hot path: one pass, no task, no statement and no log line per event. Names, currencies
and dimensions are held against the published schema the first time they are seen and remembered in
bounded caches; what is left per event is arithmetic, one hash and two encodings.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from ingest.events.checks import (
    check_instant,
    refuse_amount,
    refuse_controls,
    refuse_instant,
    refuse_nul,
    snapshot_fields,
)
from ingest.events.context import Context
from ingest.events.decode import Decoded
from ingest.events.names import KnownNames, NameMemory
from ingest.faults import FaultError, check_strictly
from ingest.periods import EARLIEST, Panes, as_utc
from ingest.rejections.rejection import Rejection
from ingest.sources.settings import SourceSettings
from ingest.wire import LINE_ENCODER, SourceWire, SpendWire
from shared.events import (
    ENCODER,
    SORTED_ENCODER,
    MetricsSent,
    SourceData,
    SourceEvent,
    SourceSent,
    SpendSent,
)
from shared.http.reach import NAMED_MAX, OUT_OF_REACH
from shared.kafka.producer import Record, TopicPartition
from shared.money import LIMIT_MICROS, MICROS, MONEY_MEASURES

ID_LENGTH_MAX = 256
MEASURE_MAX = LIMIT_MICROS // MICROS
NO_CAMPAIGN = (
    "a credential that is limited to regions sends no events, as they do not say of which region "
    "they are: send them with one that names campaigns, or is not limited"
)

# What `parse_micros` accepts, without the cases that need a reason: a third of its cost.
_is_amount = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?", re.ASCII).fullmatch
_NUL = rb"\u0000"
_BACKSLASH = ord("\\")
"""A number is found eight times as fast as a text of one character."""
_EMPTY_HASH = blake2b(digest_size=16)
"""Its copy costs two thirds of a new one."""
_DATA = b',"data":'
_encode_data = SORTED_ENCODER.encode
_encode = ENCODER.encode


@dataclass(slots=True)
class Stamped:
    """Records by partition, the greatest heartbeat of each source, and what was set aside."""

    batches: dict[TopicPartition, list[Record]] = field(default_factory=dict)
    sources: dict[str, "_Seen"] = field(default_factory=dict)
    heartbeats: dict[str, SourceEvent] = field(default_factory=dict)
    accepted: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    stated: list[tuple[tuple[str, str], str]] = field(default_factory=list)
    """Of what was refused before: by place and subject, what is stated now and accepted."""


class _Seen(msgspec.Struct, frozen=True):
    """A source within one request."""

    view: SourceSettings
    currency: bytes
    """The end of the data of money that states none (contracts.md section 2), or nothing."""
    names: KnownNames
    stamps: bytes
    """What the service adds to all its events of the request, as JSON; the hash comes next."""


class Stamper:
    """Remembers names between requests; everything else belongs to one request.

    `partition_for(topic, key)` decides where a record goes; topics are names on the broker.
    """

    def __init__(
        self, partition_for: Callable[[str, bytes], int], topic: Callable[[str], str]
    ) -> None:
        self.names = NameMemory(partition_for, topic)
        self._panes = Panes()

    def stamp(self, decoded: Decoded, context: Context) -> Stamped:
        """Checks and stamps all events of a request; a fault concerns its own event only.

        Raises UnavailableError `broker_unavailable` while the partitions are not known.
        """
        done = Stamped(rejected=list(decoded.rejected))
        latest = context.now + timedelta(seconds=context.skew_s)
        for place, event, line in zip(decoded.places, decoded.events, decoded.lines, strict=True):
            try:
                if type(event) is SourceWire:
                    self._take_heartbeat(event, context, latest, done)
                else:
                    self._take(event, line, context, latest, done)  # type: ignore[arg-type]
            except FaultError as fault:
                done.rejected.append(
                    Rejection(place, event.id, event.source, fault.code, fault.detail, event)
                )
        done.accepted = len(decoded.places) + len(decoded.rejected) - len(done.rejected)
        done.rejected.sort(key=lambda rejection: rejection.place)
        return done

    def _take(  # noqa: PLR0912 - a branch per check; calls would cost a tenth of the throughput
        self,
        event: SpendSent | MetricsSent,
        line: bytes,
        context: Context,
        latest: datetime,
        done: Stamped,
    ) -> None:
        seen = done.sources.get(event.source) or self._see(event, context, done)
        data = event.data
        if context.campaigns is not None and data.campaign not in context.campaigns:
            raise _out_of_reach(context.campaigns)
        names: Any = (data.campaign, data.line, data.report, data.currency)
        if data.entity is not None or data.dims is not None:
            names = (*names, _items(data.entity), _items(data.dims))
        route = seen.names.routes.get(names)
        if route is None or not 0 < len(event.id) <= ID_LENGTH_MAX:
            route = self.names.learn_route(event, names, context.workspace, seen.names)
        if event.workspace is not None and event.workspace != context.workspace:
            raise FaultError("workspace_mismatch", "the credential is for another workspace")
        time = event.time
        if time is None:
            # A snapshot's figures belong to its period; it is stated when it arrives.
            if data.mode == "delta":
                raise FaultError("time_missing", "a delta needs its time")
            time = context.now
        if time.tzinfo is not UTC:
            time = as_utc(time)
        if time is not event.time or event.workspace is not None:
            line = LINE_ENCODER.encode(msgspec.structs.replace(event, time=time, workspace=None))
        if not EARLIEST <= time <= latest:
            refuse_instant(time)
        # The data stand last, and no text before them can hold an unescaped quotation mark.
        head, _, tail = line.partition(_DATA)
        if data.mode == "delta" and data.period is None and data.revision is None:
            bounds = self._panes.fields(head, time)
        else:
            bounds = snapshot_fields(event, seen.view, context.time_zone, latest)
        if type(event) is SpendWire:
            where = route.spend
            if not _is_amount(data.amount):  # type: ignore[union-attr]
                refuse_amount(data.amount)  # type: ignore[union-attr]
            if seen.currency and data.currency is None:
                bounds = seen.currency + bounds
        else:
            where = route.metrics
            self._check_measures(event, seen)  # type: ignore[arg-type]
            if seen.currency and data.currency is None and _has_money(event):  # type: ignore[arg-type]
                bounds = seen.currency + bounds
        hashed = _EMPTY_HASH.copy()
        hashed.update(tail[:-1])
        digest = hashed.hexdigest().encode()
        # The envelope of SpendEvent and MetricsEvent, put together from what is JSON already:
        # a third cheaper than a struct of them.
        value = b"".join((head, seen.stamps, digest, b'"' + _DATA, tail[:-2], bounds, b"}"))
        # Hardly any event has a backslash.
        if _BACKSLASH in line and _NUL in line:
            refuse_nul(event)
        batch = done.batches.get(where)
        if batch is None:
            batch = done.batches[where] = []
        # A plain pair: making a Record costs three times as much, and nobody asks for its names.
        batch.append((route.key, value))  # type: ignore[arg-type]

    def _see(
        self, event: SpendSent | MetricsSent | SourceSent, context: Context, done: Stamped
    ) -> _Seen:
        """The first event of a source in a request: is the source's name valid and covered?"""
        if not self.names.knows(context.workspace, event.source):
            check_strictly(event)
            if "\0" in event.source:
                refuse_nul(event)
            refuse_controls("source", event.source)
        if not context.allows(event.source):
            raise FaultError(
                "source_not_allowed", f"the credential does not cover {event.source!r}"
            )
        names = self.names.of(context.workspace, event.source)
        view = context.settings(event.source)
        currency = b"" if view.currency is None else b',"currency":' + _encode(view.currency)
        seen = done.sources[event.source] = _Seen(view, currency, names, _stamps(context))
        return seen

    def _check_measures(self, event: MetricsSent, seen: _Seen) -> None:
        measures = event.data.measures
        names = tuple(measures)
        if names not in seen.names.measures:
            self.names.learn_measures(event, names, seen.names)
        for value in measures.values():
            if isinstance(value, int):
                if not -MEASURE_MAX < value < MEASURE_MAX:
                    raise FaultError("amount_out_of_range", f"{value} is not below 10^12")
            elif not _is_amount(value):
                refuse_amount(value)

    def _take_heartbeat(
        self, event: SourceSent, context: Context, latest: datetime, done: Stamped
    ) -> None:
        check_strictly(event)
        refuse_nul(event)
        seen = done.sources.get(event.source) or self._see(event, context, done)
        if event.workspace is not None and event.workspace != context.workspace:
            raise FaultError("workspace_mismatch", "the credential is for another workspace")
        if context.campaigns is not None:
            # A source feeds campaigns that its sender cannot see: their windows would close too.
            raise FaultError(
                OUT_OF_REACH,
                "a source is complete for all its campaigns: say so with a credential that is "
                "not limited to some",
            )
        if context.quarantined(event.source):
            raise FaultError(
                "source_quarantined", "heartbeats do not count until a person releases the source"
            )
        complete_through = as_utc(event.data.complete_through)
        check_instant(complete_through, latest)
        time = context.now if event.time is None else as_utc(event.time)
        check_instant(time, latest)
        known = done.heartbeats.get(event.source)
        if known is not None and known.data.complete_through >= complete_through:
            return
        body = _encode_data(event.data)
        done.heartbeats[event.source] = SourceEvent(
            specversion="1.0",
            id=event.id,
            source=event.source,
            time=time,
            workspace=context.workspace,
            receivedat=context.now,
            bodyhash=blake2b(body, digest_size=16).hexdigest(),
            data=SourceData(complete_through=complete_through),
            expectedinterval=seen.view.expected_interval_s,
        )


def _out_of_reach(campaigns: frozenset[str]) -> FaultError:
    shown = ", ".join(sorted(campaigns)[:NAMED_MAX])
    limit = f"the credential is limited to the campaigns {shown}"
    return FaultError(OUT_OF_REACH, limit if campaigns else NO_CAMPAIGN)


def _stamps(context: Context) -> bytes:
    shared = {
        "workspace": context.workspace,
        "receivedat": context.now,
        **({} if context.import_id is None else {"importid": context.import_id}),
    }
    return b"," + _encode(shared)[1:-1] + b',"bodyhash":"'


def _has_money(event: MetricsSent) -> bool:
    return not MONEY_MEASURES.isdisjoint(event.data.measures)


def _items(labels: dict[str, str] | None) -> tuple[tuple[str, str], ...] | None:
    return None if labels is None else tuple(labels.items())
