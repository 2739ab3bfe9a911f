"""The one consumer loop: a poll is a transaction, its offsets go to Kafka after it.

Every write of a handler is idempotent, so a poll seen twice changes nothing and no lease is needed
(design.md sections 2 and 6). Three kinds of failure: poison is set aside by the handler, transient
faults roll back and are taken again, anything else ends the process.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import (
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)

from shared import metrics
from shared.backoff import backoff_s
from shared.database.pool import Conn, Pool, is_transient, transaction
from shared.errors import ConsumerStuckError, OffsetGapError
from shared.kafka import witness
from shared.kafka.brake import BrakePolicy, SetAside, Tallies, judge
from shared.kafka.commits import Commits
from shared.kafka.lag import Lag
from shared.kafka.member import make_member
from shared.kafka.offsets import Offsets, Progress
from shared.logs import get_logger
from shared.settings import CommonSettings

log = get_logger(__name__)

STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Received:
    """One record as it came: `topic` without the installation's prefix, value undecoded."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes


Handler = Callable[[Conn, Sequence[Received]], Awaitable[Sequence[SetAside] | None]]
"""Gets a poll inside its transaction and says what of it was set aside (None: nothing)."""
Polled = Mapping[TopicPartition, Sequence[Any]]


class Consumer:
    """A member of one consumer group. `handler` gets each poll inside its transaction.

    Static membership (`group_instance_id` = group and replica): a killed replica comes back
    without waiting for the session to expire. `horizons`: how long the handler remembers ids of a
    topic; a topic that is kept longer could be replayed into double counting and is refused.
    `wake`: the loop that goes on with what a poll left behind.
    """

    name = "consumer"

    def __init__(
        self,
        settings: CommonSettings,
        pool: Pool,
        *,
        schema: str,
        group: str,
        topics: Sequence[str],
        handler: Handler,
        horizons: Mapping[str, timedelta] | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._schema = schema
        self._group = settings.topic(group)
        self._topics = [settings.topic(name) for name in topics]
        self._handler = handler
        self._wake = wake
        self._horizons = {settings.topic(name): span for name, span in (horizons or {}).items()}
        self._busy = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._consumer: AIOKafkaConsumer | None = None
        self._offsets = Offsets(settings, self._group, self._topics)
        self._progress = Progress(self._offsets, self._group, settings.stuck_after_s)
        self._cluster = ""
        self._lag = Lag(self._topics, settings.topic_prefix)
        self._brake = BrakePolicy(
            settings.dead_letters_share_max, settings.dead_letters_records_min
        )
        self._tallies: Tallies = {}
        self._commits = Commits(self._group, settings.delivery_timeout_s)

    def partitions(self, topic: str) -> int:
        """How many partitions Kafka names for `topic`; 0 until the consumer is connected."""
        return self._offsets.partition_count(self._settings.topic(topic))

    async def lag(self) -> int:
        """Records the group has not committed, over all partitions. Raises UnavailableError."""
        return (await self._offsets.standing()).lag

    async def check(self) -> None:
        """A readiness check. Raises UnavailableError `consumer_stuck` when lag > 0 and the group
        has not moved for long, or `broker_unavailable` when Kafka does not answer."""
        self._progress.check()

    async def run(self) -> None:
        """Consumes until `stop`. Raises OffsetGapError, DeadLettersError, any fault that lasts."""
        await self._connect()
        watching = asyncio.create_task(self._progress.watch())
        failures = 0
        try:
            while not self._stopping.is_set():
                if watching.done():
                    watching.result()
                try:
                    polled = await self._poll()
                    if polled:
                        self._progress.fed()
                        async with self._busy:
                            await self._process(polled)
                    else:
                        async with self._busy:
                            await self._commits.commit(self._consumer)
                        if self._progress.is_hopeless():
                            raise ConsumerStuckError(f"{self._group}: polls bring nothing")
                    failures = 0
                except Exception as error:
                    if not (is_transient(error) or isinstance(error, KafkaError)):
                        raise
                    metrics.BATCH_RETRIES.labels(self._group, type(error).__name__).inc()
                    log.warning("batch_retried", group=self._group, error=repr(error))
                    failures += 1
                    await asyncio.sleep(backoff_s(failures, self._settings.backoff_max_s))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await self._disconnect()

    async def stop(self) -> None:
        """Asks `run` to end after the poll in hand."""
        self._stopping.set()

    async def _connect(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self._cluster = await self._offsets.connect()
                await self._offsets.check_horizons(self._horizons)
                self._consumer = make_member(
                    self._settings, self._group, self._topics, _FinishBatch(self)
                )
                await self._consumer.start()
            except (KafkaError, OSError, TimeoutError) as error:
                failures += 1
                wait_s = backoff_s(failures, self._settings.backoff_max_s)
                log.warning("kafka_unreachable", error=repr(error), retry_in_s=wait_s)
                await self._disconnect()
                await asyncio.sleep(wait_s)
            except BaseException:
                await self._disconnect()
                raise
            else:
                return

    async def _disconnect(self) -> None:
        if self._consumer is not None:
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self._consumer.stop()
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("consumer_stop_failed", error=repr(error))
            self._consumer = None
        await self._offsets.close()

    async def _poll(self) -> Polled:
        assert self._consumer is not None
        try:
            polled: Polled = await self._consumer.getmany(
                timeout_ms=self._settings.batch_wait_ms, max_records=self._settings.batch_events_max
            )
        except NoOffsetForPartitionError as error:
            await self._begin(error.args[0])
            return {}
        except OffsetOutOfRangeError as error:
            raise OffsetGapError(
                f"{self._group}: the committed offset is not in the log: {error.args[0]}"
            ) from error
        self._lag.observe(self._consumer, polled)
        return polled

    async def _begin(self, place: TopicPartition) -> None:
        """A partition without a committed offset is read from the beginning."""
        assert self._consumer is not None
        async with self._pool.acquire() as conn:
            seen = await witness.read(conn, self._schema, self._group, self._cluster, place)
        if place not in self._consumer.assignment():
            return
        if seen is not None:
            await witness.check(self._consumer, self._group, place, seen)
        await self._consumer.seek_to_beginning(place)

    async def _process(self, polled: Polled) -> None:
        assert self._consumer is not None
        began = time.monotonic()
        prefix = len(self._settings.topic_prefix)
        records = [
            Received(
                place.topic[prefix:],
                place.partition,
                record.offset,
                record.key,
                record.value or b"",
            )
            for place, part in polled.items()
            for record in part
        ]
        try:
            async with transaction(self._pool) as conn:
                set_aside = await self._handler(conn, records) or ()
                tallies = judge(self._brake, self._tallies, _count(polled, prefix), set_aside)
                await witness.write(conn, self._schema, self._group, self._cluster, polled)
        except BaseException:
            self._seek_back(polled)
            raise
        self._tallies = tallies
        self._wake()
        metrics.BATCH_DURATION.labels(self._group).observe(time.monotonic() - began)
        metrics.BATCH_RECORDS.labels(self._group).observe(len(records))
        for place, part in polled.items():
            metrics.CONSUMED.labels(place.topic[prefix:]).inc(len(part))
        read = {place: part[-1].offset + 1 for place, part in polled.items()}
        self._lag.read(read)
        self._commits.owe(read)
        self._progress.moved()
        await self._commits.commit(self._consumer)

    def _seek_back(self, polled: Polled) -> None:
        assert self._consumer is not None
        assigned = self._consumer.assignment()
        for place, part in polled.items():
            if place in assigned:
                self._consumer.seek(place, part[0].offset)

    async def learn_partitions(self) -> None:
        """Asks Kafka again how many partitions the topics have; a rebalance follows any growth."""
        await self._offsets.refresh()

    async def finish_batch(self, revoked: Iterable[TopicPartition]) -> None:
        """Waits, bounded, until the transaction in hand has ended (called before a revoke)."""
        try:
            async with asyncio.timeout(self._settings.rebalance_timeout_s / 2), self._busy:
                pass
        except TimeoutError:
            log.warning("revoked_during_batch", group=self._group)
        self._commits.forget(revoked)


def _count(polled: Polled, prefix: int) -> Counter[str]:
    """Records by topic."""
    counts: Counter[str] = Counter()
    for place, part in polled.items():
        counts[place.topic[prefix:]] += len(part)
    return counts


class _FinishBatch(ConsumerRebalanceListener):  # type: ignore[misc]
    """Lets the transaction in hand finish before partitions move; safety never rests on it."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        await self._consumer.finish_batch(revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        log.info("assigned", partitions=len(assigned))
        await self._consumer.learn_partitions()
