"""A batch of metrics in its order: what is valid, and how complete its source was then. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from kpi_monitor.records.measures import Refusal, parse_measures
from kpi_monitor.records.record import MetricsRecord, Place, ProgressKey, known_at
from kpi_monitor.windows import to_ms
from shared.database.progress import Heartbeat
from shared.events import (
    METRICS_TOPIC_DECODER,
    MetricsEvent,
    SourceEvent,
    Subject,
    entity_text,
)
from shared.kafka.consumer import Received
from shared.keys import pairs_text
from shared.names import SUBJECT_BYTES_MAX

_is_hex = re.compile(r"[0-9a-f]+", re.ASCII).fullmatch


def walk(
    batch: Sequence[tuple[Received, MetricsEvent | SourceEvent]],
    progress: Mapping[ProgressKey, int],
    *,
    oldest: datetime,
    newest: datetime,
) -> tuple[list[MetricsRecord], list[Heartbeat], list[tuple[Received, Refusal]]]:
    """Goes through a batch in offset order per partition.

    `progress`: completeness before the batch. Returns the events with what was known when each was
    told, the heartbeats, and what is refused (`too_old` before
    `oldest`, `future_time` after `newest`, wrong measures).
    """
    complete = dict(progress)
    told: list[MetricsRecord] = []
    heartbeats: list[Heartbeat] = []
    refused: list[tuple[Received, Refusal]] = []
    for received, event in batch:
        place = event.workspace, event.source, received.partition
        try:
            if isinstance(event, SourceEvent):
                if event.data.complete_through > newest:
                    raise Refusal("future_time", "complete_through lies in the future")
                complete[place] = max(complete.get(place, 0), to_ms(event.settled_through))
                heartbeats.append(Heartbeat.of(event, received))
                continue
            told.append(_told(received, event, complete.get(place, 0), oldest))
        except Refusal as refusal:
            refused.append((received, refusal))
    return told, heartbeats, refused


def _told(
    received: Received, event: MetricsEvent, complete: int, oldest: datetime
) -> MetricsRecord:
    data = event.data
    if data.mode == "delta" and event.time < oldest:
        raise Refusal("too_old", "older than the ids that are remembered")
    if data.mode == "snapshot" and not (data.report and data.period):
        raise Refusal("snapshot_incomplete", "a snapshot states its report and period")
    if data.entity is None and not (data.campaign and data.line):
        raise Refusal("subject_missing", "neither campaign and line nor entity is stated")
    if data.mode == "delta" and not (_is_hex(event.bodyhash) and len(event.bodyhash) % 2 == 0):
        raise Refusal("unparseable", "bodyhash is not hex")
    if (data.entity or data.dims) and _key_bytes(event) > SUBJECT_BYTES_MAX:
        raise Refusal(
            "subject_too_long", f"source, entity and dims together exceed {SUBJECT_BYTES_MAX} bytes"
        )
    start, end = to_ms(data.period_start), to_ms(data.period_end)
    if end <= start:
        raise Refusal("period_empty", "period_end is not after period_start")
    measures = parse_measures(data.measures)
    known = known_at(end, complete)
    return MetricsRecord(received, event, measures, start, end, complete, known, _named(data))


def retold(received: Received, complete: int) -> MetricsRecord:
    """A snapshot that was held, as it was told: `complete` is how far its source was then."""
    event = METRICS_TOPIC_DECODER.decode(received.value)
    assert isinstance(event, MetricsEvent), "only snapshots are held as they came"
    # It was counted in its import when it came.
    event = msgspec.structs.replace(event, importid=None)
    data, measures = event.data, parse_measures(event.data.measures)
    start, end = to_ms(data.period_start), to_ms(data.period_end)
    known = known_at(end, complete)
    return MetricsRecord(received, event, measures, start, end, complete, known, _named(data))


def _named(data: Subject) -> Place | None:
    return None if data.entity is not None else (data.campaign or "", data.line or "")


def _key_bytes(event: MetricsEvent) -> int:
    return len(f"{event.source}{entity_text(event.data)}{pairs_text(event.data.dims)}".encode())
