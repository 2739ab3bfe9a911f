"""Kafka producer: whole record batches per partition, acknowledged by all in-sync replicas.

Nothing is done per record but an append. Requests that arrive while a round is on its way are sent
together in the next one (group commit), so single events share batches too; where nothing is on its
way, nothing waits.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared import metrics
from shared.backoff import backoff_s
from shared.errors import TooLargeError, UnavailableError
from shared.events import TOPICS
from shared.kafka.delivery.abandon import abandon, take_exception
from shared.kafka.delivery.batches import Batches
from shared.kafka.delivery.first_attempt import FirstAttempt
from shared.kafka.delivery.partitions import Partitions
from shared.kafka.delivery.round import Failures, OnEnd, Place, Round, failures_of
from shared.logs import get_logger
from shared.settings import CommonSettings

log = get_logger(__name__)

BATCH_BYTES_MAX = 900_000
"""Below the broker's default `message.max.bytes` (1 MiB)."""
RECORD_BYTES_MAX = 512 * 1024
REQUEST_BYTES_MAX = 32 * 1024 * 1024
STOP_TIMEOUT_S = 5.0

TopicPartition = Place


class Record(NamedTuple):
    """One record to send; the key decides the partition (murmur2, as Kafka's own clients)."""

    key: bytes
    value: bytes


class Producer:
    """One per process, idempotent, acks=all.

    After any failed delivery the client is replaced: its sequence numbers have moved past a batch
    the broker never took, and it would refuse everything that follows.
    """

    def __init__(self, settings: CommonSettings) -> None:
        self._settings = settings
        self._client: AIOKafkaProducer | None = None
        self._first_attempt: FirstAttempt | None = None
        self._collecting = Round()
        self._sent: Round | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._inflight_bytes = 0
        self._drained = asyncio.Event()
        self._drained.set()
        self._partitions = Partitions()
        self._closing = False

    async def start(self) -> None:
        """Connects in the background; until then `send` raises UnavailableError."""
        metrics.INFLIGHT_BYTES.set_function(lambda: self._inflight_bytes)
        self._spawn(self._connect())

    async def stop(self) -> None:
        """Ends after what was handed over is acknowledged or STOP_TIMEOUT_S have passed.

        What is not acknowledged by then has failed for whoever waits for it.
        """
        self._closing = True
        if self._client is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self._drained.wait()
        client, self._client = self._client, None
        if self._first_attempt is not None:
            self._first_attempt.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for left in (self._sent, self._collecting):
            if left is not None:
                self._end(left, dict.fromkeys(left.batches, _away()))
        if client is not None:
            await abandon(client)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def connected(self) -> bool:
        return self._client is not None

    @property
    def waited_s(self) -> float:
        """For how long the round on its way has had no answer."""
        return 0.0 if self._sent is None else self._sent.age_s

    async def check(self) -> None:
        """A readiness check. Raises UnavailableError `broker_unavailable`."""
        if not self.connected:
            raise _away()

    def partition_count(self, topic: str) -> int:
        """Partitions the broker names for `topic` (prefixed name). Raises UnavailableError."""
        return self._partitions.count(topic)

    def partition_for(self, topic: str, key: bytes) -> int:
        """Where a record with this key goes. Raises UnavailableError."""
        return self._partitions.of(topic, key)

    async def send(self, topic: str, records: Sequence[Record]) -> None:
        """Sends all and returns when all are acknowledged.

        Raises UnavailableError (`broker_unavailable`, `overloaded`) when any partition was not
        acknowledged within `delivery_timeout_s`; some records may be stored all the same.
        TooLargeError: a record over RECORD_BYTES_MAX, nothing was sent.
        """
        batches: dict[TopicPartition, list[Record]] = {}
        for record in records:
            place = (topic, self.partition_for(topic, record.key))
            batch = batches.get(place)
            if batch is None:
                batches[place] = [record]
            else:
                batch.append(record)
        await self.send_batches(batches)

    async def send_everywhere(self, topics: Sequence[str], records: Sequence[Record]) -> None:
        """Writes records into every partition of every topic (heartbeats)."""
        await self.send_batches(
            {
                (topic, partition): records
                for topic in topics
                for partition in range(self.partition_count(topic))
            }
        )

    async def send_batches(self, batches: Mapping[TopicPartition, Sequence[Record]]) -> None:
        """`deliver`, raising UnavailableError if any partition failed."""
        failures = await self.deliver(batches)
        if failures:
            raise not_acknowledged() from next(iter(failures.values()))

    async def deliver(self, batches: Mapping[TopicPartition, Sequence[Record]]) -> Failures:
        """Sends each partition's records in order; returns the partitions that failed, and why."""
        if not batches:
            return {}
        ended: asyncio.Future[Failures] = asyncio.get_running_loop().create_future()

        def on_end(failures: Failures) -> None:
            if not ended.done():
                ended.set_result(failures)

        self.submit(batches, on_end)
        return await ended

    def submit(self, batches: Mapping[TopicPartition, Sequence[Record]], on_end: OnEnd) -> None:
        """`deliver` without waiting: `on_end` is called once, with what failed."""
        size = 0
        for batch in batches.values():
            bytes_of_batch = sum(map(len, chain.from_iterable(batch)))
            if bytes_of_batch > RECORD_BYTES_MAX:
                _refuse_large(batch)
            size += bytes_of_batch
        if self._client is None or self._closing:
            raise _away()
        if self._inflight_bytes + size > self._settings.inflight_bytes_max:
            raise UnavailableError("overloaded", "too many bytes wait for Kafka")
        current = self._collecting
        if current.is_empty:
            self._begin(current)
        current.add(self._client, batches, size, on_end)
        self._inflight_bytes += size

    def _begin(self, current: Round) -> None:
        loop = asyncio.get_running_loop()
        self._drained.clear()
        current.begin(loop.call_later(self._settings.delivery_timeout_s, self._expire, current))
        if self._sent is None:
            # What else this turn of the loop has read still joins the round.
            loop.call_soon(self._send_collected)

    def _send_collected(self) -> None:
        current = self._collecting
        if self._sent is not None or current.is_empty:
            return
        self._sent, self._collecting = current, Round()
        client, first_attempt = self._client, self._first_attempt
        if client is None or first_attempt is None:
            self._end(current, dict.fromkeys(current.batches, _away()))
            return
        if not first_attempt.send(current.batches, partial(self._end, current)):
            self._spawn(self._send_by_library(client, current, current.batches))

    async def _send_by_library(
        self, client: AIOKafkaProducer, current: Round, batches: Batches
    ) -> None:
        futures: list[tuple[Place, Any]] = []
        try:
            for place, built in batches.items():
                for batch in built:
                    future = await client.send_batch(batch, place[0], partition=place[1])
                    future.add_done_callback(take_exception)
                    futures.append((place, future))
            failures = await failures_of(futures)
        except Exception as error:
            failures = dict.fromkeys(batches, error)
        self._end(current, failures)

    def _expire(self, current: Round) -> None:
        self._end(current, dict.fromkeys(current.batches, TimeoutError("no acknowledgement")))

    def _end(self, current: Round, failures: Failures) -> None:
        """Once for each round: whatever comes later has failed already."""
        if current.ended:
            return
        if current is self._sent:
            self._sent = None
            metrics.PRODUCE_DURATION.observe(current.age_s)
            if failures:
                self._replace()
        else:
            self._collecting = Round()
        if failures:
            metrics.PRODUCE_FAILURES.inc()
            error = repr(next(iter(failures.values())))
            log.warning("delivery_failed", partitions=len(failures), error=error)
        for topic, count in current.acknowledged(failures).items():
            _produced(topic).inc(count)
        self._inflight_bytes -= current.size
        current.end(failures)
        if not self._collecting.is_empty:
            self._send_collected()
        elif self._sent is None:
            self._drained.set()

    def _replace(self) -> None:
        failed, self._client = self._client, None
        if self._first_attempt is not None:
            self._first_attempt.close()
        if failed is not None and not self._closing:
            self._spawn(abandon(failed))
            self._spawn(self._connect())

    async def _connect(self) -> None:
        failures = 0
        while True:
            client = AIOKafkaProducer(
                bootstrap_servers=self._settings.kafka_bootstrap,
                client_id=f"paceline-{self._settings.service}-{self._settings.replica}",
                acks="all",
                enable_idempotence=True,
                max_batch_size=BATCH_BYTES_MAX,
                max_request_size=REQUEST_BYTES_MAX,
                request_timeout_ms=int(self._settings.delivery_timeout_s * 1000),
                retry_backoff_ms=50,
            )
            try:
                # Longer than aiokafka's own limit per request: a start that is cut off in its
                # first request would leave its connection open.
                async with asyncio.timeout(3 * self._settings.delivery_timeout_s):
                    await client.start()
                    await self._learn_partitions(client)
            except (KafkaError, OSError, TimeoutError) as error:
                failures += 1
                wait_s = backoff_s(failures, 2.0)
                log.warning("kafka_unreachable", error=repr(error), retry_in_s=wait_s)
                await abandon(client)
                await asyncio.sleep(wait_s)
            except BaseException:
                await abandon(client)
                raise
            else:
                self._client, self._first_attempt = client, FirstAttempt(client)
                return

    async def _learn_partitions(self, client: AIOKafkaProducer) -> None:
        counts: dict[str, int] = {}
        for name in map(self._settings.topic, TOPICS):
            counts[name] = len(await client.partitions_for(name))
        self._partitions.learn(counts)


@cache
def _produced(topic: str) -> Any:
    return metrics.PRODUCED.labels(topic)


def not_acknowledged() -> UnavailableError:
    """What whoever sent it is told."""
    return UnavailableError(
        "broker_unavailable", "Kafka did not acknowledge the events; send them again"
    )


def _away() -> UnavailableError:
    return UnavailableError("broker_unavailable", "Kafka cannot be reached")


def _refuse_large(batch: Sequence[Record]) -> None:
    if any(len(key) + len(value) > RECORD_BYTES_MAX for key, value in batch):
        raise TooLargeError("too_large", f"a record is over {RECORD_BYTES_MAX} bytes")
