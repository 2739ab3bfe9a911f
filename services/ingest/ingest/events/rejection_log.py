"""Writes what requests had rejected to rejected.v1: bounded, best effort, off the hot path."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ingest.events.context import Context
from ingest.rejections.rejection import Rejection
from ingest.settings import IngestSettings
from shared import metrics
from shared.errors import PacelineError
from shared.events import ENCODER
from shared.kafka.producer import Producer, Record, TopicPartition
from shared.kafka.rejections import DETAIL_MAX, EVENT_TEXT_MAX, LABEL_MAX, rejected_row
from shared.rounds import Rounds

REJECTIONS_PER_ROUND_MAX = 500
REJECTIONS_BYTES_MAX = 64 * 1024 * 1024
"""Of what waits for Kafka; each keeps at most EVENT_TEXT_MAX bytes of its event."""
REJECTION_OVERHEAD_BYTES = 1_000
"""Of a rejection beside its event, roughly."""
SOURCE_LENGTH_MAX = 200
"""Of an event that could be accepted; what is longer is no name and no key of a cache."""
REST_S = 0.2


def is_vouched(rejection: Rejection, context: Context) -> bool:
    """Whether the credential stands for the source named: what is refused holds up its windows, and
    too much of it quarantines it, so nobody may collect that in another's name.
    `source_not_allowed` says so itself, uncounted."""
    source = rejection.source
    if source is None or rejection.code == "source_not_allowed":
        return True
    return context.vouches and len(source) <= SOURCE_LENGTH_MAX and context.allows(source)


def _to_keep(rejection: Rejection, context: Context) -> Rejection:
    """What rejected.v1 will show of it, and no more: an event may be as large as a request."""
    event = rejection.event
    raw = event if isinstance(event, bytes) else ENCODER.encode(event)
    source = rejection.source if is_vouched(rejection, context) else None
    return rejection._replace(
        id=None if rejection.id is None else rejection.id[:LABEL_MAX],
        source=None if source is None else source[:LABEL_MAX],
        detail=rejection.detail[:DETAIL_MAX],
        # One byte more than is shown says that something was left out.
        event=raw[: EVENT_TEXT_MAX + 1],
    )


class _Kept(NamedTuple):
    """A rejection that waits, and the request it belongs to."""

    rejection: Rejection
    context: Context

    @property
    def size(self) -> int:
        return len(self.rejection.event) + REJECTION_OVERHEAD_BYTES


class RejectionLog:
    """The sender has its answer already; these records only make GET /v1/rejections complete."""

    name = "rejection_log"

    def __init__(self, settings: IngestSettings, producer: Producer) -> None:
        self._producer = producer
        self._topic = settings.topic
        self._queue: asyncio.Queue[_Kept] = asyncio.Queue(settings.rejections_waiting_max)
        self._waiting_bytes = 0
        self._batch: list[_Kept] = []
        self._rounds = Rounds(settings, self.name, self.step, rest_s=REST_S)

    @property
    def waiting(self) -> int:
        """Of those that are not in Kafka yet."""
        return len(self._batch) + self._queue.qsize()

    def add(self, rejected: Sequence[Rejection], context: Context) -> None:
        """Counts all by code; what does not fit into the queue is counted and dropped."""
        for code, count in Counter(rejection.code for rejection in rejected).items():
            metrics.INGEST_REJECTED.labels(code).inc(count)
        for taken, rejection in enumerate(rejected):
            kept = _Kept(_to_keep(rejection, context), context)
            if self._queue.full() or self._waiting_bytes + kept.size > REJECTIONS_BYTES_MAX:
                metrics.INGEST_REJECTIONS_DROPPED.inc(len(rejected) - taken)
                return
            self._waiting_bytes += kept.size
            self._queue.put_nowait(kept)
        self._rounds.wake()

    async def run(self) -> None:
        """Sends until `stop`; while Kafka is away it waits, and the queue fills up. What waits at
        the end is tried once more."""
        await self._rounds.run()
        try:
            while self.waiting:
                await self.step()
        except PacelineError:
            metrics.INGEST_REJECTIONS_DROPPED.inc(self.waiting)

    async def stop(self) -> None:
        await self._rounds.stop()

    async def step(self) -> bool:
        """Sends a batch; the one that could not be sent before comes first."""
        while len(self._batch) < REJECTIONS_PER_ROUND_MAX and not self._queue.empty():
            kept = self._queue.get_nowait()
            self._waiting_bytes -= kept.size
            self._batch.append(kept)
        if self._batch:
            await self._producer.send_batches(self._records())
            self._batch = []
        return not self._queue.empty()

    def _records(self) -> dict[TopicPartition, list[Record]]:
        records: dict[TopicPartition, list[Record]] = {}
        for rejection, context in self._batch:
            row = rejected_row(
                service="ingest",
                code=rejection.code,
                detail=rejection.detail,
                received=None,
                workspace=context.workspace,
                source=rejection.source,
                event_id=rejection.id,
                event=rejection.event,
                time=context.now,
            )
            topic, key = self._topic(row.topic), row.key.encode()
            place = (topic, self._producer.partition_for(topic, key))
            records.setdefault(place, []).append(Record(key, row.value))
        return records
