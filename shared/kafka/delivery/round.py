"""One trip to the broker: what was collected for it, and who waits for it."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.kafka.delivery.batches import Pair, append_records
from shared.logs import get_logger

log = get_logger(__name__)

Place = tuple[str, int]
"""A topic (its name on the broker) and a partition."""
Failures = Mapping[Place, BaseException]
"""The partitions that were not acknowledged, and why."""
OnEnd = Callable[[Failures], None]


async def failures_of(futures: Iterable[tuple[Place, asyncio.Future[Any]]]) -> Failures:
    """Waits for aiokafka's batches; of a partition with several the last failure counts."""
    waiting = list(futures)
    await asyncio.wait([future for _, future in waiting])
    errors = [(place, future.exception()) for place, future in waiting]
    return {place: error for place, error in errors if error is not None}


class Round:
    """Collected until it is sent; ends once, and tells everybody who waits."""

    def __init__(self) -> None:
        self.batches: dict[TopicPartition, list[BatchBuilder]] = {}
        self.size = 0
        """Bytes of keys and values."""
        self.ended = False
        self._waiting: list[tuple[Collection[Place], OnEnd]] = []
        self._began_s = time.monotonic()
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits for it."""
        return not self._waiting

    @property
    def age_s(self) -> float:
        """Since the first record came."""
        return time.monotonic() - self._began_s

    def begin(self, deadline: asyncio.TimerHandle) -> None:
        """The first record comes; `deadline` ends the round if nothing else does."""
        self._began_s = time.monotonic()
        self._deadline = deadline

    def add(
        self,
        client: AIOKafkaProducer,
        records: Mapping[Place, Sequence[Pair]],
        size: int,
        on_end: OnEnd,
    ) -> None:
        """What one caller sends, and whom to tell."""
        self.size += size
        self._waiting.append((tuple(records), on_end))
        now_ms = int(time.time() * 1000)
        for place, some in records.items():
            batches = self.batches.get(place)
            if batches is None:
                batches = self.batches[TopicPartition(*place)] = []
            append_records(client, batches, some, now_ms)

    def end(self, failures: Failures) -> None:
        """Tells each caller which of its partitions failed."""
        self.ended = True
        if self._deadline is not None:
            self._deadline.cancel()
        for places, on_end in self._waiting:
            own = {place: failures[place] for place in places if place in failures}
            try:
                on_end(own)
            except Exception as error:
                # A fault of one caller is no reason to leave the others waiting.
                log.error("caller_failed", exc_info=error)

    def acknowledged(self, failures: Failures) -> dict[str, int]:
        """Records by topic, of the partitions that did not fail."""
        counts: dict[str, int] = {}
        for place, batches in self.batches.items():
            if place not in failures:
                count = sum([batch.record_count() for batch in batches])
                counts[place.topic] = counts.get(place.topic, 0) + count
        return counts
