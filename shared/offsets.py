"""Where a consumer group stands: its committed offsets against the ends of all partitions."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.errors import UnavailableError
from shared.settings import CommonSettings


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

    def partition_count(self, topic: str) -> int:
        """Partitions of a (prefixed) topic; 0 while unknown."""
        return self._counts.get(topic, 0)

    async def lag(self) -> int:
        """Records between the group's committed offsets and the ends, over all partitions.

        A partition without a committed offset counts from its beginning. Raises UnavailableError.
        """
        try:
            async with self._one_at_a_time, asyncio.timeout(self._settings.delivery_timeout_s):
                return await self._lag()
        except (KafkaError, OSError, TimeoutError) as error:
            raise UnavailableError("broker_unavailable", f"offsets unknown: {error!r}") from error

    async def _lag(self) -> int:
        if self._admin is None:
            raise UnavailableError("broker_unavailable", "Kafka cannot be reached")
        if self._reader is None:
            reader = AIOKafkaConsumer(bootstrap_servers=self._settings.kafka_bootstrap)
            await reader.start()
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
        return sum(
            max(
                0,
                ends[place] - (committed[place].offset if place in committed else begins[place]),
            )
            for place in places
        )

    async def close(self) -> None:
        """Closes both connections; safe to call twice."""
        if self._admin is not None:
            await self._admin.close()
            self._admin = None
        if self._reader is not None:
            await self._reader.stop()
            self._reader = None
