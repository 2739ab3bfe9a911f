"""From stamped records to acknowledged ones: order, deadline, heartbeats in band, rejections.

A heartbeat says "everything up to T was delivered". It is written only after all events of its
request and all requests of its source that were under way before it are acknowledged; if one of
those failed, the heartbeat fails with it (design.md section 4). It can never overtake data of this
process; a sender that uses several replicas waits for its answers first, as it must anyway.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from ingest.events.context import Context
from ingest.events.decode import Decoded, Rejection
from ingest.events.stamping import Stamped, Stamper
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from shared import metrics
from shared.errors import PacelineError, UnavailableError
from shared.events import ENCODER, METRICS_TOPIC, SPEND_TOPIC, SourceEvent
from shared.kafka.producer import Producer, Record, TopicPartition
from shared.kafka.rejections import DETAIL_MAX, EVENT_TEXT_MAX, LABEL_MAX, rejected_row
from shared.logs import get_logger

log = get_logger(__name__)

HEARTBEATS_PER_ROUND_MAX = 100
"""Each is written into every partition of two topics."""
REJECTIONS_PER_ROUND_MAX = 500
REJECTIONS_BYTES_MAX = 64 * 1024 * 1024
"""Of what waits for Kafka; each keeps at most EVENT_TEXT_MAX bytes of its event."""
REJECTION_OVERHEAD_BYTES = 1_000
"""Of a rejection beside its event, roughly."""
REJECTION_RETRY_S = 1.0
SOURCE_LENGTH_MAX = 200
"""Of an event that could be accepted; what is longer is no name and no key of a cache."""

Place = tuple[str, str]


class _Ticket:
    """The events of one request on their way; heartbeats behind it wait for `end`."""

    __slots__ = ("_ended", "failed")

    def __init__(self) -> None:
        self.failed = False
        self._ended = asyncio.Event()

    async def wait(self) -> None:
        """Returns when the request has ended, at once if it has already."""
        await self._ended.wait()

    def end(self, *, failed: bool) -> None:
        self.failed = failed
        self._ended.set()


class Acceptance:
    """Sends what was stamped, all or 503. One per process."""

    def __init__(self, settings: IngestSettings, producer: Producer, memory: Memory) -> None:
        self._settings = settings
        self._producer = producer
        self._memory = memory
        self._topics = (settings.topic(SPEND_TOPIC), settings.topic(METRICS_TOPIC))
        self._under_way: dict[Place, set[_Ticket]] = {}
        self._stamper = Stamper(producer.partition_for, settings.topic)
        self._partitions: list[int] = []

    def stamp(self, decoded: Decoded, context: Context) -> Stamped:
        """Stamper.stamp, with the partitions the broker names now. Raises UnavailableError."""
        partitions = [self._producer.partition_count(topic) for topic in self._topics]
        if partitions != self._partitions:
            self._stamper.forget_routes()
            self._partitions = partitions
        stamped = self._stamper.stamp(decoded, context)
        aside = self._memory.set_aside
        stamped.stated = aside.stated(context.workspace, decoded, stamped.rejected)
        return stamped

    async def send(self, stamped: Stamped, context: Context) -> None:
        """Returns when every record is acknowledged by all in-sync replicas.

        Raises UnavailableError `broker_unavailable` or `overloaded` within the delivery deadline;
        the same request may then be sent again as it is.
        """
        places = [(context.workspace, source) for source in stamped.sources]
        earlier = self._earlier(context.workspace, stamped.heartbeats)
        try:
            async with asyncio.timeout(self._settings.delivery_timeout_s):
                if stamped.batches:
                    await self._send_events(stamped, places)
                self._settle(stamped, context)
                if stamped.heartbeats:
                    await self._send_heartbeats(self._marked(stamped, context), earlier)
        except TimeoutError as error:
            raise UnavailableError(
                "broker_unavailable", "Kafka did not acknowledge the events in time"
            ) from error
        for place in places:
            self._memory.note(*place, context.now)
        for source, event in stamped.heartbeats.items():
            self._memory.note_complete(context.workspace, source, event.data.complete_through)

    def _settle(self, stamped: Stamped, context: Context) -> None:
        """What has come is waited for no more; what was refused beside it is, from now on."""
        self._memory.set_aside.settle(stamped.stated, context.now)
        if stamped.rejected:
            count_set_aside(self._memory, stamped.rejected, context)

    def _marked(self, stamped: Stamped, context: Context) -> dict[str, SourceEvent]:
        aside = self._memory.set_aside
        return {
            source: aside.marked(event, context.now) for source, event in stamped.heartbeats.items()
        }

    def _earlier(self, workspace: str, sources: Iterable[str]) -> list[_Ticket]:
        return [
            ticket for source in sources for ticket in self._under_way.get((workspace, source), ())
        ]

    async def _send_events(self, stamped: Stamped, places: Sequence[Place]) -> None:
        ticket = _Ticket()
        for place in places:
            self._under_way.setdefault(place, set()).add(ticket)
        failed = True
        try:
            await self._producer.send_batches(stamped.batches)
            failed = False
        finally:
            ticket.end(failed=failed)
            for place in places:
                tickets = self._under_way[place]
                tickets.discard(ticket)
                if not tickets:
                    del self._under_way[place]

    async def _send_heartbeats(
        self, heartbeats: dict[str, SourceEvent], earlier: Sequence[_Ticket]
    ) -> None:
        for ticket in earlier:
            await ticket.wait()
            if ticket.failed:
                raise UnavailableError(
                    "broker_unavailable", "earlier events of this source were not acknowledged"
                )
        waiting = iter(heartbeats.values())
        while some := list(islice(waiting, HEARTBEATS_PER_ROUND_MAX)):
            records = [
                Record(f"{event.workspace}|{event.source}".encode(), ENCODER.encode(event))
                for event in some
            ]
            await self._producer.send_batches(
                {
                    (topic, partition): records
                    for topic in self._topics
                    for partition in range(self._producer.partition_count(topic))
                }
            )


def count_set_aside(memory: Memory, rejected: Sequence[Rejection], context: Context) -> None:
    """Has the heartbeats of the sources say what of them was refused."""
    vouched = [one for one in rejected if one.source is not None and _is_vouched(one, context)]
    sources = {one.source for one in vouched if one.source is not None}
    zones = {source: context.settings(source).time_zone or context.time_zone for source in sources}
    memory.set_aside.add(context.workspace, vouched, zones, context.now)


def _is_vouched(rejection: Rejection, context: Context) -> bool:
    """Whether the credential covers the source named: too many rejections quarantine a source, so
    nobody may collect them in another's name. `source_not_allowed` says so itself, uncounted."""
    source = rejection.source
    if source is None or rejection.code == "source_not_allowed":
        return True
    return len(source) <= SOURCE_LENGTH_MAX and context.allows(source)


def _to_keep(rejection: Rejection, context: Context) -> Rejection:
    """What rejected.v1 will show of it, and no more: an event may be as large as a request."""
    event = rejection.event
    raw = event if isinstance(event, bytes) else ENCODER.encode(event)
    source = rejection.source if _is_vouched(rejection, context) else None
    return rejection._replace(
        id=None if rejection.id is None else rejection.id[:LABEL_MAX],
        source=None if source is None else source[:LABEL_MAX],
        detail=rejection.detail[:DETAIL_MAX],
        # One byte more than is shown says that something was left out.
        event=raw[: EVENT_TEXT_MAX + 1],
    )


def _size_of(kept: Rejection) -> int:
    return len(kept.event) + REJECTION_OVERHEAD_BYTES


class RejectionLog:
    """Writes what requests had rejected to rejected.v1: bounded, best effort, off the hot path.

    The sender has its answer already; these records only make GET /v1/rejections complete.
    """

    def __init__(self, settings: IngestSettings, producer: Producer) -> None:
        self._producer = producer
        self._topic = settings.topic
        self._queue: asyncio.Queue[tuple[str, Rejection, Context]] = asyncio.Queue(
            settings.rejections_waiting_max
        )
        self._waiting_bytes = 0
        self._stopping = asyncio.Event()

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def add(self, rejected: Sequence[Rejection], context: Context) -> None:
        """Counts all by code; what does not fit into the queue is counted and dropped."""
        for code, count in Counter(rejection.code for rejection in rejected).items():
            metrics.INGEST_REJECTED.labels(code).inc(count)
        for taken, rejection in enumerate(rejected):
            kept = _to_keep(rejection, context)
            size = _size_of(kept)
            if self._queue.full() or self._waiting_bytes + size > REJECTIONS_BYTES_MAX:
                metrics.INGEST_REJECTIONS_DROPPED.inc(len(rejected) - taken)
                return
            self._waiting_bytes += size
            self._queue.put_nowait((context.workspace, kept, context))

    async def run(self) -> None:
        """Sends until `stop`; while Kafka is away it waits, and the queue fills up."""
        while not (self._stopping.is_set() and self._queue.empty()):
            batch = await self._take()
            while batch:
                try:
                    await self._producer.send_batches(self._records(batch))
                    break
                except PacelineError as error:
                    if self._stopping.is_set():
                        metrics.INGEST_REJECTIONS_DROPPED.inc(len(batch))
                        break
                    log.warning("rejections_wait", error=repr(error), waiting=self.waiting)
                    await asyncio.sleep(REJECTION_RETRY_S)

    async def stop(self) -> None:
        """Asks `run` to end after what waits is sent once."""
        self._stopping.set()

    async def _take(self) -> list[tuple[str, Rejection, Context]]:
        try:
            async with asyncio.timeout(0.2):
                batch = [await self._queue.get()]
        except TimeoutError:
            return []
        while len(batch) < REJECTIONS_PER_ROUND_MAX and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        self._waiting_bytes -= sum(_size_of(kept) for _, kept, _ in batch)
        return batch

    def _records(
        self, batch: Sequence[tuple[str, Rejection, Context]]
    ) -> dict[TopicPartition, list[Record]]:
        records: dict[TopicPartition, list[Record]] = {}
        for workspace, rejection, context in batch:
            row = rejected_row(
                service="ingest",
                code=rejection.code,
                detail=rejection.detail,
                received=None,
                workspace=workspace,
                source=rejection.source,
                event_id=rejection.id,
                event=rejection.event,
                time=context.now,
            )
            topic, key = self._topic(row.topic), row.key.encode()
            place = (topic, self._producer.partition_for(topic, key))
            records.setdefault(place, []).append(Record(key, row.value))
        return records
