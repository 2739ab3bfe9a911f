"""Which partition a record goes to, by its key, as Kafka's own clients decide it."""

from collections.abc import Mapping

from aiokafka.partitioner import murmur2

from shared.errors import UnavailableError

PARTITION_CACHE_BYTES_MAX = 64 * 1024 * 1024
CACHE_ENTRY_BYTES = 250
"""Of a cached partition beside its key, roughly."""


class Partitions:
    """How many each topic has, and where keys go; topics are names on the broker."""

    def __init__(self) -> None:
        self._counts: Mapping[str, int] = {}
        self._by_key: dict[tuple[str, bytes], int] = {}
        self._cached_bytes = 0

    def learn(self, counts: Mapping[str, int]) -> None:
        """What the broker says now; with other counts keys go elsewhere."""
        if counts != self._counts:
            self._counts = counts
            self._by_key.clear()
            self._cached_bytes = 0

    def count(self, topic: str) -> int:
        """Raises UnavailableError `broker_unavailable` while it is not known."""
        count = self._counts.get(topic)
        if count is None:
            raise UnavailableError("broker_unavailable", f"topic {topic} is not known yet")
        return count

    def of(self, topic: str, key: bytes) -> int:
        """murmur2 of the key; cached, because pure-Python murmur2 costs 4 µs a key."""
        found = self._by_key.get((topic, key))
        if found is None:
            found = (murmur2(key) & 0x7FFFFFFF) % self.count(topic)
            self._cached_bytes += CACHE_ENTRY_BYTES + len(key)
            if self._cached_bytes > PARTITION_CACHE_BYTES_MAX:
                self._by_key.clear()
                self._cached_bytes = CACHE_ENTRY_BYTES + len(key)
            self._by_key[topic, key] = found
        return found
