"""Kafka producer: whole record batches per partition, acknowledged by all in-sync replicas.

Nothing is done per record but an append. Requests that arrive while a round is on its way are sent
together in the next one (group commit), so single events share batches too.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared import metrics
from shared.backoff import backoff_s
from shared.errors import TooLargeError, UnavailableError
from shared.events import TOPICS
from shared.kafka.abandon import abandon, take_exception
from shared.kafka.batches import build_batches
from shared.kafka.partitions import Partitions
from shared.logs import get_logger
from shared.settings import CommonSettings

log = get_logger(__name__)

BATCH_BYTES_MAX = 900_000
"""Below the broker's default `message.max.bytes` (1 MiB)."""
RECORD_BYTES_MAX = 512 * 1024
REQUEST_BYTES_MAX = 32 * 1024 * 1024
ROUNDS_MAX = 2
"""Rounds on their way at once: one at the broker, one being built."""
STOP_TIMEOUT_S = 5.0

TopicPartition = tuple[str, int]


class Record(NamedTuple):
    """One record to send; the key decides the partition (murmur2, as Kafka's own clients)."""

    key: bytes
    value: bytes


class _Round:
    """Records collected for one trip to the broker, and the failure of each partition.

    Once it runs, a partition counts as failed until Kafka has acknowledged it.
    """

    def __init__(self) -> None:
        self.records: dict[TopicPartition, list[Sequence[Record]]] = {}
        self.failed: dict[TopicPartition, BaseException] = {}
        self.done = asyncio.Event()

    def fail_all(self) -> None:
        """Nothing of it was acknowledged (yet)."""
        error = UnavailableError("broker_unavailable", "Kafka cannot be reached")
        self.failed = dict.fromkeys(self.records, error)


class Producer:
    """One per process, idempotent, acks=all.

    After any failed delivery the client is replaced: its sequence numbers have moved past a batch
    the broker never took, and it would refuse everything that follows.
    """

    def __init__(self, settings: CommonSettings) -> None:
        self._settings = settings
        self._client: AIOKafkaProducer | None = None
        self._collecting = _Round()
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(ROUNDS_MAX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._inflight_bytes = 0
        self._waiting = 0
        self._drained = asyncio.Event()
        self._drained.set()
        self._partitions = Partitions()
        self._closing = False

    async def start(self) -> None:
        """Connects in the background; until then `send` raises UnavailableError."""
        metrics.INFLIGHT_BYTES.set_function(lambda: self._inflight_bytes)
        self._spawn(self._connect())
        self._spawn(self._collect())

    async def stop(self) -> None:
        """Ends after what was handed over is acknowledged or STOP_TIMEOUT_S have passed.

        What is not acknowledged by then has failed for whoever waits for it.
        """
        self._closing = True
        if self._client is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self._drained.wait()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._collecting.fail_all()
        self._collecting.done.set()
        if self._client is not None:
            await abandon(self._client)
            self._client = None

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def connected(self) -> bool:
        return self._client is not None

    async def check(self) -> None:
        """A readiness check. Raises UnavailableError `broker_unavailable`."""
        if not self.connected:
            raise UnavailableError("broker_unavailable", "Kafka cannot be reached")

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
        failed = await self.deliver(batches)
        if failed:
            raise UnavailableError(
                "broker_unavailable", "Kafka did not acknowledge the events; send them again"
            ) from next(iter(failed.values()))

    async def deliver(
        self, batches: Mapping[TopicPartition, Sequence[Record]]
    ) -> dict[TopicPartition, BaseException]:
        """Sends each partition's records in order; returns the partitions that failed, and why."""
        if not batches:
            return {}
        size = 0
        for batch in batches.values():
            bytes_of_batch = sum(map(len, chain.from_iterable(batch)))
            if bytes_of_batch > RECORD_BYTES_MAX:
                _refuse_large(batch)
            size += bytes_of_batch
        if self._client is None or self._closing:
            raise UnavailableError("broker_unavailable", "Kafka cannot be reached")
        if self._inflight_bytes + size > self._settings.inflight_bytes_max:
            raise UnavailableError("overloaded", "too many bytes wait for Kafka")
        current = self._collecting
        for place, batch in batches.items():
            current.records.setdefault(place, []).append(batch)
        self._account(size, 1)
        self._wake.set()
        try:
            async with asyncio.timeout(self._settings.delivery_timeout_s):
                await current.done.wait()
        except TimeoutError as error:
            return dict.fromkeys(batches, error)
        finally:
            self._account(-size, -1)
        return {place: current.failed[place] for place in batches if place in current.failed}

    def _account(self, size: int, waiting: int) -> None:
        self._inflight_bytes += size
        self._waiting += waiting
        if self._waiting:
            self._drained.clear()
        else:
            self._drained.set()

    async def _collect(self) -> None:
        while True:
            await self._wake.wait()
            await self._slots.acquire()
            self._wake.clear()
            current, self._collecting = self._collecting, _Round()
            self._spawn(self._run(current))

    async def _run(self, current: _Round) -> None:
        client = self._client
        began = time.monotonic()
        current.fail_all()
        try:
            if client is not None:
                await self._send_round(client, current)
        except Exception as error:
            current.failed = dict.fromkeys(current.records, error)
        finally:
            self._slots.release()
            current.done.set()
        metrics.PRODUCE_DURATION.observe(time.monotonic() - began)
        if current.failed:
            metrics.PRODUCE_FAILURES.inc()
            log.warning(
                "delivery_failed",
                partitions=len(current.failed),
                error=repr(next(iter(current.failed.values()))),
            )
            self._replace(client)

    async def _send_round(self, client: AIOKafkaProducer, current: _Round) -> None:
        futures: list[tuple[TopicPartition, Any]] = []
        counts: dict[str, int] = {}
        now_ms = int(time.time() * 1000)
        async with asyncio.timeout(self._settings.delivery_timeout_s):
            for place, batches in current.records.items():
                topic, partition = place
                for batch in build_batches(client, batches, now_ms):
                    counts[topic] = counts.get(topic, 0) + batch.record_count()
                    future = await client.send_batch(batch, topic, partition=partition)
                    future.add_done_callback(take_exception)
                    futures.append((place, future))
            await asyncio.wait([future for _, future in futures])
        errors = [(place, future.exception()) for place, future in futures]
        current.failed = {place: error for place, error in errors if error is not None}
        for topic, count in counts.items():
            if not any(place[0] == topic for place in current.failed):
                metrics.PRODUCED.labels(topic).inc(count)

    def _replace(self, failed: AIOKafkaProducer | None) -> None:
        if failed is None or failed is not self._client or self._closing:
            return
        self._client = None
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
                self._client = client
                return

    async def _learn_partitions(self, client: AIOKafkaProducer) -> None:
        counts: dict[str, int] = {}
        for name in map(self._settings.topic, TOPICS):
            counts[name] = len(await client.partitions_for(name))
        self._partitions.learn(counts)


def _refuse_large(batch: Sequence[Record]) -> None:
    if any(len(key) + len(value) > RECORD_BYTES_MAX for key, value in batch):
        raise TooLargeError("too_large", f"a record is over {RECORD_BYTES_MAX} bytes")
