"""Names met before: held against the published schema once, then remembered in bounded caches."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from ingest.events.checks import (
    refuse_control_names,
    refuse_currency,
    refuse_long_subject,
    refuse_reserved,
)
from ingest.faults import FaultError, check_strictly
from shared.events import (
    METRICS_TOPIC,
    SPEND_TOPIC,
    MetricsSent,
    SpendSent,
    entity_text,
    subject_key,
)
from shared.kafka.producer import TopicPartition
from shared.keys import pairs_text

CACHED_BYTES_MAX = 128 * 1024 * 1024
"""Of all names remembered; ENTRY_BYTES is what one costs beside its texts."""
ENTRY_BYTES = 500
CACHED_VIEWS_MAX = 20_000


class EventRoute(Struct, frozen=True):
    """Where an event with certain names goes; the names have passed the published schema."""

    key: bytes
    spend: TopicPartition
    metrics: TopicPartition


class KnownNames(Struct, frozen=True):
    """What is remembered of a source: routes by the names in an event, known sets of measures."""

    routes: dict[Any, EventRoute]
    measures: set[tuple[str, ...]]


class NameMemory:
    """Of all sources; one per process.

    `partition_for(topic, key)` decides where a record goes; topics are names on the broker.
    """

    def __init__(
        self, partition_for: Callable[[str, bytes], int], topic: Callable[[str], str]
    ) -> None:
        self._partition_for = partition_for
        self._topics = topic(SPEND_TOPIC), topic(METRICS_TOPIC)
        self._sources: dict[tuple[str, str], KnownNames] = {}
        self._cached_bytes = 0

    def knows(self, workspace: str, source: str) -> bool:
        """Whether the source was asked for before: its name has passed all checks."""
        return (workspace, source) in self._sources

    def of(self, workspace: str, source: str) -> KnownNames:
        """What is remembered of a source; the caller adds nothing to it by itself."""
        where = (workspace, source)
        found = self._sources.get(where)
        if found is None:
            if len(self._sources) >= CACHED_VIEWS_MAX:
                self.forget()
            found = self._sources[where] = KnownNames({}, set())
        return found

    def learn_route(
        self, event: SpendSent | MetricsSent, names: Any, workspace: str, known: KnownNames
    ) -> EventRoute:
        """Checks the names of an event not met before, and finds its Kafka key and partitions.

        Raises FaultError, UnavailableError.
        """
        check_strictly(event)
        data = event.data
        refuse_currency(data.currency)
        if data.entity is None:
            if data.campaign is None or data.line is None:
                raise FaultError("entity_missing", "name campaign and line, or entity")
        elif data.campaign is not None or data.line is not None:
            raise FaultError("campaign_and_entity", "name campaign and line, or entity, not both")
        elif not data.entity:
            raise FaultError("entity_missing", "entity names no level")
        refuse_control_names(data)
        subject = f"{event.source}{entity_text(data)}{pairs_text(data.dims)}"
        refuse_long_subject(subject)
        key = subject_key(workspace, event.source, data).encode()
        spend, metrics = self._topics
        route = EventRoute(
            key,
            (spend, self._partition_for(spend, key)),
            (metrics, self._partition_for(metrics, key)),
        )
        # The names stand in the event's own order and in the key's.
        self._remember(len(key) + len(subject) + len(data.report or ""))
        known.routes[names] = route
        return route

    def learn_measures(self, event: MetricsSent, names: tuple[str, ...], known: KnownNames) -> None:
        """Checks a set of measures not met before. Raises FaultError."""
        check_strictly(event)
        refuse_reserved(names)
        self._remember(sum(map(len, names)))
        known.measures.add(names)

    def forget(self) -> None:
        """To be called when a topic has another number of partitions than before."""
        self._sources.clear()
        self._cached_bytes = 0

    def _remember(self, length: int) -> None:
        """Keeps all caches together below a bound; what is forgotten is only checked again."""
        self._cached_bytes += ENTRY_BYTES + length
        if self._cached_bytes > CACHED_BYTES_MAX:
            for each in self._sources.values():
                each.routes.clear()
                each.measures.clear()
            self._cached_bytes = ENTRY_BYTES + length
