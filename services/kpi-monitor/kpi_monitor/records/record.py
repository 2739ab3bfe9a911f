"""What a batch of metrics changes: validation, completeness, revisions, differences. Pure.

Handlers read what is needed, these functions decide, handlers write. Amounts are micros, times
epoch ms.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from kpi_monitor.windows import LONGEST_DAY_MS, MATURITY_MAX_MS, MINUTE_MS, to_ms
from shared.events import (
    METRICS_TOPIC_DECODER,
    MetricsEvent,
    SourceEvent,
    Subject,
    entity_text,
)
from shared.kafka.consumer import Received
from shared.keys import pairs_text
from shared.money import LIMIT_MICROS, MICROS, MONEY_MEASURES, MoneyError, parse_micros
from shared.names import SUBJECT_BYTES_MAX

SPEND = "spend"
"""The one measure that comes from the ledger (budget.totals.v1), never from metrics.v1."""

_is_hex = re.compile(r"[0-9a-f]+", re.ASCII).fullmatch

Measures = dict[str, int]
Place = tuple[str, str]
"""(campaign, line)."""
OWN_CAMPAIGN, OWN_LINE = "paceline:campaign", "paceline:line"
"""Our names among the levels of an entity; no platform has such levels."""
MONEY_APART = "\n"
"""Ends the dims of a fact that is the money of another one; no dims have a line break."""

KNOWN_MAX_MS = LONGEST_DAY_MS + MATURITY_MAX_MS
"""So long after a period's end the longest window with the greatest maturity has closed."""

_MEASURES_ENCODER = msgspec.json.Encoder(order="deterministic")


class Refusal(Exception):  # noqa: N818 - a decision about one event, not a failure of ours
    """An event that cannot be folded: `code` is stable, `detail` for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


# Keys are plain tuples: several are made for each event, and a named one costs five times as much.
ProgressKey = tuple[str, str, int]
"""(workspace, source, partition of metrics.v1)."""
FactKey = tuple[int, str, str, str]
"""(number of the workspace, source and report, period, entity, dims)."""
HeldKey = tuple[str, str, str, str, int, int, int, str]
"""(workspace, source, entity, measure, start, end, known, currency of the event's money or "")."""
PlacedKey = tuple[str, str, int, str, int, int, str, str, str, str]
"""(workspace, source, start, entity, end, known, measure, currency of the event's money or "",
campaign, line) of deltas that a mapping has placed."""
Group = tuple[str, str, str, str]
"""(workspace, source, entity, period's label) of snapshots: what is held and moved together."""
Fed = tuple[str, str, str, str]
"""(workspace, campaign, line, source)."""
Period = tuple[int, int, int]
"""(start, end, known)."""


class Shape(NamedTuple):
    """What a report keeps for ever, and the number that stands for it."""

    mode: str
    grain: str
    stream: int


DELTA, BY_HOUR, BY_DAY = ("delta", "pane"), ("snapshot", "hour"), ("snapshot", "day")


@dataclass(slots=True)
class Told:
    """One metrics event, validated. `place` is None while no mapping names its entity.

    `complete`: how far its source was when it was told; `known`: the mark that this gives.
    """

    received: Received
    event: MetricsEvent
    measures: Measures
    start: int
    end: int
    complete: int
    known: int
    place: Place | None = None
    stream: int = 0
    replaced: "Told | None" = None
    """The lower revision in whose stead this one is written, when both came in one poll."""
    repeats: tuple["Told", ...] = ()
    """Further statements of this revision in the poll."""
    outdated: tuple["Told", ...] = ()
    """Lower revisions of the fact that came after this one in the poll."""
    money_waits: bool = False
    """Its money is kept aside, for its campaign or for one in its currency; its counts are not."""
    money_only: bool = False
    """Money that was kept aside, a fact of its own: that of its counts stands without it."""

    @property
    def revision(self) -> int:
        return self.event.data.revision or 0

    @property
    def fact(self) -> FactKey:
        data = self.event.data
        dims = pairs_text(data.dims) + (MONEY_APART if self.money_only else "")
        return self.stream, data.period or "", entity_text(data), dims

    @property
    def currency(self) -> str:
        """The currency of the money that this event states, or ""; without one the campaign's."""
        stated = self.event.data.currency
        return "" if stated is None or MONEY_MEASURES.isdisjoint(self.measures) else stated

    @property
    def group(self) -> Group:
        data = self.event.data
        return self.event.workspace, self.event.source, entity_text(data), data.period or ""

    def keep(self, *, money: bool) -> None:
        """Leaves only the money or only the counts of the event."""
        self.measures = {
            name: amount
            for name, amount in self.measures.items()
            if (name in MONEY_MEASURES) is money
        }

    @property
    def measures_text(self) -> str:
        """The sums as one text in which equal values are equal texts."""
        return _MEASURES_ENCODER.encode(self.measures).decode()


def levels_of(data: Subject) -> dict[str, str]:
    """What is kept of a held event to place it later: the platform's ids by level, or our names."""
    if data.entity is not None:
        return dict(data.entity)
    return {OWN_CAMPAIGN: data.campaign or "", OWN_LINE: data.line or ""}


def own_place(levels: Mapping[str, str]) -> Place | None:
    """The place that a held event named itself, of `levels_of`; None for a platform's entity."""
    if levels.keys() != {OWN_CAMPAIGN, OWN_LINE}:
        return None
    return levels[OWN_CAMPAIGN], levels[OWN_LINE]


def parse_measures(stated: Mapping[str, int | str]) -> Measures:
    """Integers or decimal strings by name → micros.

    Raises Refusal: `measure_reserved` (spend comes from the ledger only), `measure_not_decimal`.
    """
    measures: Measures = {}
    for name, value in stated.items():
        if name == SPEND:
            raise Refusal("measure_reserved", "spend comes from spend events, not from metrics")
        if isinstance(value, str):
            try:
                measures[name] = parse_micros(value)
            except MoneyError as error:
                raise Refusal("measure_not_decimal", f"{name}: {error.detail}") from error
        else:
            measures[name] = value * MICROS
            if abs(measures[name]) >= LIMIT_MICROS:
                raise Refusal("measure_not_decimal", f"{name}: {value} is not below 10^12")
    return measures


def known_at(end: int, complete: int) -> int:
    """The mark of a period that ends at `end`, told when its source was complete to `complete`.

    0 while the period was not complete. Marks are floored to the minute, as the ends of windows and
    maturities lie on it, and stop where the longest window with the greatest maturity has closed:
    later ones would only split rows without changing a sum.
    """
    if complete < end:
        return 0
    return min(complete // MINUTE_MS * MINUTE_MS, end + KNOWN_MAX_MS)


def walk(
    batch: Sequence[tuple[Received, MetricsEvent | SourceEvent]],
    progress: Mapping[ProgressKey, int],
    *,
    oldest: datetime,
    newest: datetime,
) -> tuple[list[Told], dict[ProgressKey, SourceEvent], list[tuple[Received, Refusal]]]:
    """Goes through a batch in offset order per partition.

    `progress`: completeness before the batch. Returns the events with what was known when each was
    told, the greatest heartbeat per source and partition, and what is refused (`too_old` before
    `oldest`, `future_time` after `newest`, wrong measures).
    """
    complete = dict(progress)
    told: list[Told] = []
    heartbeats: dict[ProgressKey, SourceEvent] = {}
    refused: list[tuple[Received, Refusal]] = []
    for received, event in batch:
        place = event.workspace, event.source, received.partition
        try:
            if isinstance(event, SourceEvent):
                if event.data.complete_through > newest:
                    raise Refusal("future_time", "complete_through lies in the future")
                complete[place] = max(complete.get(place, 0), to_ms(event.settled_through))
                known = heartbeats.get(place)
                # The same completeness again may say that less is set aside now.
                if known is None or known.data.complete_through <= event.data.complete_through:
                    heartbeats[place] = event
                continue
            told.append(_told(received, event, complete.get(place, 0), oldest))
        except Refusal as refusal:
            refused.append((received, refusal))
    return told, heartbeats, refused


def _told(received: Received, event: MetricsEvent, complete: int, oldest: datetime) -> Told:
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
    return Told(received, event, measures, start, end, complete, known, _named(data))


def retold(received: Received, complete: int) -> Told:
    """A snapshot that was held, as it was told: `complete` is how far its source was then."""
    event = METRICS_TOPIC_DECODER.decode(received.value)
    assert isinstance(event, MetricsEvent), "only snapshots are held as they came"
    # It was counted in its import when it came.
    event = msgspec.structs.replace(event, importid=None)
    data, measures = event.data, parse_measures(event.data.measures)
    start, end = to_ms(data.period_start), to_ms(data.period_end)
    known = known_at(end, complete)
    return Told(received, event, measures, start, end, complete, known, _named(data))


def _named(data: Subject) -> Place | None:
    return None if data.entity is not None else (data.campaign or "", data.line or "")


def _key_bytes(event: MetricsEvent) -> int:
    return len(f"{event.source}{entity_text(event.data)}{pairs_text(event.data.dims)}".encode())


def shape_of(told: Told) -> tuple[str, str]:
    """(mode, grain) that a (source, report) keeps for ever; the grain of deltas is their pane."""
    data = told.event.data
    if data.mode == "delta":
        return DELTA
    return BY_HOUR if "T" in (data.period or "") else BY_DAY


def other_shape(shape: tuple[str, str], fixed: Shape) -> Refusal:
    """The refusal of a shape that is not the first one seen of its report."""
    mode, grain = shape
    if mode != fixed.mode:
        return Refusal("mode_conflict", f"the report is {fixed.mode}, the event {mode}")
    return Refusal("granularity_conflict", f"the report is by {fixed.grain}, the event by {grain}")


def distinct_deltas(deltas: Iterable[Told]) -> tuple[dict[int, dict[str, Told]], list[Told]]:
    """One event per stream and id, the first, and the others."""
    first: dict[int, dict[str, Told]] = {}
    repeats: list[Told] = []
    for told in deltas:
        seen = first.setdefault(told.stream, {}).setdefault(told.event.id, told)
        if seen is not told:
            repeats.append(told)
    return first, repeats


def reused(
    first: Mapping[int, Mapping[str, Told]],
    repeats: Iterable[Told],
    stored: Mapping[tuple[int, str], bytes],
) -> list[Told]:
    """Events whose id stands for another body: of `distinct_deltas`, held against what is stored.

    `stored`: the bodies of those ids that are stored with another body than that of the first.
    """
    found = [first[stream][name] for stream, name in stored]
    for told in repeats:
        body = stored.get((told.stream, told.event.id))
        if body is None:
            body = bytes.fromhex(first[told.stream][told.event.id].event.bodyhash)
        if body != bytes.fromhex(told.event.bodyhash):
            found.append(told)
    return found


def id_reused() -> Refusal:
    """The refusal of an id that came before with another body."""
    return Refusal("id_reused", "this id came before with another body")
