"""Where a consumer group stands: its committed offsets against the ends of all partitions."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from shared import metrics
from shared.errors import UnavailableError
from shared.settings import CommonSettings

WATCH_INTERVAL_MAX_S = 5.0


class GroupOffsets(NamedTuple):
    """Of a group over all partitions: records not committed, and the sum of its offsets."""

    lag: int
    committed: int


class Offsets:
    """Asks the broker, not the local consumer, so the answer covers every replica's partitions."""

    def __init__(self, settings: CommonSettings, group: str, topics: Sequence[str]) -> None:
        self._settings = settings
        self._group = group
        self._topics = list(topics)
        self._admin: AIOKafkaAdminClient | None = None
        self._reader: AIOKafkaConsumer | None = None
        self._counts: dict[str, int] = {}
        self._one_at_a_time = asyncio.Lock()

    async def connect(self) -> str:
        """Connects and returns the cluster's id. Raises KafkaError or OSError."""
        await self.close()
        admin = AIOKafkaAdminClient(bootstrap_servers=self._settings.kafka_bootstrap)
        try:
            await admin.start()
            cluster = await admin.describe_cluster()
        except BaseException:
            await admin.close()
            raise
        self._admin = admin
        await self.refresh()
        return str(cluster["cluster_id"])

    async def refresh(self) -> None:
        """Reads the partition counts. Raises KafkaError; UnavailableError for a missing topic."""
        if self._admin is None:
            raise UnavailableError("broker_unavailable", "Kafka cannot be reached")
        for topic in await self._admin.describe_topics(self._topics):
            if topic["error_code"] != 0:
                raise KafkaError(f"topic {topic['topic']} is missing; run `paceline topics`")
            self._counts[topic["topic"]] = len(topic["partitions"])

    async def check_horizons(self, horizons: Mapping[str, timedelta]) -> None:
        """Raises ValueError when a (prefixed) topic is kept longer than its ids are remembered."""
        for topic, span in horizons.items():
            kept_ms = await self._retention_ms(topic)
            if not 0 <= kept_ms < span.total_seconds() * 1000:
                raise ValueError(
                    f"{topic} is kept for {kept_ms} ms, but ids only for {span}: a replay would "
                    "count twice; shorten retention.ms or lengthen the horizon"
                )

    async def _retention_ms(self, topic: str) -> int:
        """How long the broker keeps a topic; -1 is for ever."""
        if self._admin is None:
            raise UnavailableError("broker_unavailable", "Kafka cannot be reached")
        wanted = ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": None})
        (response,) = await self._admin.describe_configs([wanted])
        (resource,) = response.resources
        entries = {entry[0]: entry[1] for entry in resource[4]}
        return int(entries["retention.ms"])

    def partition_count(self, topic: str) -> int:
        """Partitions of a (prefixed) topic; 0 while unknown."""
        return self._counts.get(topic, 0)

    async def standing(self) -> GroupOffsets:
        """Where the group is, asked of the broker now.

        A partition without a committed offset counts from its beginning. Raises UnavailableError.
        """
        try:
            async with self._one_at_a_time, asyncio.timeout(self._settings.delivery_timeout_s):
                return await self._standing()
        except (KafkaError, OSError, TimeoutError) as error:
            raise UnavailableError("broker_unavailable", f"offsets unknown: {error!r}") from error

    async def _standing(self) -> GroupOffsets:
        if self._admin is None:
            raise UnavailableError("broker_unavailable", "Kafka cannot be reached")
        if len(self._counts) < len(self._topics):
            raise UnavailableError("broker_unavailable", "the topics are not known yet")
        if self._reader is None:
            reader = AIOKafkaConsumer(bootstrap_servers=self._settings.kafka_bootstrap)
            try:
                await reader.start()
            except BaseException:
                # Also when the time is over: half started, it has connections to close.
                await reader.stop()
                raise
            self._reader = reader
        places = [
            TopicPartition(topic, partition)
            for topic, count in self._counts.items()
            for partition in range(count)
        ]
        committed = await self._admin.list_consumer_group_offsets(self._group)
        ends = await self._reader.end_offsets(places)
        missing = [place for place in places if place not in committed]
        begins = await self._reader.beginning_offsets(missing) if missing else {}
        at = {p: committed[p].offset if p in committed else begins[p] for p in places}
        return GroupOffsets(sum(max(0, ends[p] - at[p]) for p in places), sum(at.values()))

    async def close(self) -> None:
        """Closes both connections; safe to call twice."""
        if self._admin is not None:
            await self._admin.close()
            self._admin = None
        if self._reader is not None:
            await self._reader.stop()
            self._reader = None


class Stands(Protocol):
    """Knows where a group stands: `Offsets`, or what stands in for it."""

    async def standing(self) -> GroupOffsets:
        """Raises UnavailableError while nobody can say."""
        ...


class Progress:
    """Whether a group advances, by the broker's word: a fetcher that died in silence is seen too.

    Readiness fails when lag > 0 and the group has not advanced for `stuck_after_s`, or when the
    broker has not answered for as long (design.md section 1.9).
    """

    def __init__(
        self,
        offsets: Stands,
        group: str,
        stuck_after_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._offsets = offsets
        self._group = group
        self._stuck_after_s = stuck_after_s
        self._monotonic = monotonic
        self._standing: GroupOffsets | None = None
        self._silent = False
        self._answered_at = self._back_at = self._moved_at = self._fed_at = monotonic()

    async def watch(self) -> None:
        """Asks again and again, until cancelled."""
        interval_s = min(WATCH_INTERVAL_MAX_S, self._stuck_after_s / 5)
        while True:
            await self.ask()
            await asyncio.sleep(interval_s)

    async def ask(self) -> None:
        """Asks once; for how long the broker has been silent shows in its last answer's age."""
        try:
            standing = await self._offsets.standing()
        except UnavailableError:
            self._silent = True
            return
        now = self._monotonic()
        if self._silent or now - self._answered_at > self._stuck_after_s:
            self._back_at, self._silent = now, False
        self._answered_at = now
        before, self._standing = self._standing, standing
        if standing.lag == 0 or before is None or standing.committed != before.committed:
            self.moved()

    def moved(self) -> None:
        """The group advanced, or has nothing to do."""
        self._moved_at = self._monotonic()
        metrics.CONSUMER_LAST_PROGRESS.labels(self._group).set_to_current_time()

    def fed(self) -> None:
        """A poll brought records; whether they could be processed is another matter."""
        self._fed_at = self._monotonic()

    def check(self) -> None:
        """Raises UnavailableError `broker_unavailable` or `consumer_stuck`."""
        now = self._monotonic()
        if now - self._answered_at > self._stuck_after_s:
            raise UnavailableError(
                "broker_unavailable",
                f"{self._group}: Kafka has not answered for {now - self._answered_at:.0f} s",
            )
        if now - self._moved_at > self._stuck_after_s:
            lag = self._standing.lag if self._standing else 0
            raise UnavailableError(
                "consumer_stuck",
                f"{self._group}: {lag} behind, no progress for {now - self._moved_at:.0f} s",
            )

    def is_hopeless(self) -> bool:
        """The broker answers and has records, but no poll brought any for twice the limit.

        A database that is away for long is no such case: its records come again and again. Nor is a
        broker that was away: who fetches has that time again from its return on.
        """
        now = self._monotonic()
        return (
            now - self._answered_at < self._stuck_after_s
            and now - max(self._back_at, self._moved_at, self._fed_at) > 2 * self._stuck_after_s
        )
