"""How far the assigned partitions are behind, from what each fetch brings along."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import metrics


class Lag:
    """The gauge of each topic; `topics` are names on the broker, which begin with `prefix`."""

    def __init__(self, topics: Sequence[str], prefix: str) -> None:
        self._topics = topics
        self._prefix = prefix
        self._next: dict[TopicPartition, int] = {}

    def read(self, read: Mapping[TopicPartition, int]) -> None:
        """The next offset of these partitions."""
        self._next.update(read)

    def observe(
        self, consumer: AIOKafkaConsumer, polled: Mapping[TopicPartition, Sequence[Any]]
    ) -> None:
        """Sets the gauges from the high water marks."""
        for place, part in polled.items():
            self._next.setdefault(place, part[0].offset)
        assigned = consumer.assignment()
        self._next = {place: offset for place, offset in self._next.items() if place in assigned}
        lags = dict.fromkeys(self._topics, 0)
        for place, offset in self._next.items():
            lags[place.topic] += max(0, (consumer.highwater(place) or 0) - offset)
        for topic, lag in lags.items():
            metrics.CONSUMER_LAG.labels(topic.removeprefix(self._prefix)).set(lag)
