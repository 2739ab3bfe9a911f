"""What each event does to the stored numbers: the fold step. One poll is one transaction.

Every effect rests on a unique key or a monotone number (design.md section 2), so a batch seen twice
changes nothing. Rows are written in one sorted key order, panes once per batch, against deadlocks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from kpi_monitor import folding, store_catalog, store_metrics, totals
from kpi_monitor.catalog import (
    Currencies,
    LineObject,
    Places,
    flight_end,
    read_mapping,
)
from kpi_monitor.folding import Changes, ProgressKey, Refusal, Told
from kpi_monitor.kpis import SPEND
from kpi_monitor.remembered import Feeds, Reports
from kpi_monitor.settings import KpiSettings
from kpi_monitor.tables import SCHEMA
from kpi_monitor.totals import LineKey
from shared import metrics, outbox
from shared.clock import Clock
from shared.consumer import Received
from shared.database import Conn
from shared.events import (
    CATALOG_DECODER,
    CATALOG_TOPIC,
    METRICS_TOPIC,
    METRICS_TOPIC_DECODER,
    TOTALS_DECODER,
    TOTALS_TOPIC,
    BudgetTotals,
    CatalogItem,
    Envelope,
    has_nul,
)
from shared.logs import get_logger
from shared.money import MoneyError
from shared.outbox import OutboxRow, rejected_row

log = get_logger(__name__)
SERVICE = "kpi-monitor"
TOPICS = (METRICS_TOPIC, TOTALS_TOPIC, CATALOG_TOPIC)
BUDGET_SOURCE = "budget"
"""The source of the measure spend: its completeness is that of the line's totals."""

T = TypeVar("T")


@dataclass(slots=True)
class Batch:
    """One poll: the transaction, the time, and what is written at its end."""

    conn: Conn
    now: datetime
    changes: Changes = field(default_factory=Changes)
    touched: set[tuple[str, str, str | None]] = field(default_factory=set)
    rejected: list[OutboxRow] = field(default_factory=list)
    remapped: set[str] = field(default_factory=set)
    """Workspaces whose mappings this transaction changes."""

    def reject(self, received: Received, refusal: Refusal) -> None:
        """Sets an event aside into rejected.v1."""
        workspace = source = event_id = None
        try:
            event: Any = msgspec.json.decode(received.value)
            workspace, source, event_id = (
                event.get(name) for name in ("workspace", "source", "id")
            )
        except (msgspec.DecodeError, UnicodeDecodeError, AttributeError):
            event = received.value
        self.rejected.append(
            rejected_row(
                service=SERVICE,
                code=refusal.code,
                detail=refusal.detail,
                received=received,
                workspace=workspace,
                source=source,
                event_id=event_id,
                event=event,
                time=self.now,
            )
        )


class Handlers:
    """The consumer's handler, with what this process remembers between batches."""

    def __init__(self, settings: KpiSettings, clock: Clock) -> None:
        self._clock = clock
        self._horizon = timedelta(days=settings.metrics_horizon_days)
        self._skew = timedelta(seconds=settings.future_skew_s)
        self._places = Places()
        self._currencies = Currencies()
        self._feeds = Feeds()
        self._reports = Reports()

    async def on_batch(self, conn: Conn, received: Sequence[Received]) -> None:
        """Folds one poll. Never commits."""
        batch = Batch(conn, await self._clock.now(conn))
        by_topic: dict[str, list[Received]] = {topic: [] for topic in TOPICS}
        for one in received:
            by_topic[one.topic].append(one)
        try:
            # Locks in one order: mappings, then facts and ids, then lines.
            await self.on_catalog(batch, by_topic[CATALOG_TOPIC])
            await self.on_metrics(batch, by_topic[METRICS_TOPIC])
            await self.on_totals(batch, by_topic[TOTALS_TOPIC])
            await self._write(batch)
        finally:
            # Should this transaction roll back, the version it gave is given again, to others.
            self._places.forget(batch.remapped)

    async def on_metrics(self, batch: Batch, received: Sequence[Received]) -> None:
        """Heartbeats, deltas and snapshots of metrics.v1."""
        events = _decode(batch, received, METRICS_TOPIC_DECODER.decode)
        if not events:
            return
        keys: set[ProgressKey] = {(e.workspace, e.source, one.partition) for one, e in events}
        told, heartbeats, refused = folding.walk(
            events,
            await store_metrics.progress(batch.conn, keys),
            oldest=batch.now - self._horizon,
            newest=batch.now + self._skew,
        )
        for one, refusal in refused:
            batch.reject(one, refusal)
        told = await self._of_one_shape(batch, told)
        await self._places.resolve(batch.conn, told)
        told, refused = await self._currencies.sort(batch.conn, told)
        for one, refusal in refused:
            batch.reject(one, refusal)
        await store_metrics.advance(batch.conn, heartbeats)
        await self._on_deltas(batch, [one for one in told if one.event.data.mode == "delta"])
        await self._on_snapshots(batch, [one for one in told if one.event.data.mode == "snapshot"])

    async def on_totals(self, batch: Batch, received: Sequence[Received]) -> None:
        """Totals of lines: spend into panes, the latest figures, a loud stop at a gap."""
        events = _decode(batch, received, _checked_totals)
        lines: dict[LineKey, list[BudgetTotals]] = {}
        for _, event in events:
            key = LineKey(event.workspace, event.data.campaign, event.data.line)
            lines.setdefault(key, []).append(event.data)
        if not lines:
            return
        states = await store_catalog.lock_lines(batch.conn, lines)
        changed: dict[LineKey, totals.LineState] = {}
        for key in sorted(lines):
            before = states[key]
            after, spent = totals.fold(before, lines[key])
            if after == before:
                continue
            changed[key] = after
            _report_gap(key, before, after)
            _book_spend(batch.changes, key, spent)
            if after.seq > before.seq:
                batch.touched.add(key)
        await store_catalog.save_lines(batch.conn, changed, batch.now)

    async def on_catalog(self, batch: Batch, received: Sequence[Received]) -> None:
        """Newer versions of planning objects; a new mapping releases what was kept aside."""
        newest: dict[tuple[str, str, str], Envelope[CatalogItem]] = {}
        for _, event in _decode(batch, received, _checked_item):
            place = (event.workspace, event.data.kind, event.data.id)
            if place not in newest or newest[place].data.version < event.data.version:
                newest[place] = event
        if not newest:
            return
        placing = {workspace for workspace, kind, _ in newest if kind in ("mapping", "campaign")}
        await store_catalog.lock_mappings(batch.conn, placing)
        rows = [(*key, e.data.version, e.data.deleted, e.data.object) for key, e in newest.items()]
        sources: dict[str, set[str]] = {}
        planned: set[str] = set()
        for row in await store_catalog.upsert_items(batch.conn, rows):
            if row["kind"] == "mapping":
                sources.setdefault(row["workspace"], set()).add(row["object"]["source"])
            elif row["kind"] == "campaign":
                batch.touched.add((row["workspace"], row["id"], None))
                planned.add(row["workspace"])
            elif row["kind"] == "line":
                place = row["object"]
                batch.touched.add((row["workspace"], place["campaign"], place["line"]))
        if sources:
            batch.remapped.update(sources)
            await store_catalog.bump_versions(batch.conn, sources)
        for workspace in planned:
            priced = await store_catalog.priced_sources(batch.conn, workspace)
            sources.setdefault(workspace, set()).update(priced)
        for workspace in sorted(sources):
            await self._release(batch, workspace, sources[workspace])

    async def _of_one_shape(self, batch: Batch, told: list[Told]) -> list[Told]:
        """Refuses events whose mode or grain differs from what their report has always had.

        Deltas share one stream per source, the report "": their ids are unique over all reports.
        """
        stated = [
            ((one.event.workspace, one.event.source), one.event.data.report, folding.shape_of(one))
            for one in told
        ]
        seen: dict[store_metrics.ReportKey, tuple[str, str]] = {}
        for source, report, shape in dict.fromkeys(stated):
            seen.setdefault((*source, ""), folding.DELTA)
            seen.setdefault((*source, report or ""), shape)
        fixed = await self._reports.shapes(batch.conn, seen)
        kept = []
        for one, (source, report, shape) in zip(told, stated, strict=True):
            known = fixed[*source, report or ""]
            if known[:2] != shape:
                batch.reject(one.received, folding.other_shape(shape, known))
                continue
            one.stream = fixed[*source, ""].stream if shape == folding.DELTA else known.stream
            kept.append(one)
        return kept

    async def _on_deltas(self, batch: Batch, deltas: list[Told]) -> None:
        if not deltas:
            return
        first, refused = folding.distinct_deltas(deltas)
        for one, refusal in refused:
            batch.reject(one, refusal)
        new, reused = await store_metrics.add_deltas(batch.conn, first)
        for told in new:
            batch.changes.book(told, told.measures, told.place)
        for told in reused:
            batch.reject(told.received, folding.id_reused())

    async def _on_snapshots(self, batch: Batch, snapshots: list[Told]) -> None:
        rounds, refused = folding.rounds_of(snapshots)
        for one, refusal in refused:
            batch.reject(one, refusal)
        for facts in rounds:
            for told, before in await store_metrics.upsert_facts(batch.conn, facts):
                if before is None:
                    batch.changes.book(told, folding.difference(told, None), told.place)
                elif before.conflict:
                    revision = told.event.data.revision or 0
                    batch.reject(told.received, folding.revision_conflict(revision))
                else:
                    amounts = folding.difference(told, before.measures)
                    batch.changes.book(told, amounts, before.place)

    async def _release(self, batch: Batch, workspace: str, sources: set[str]) -> None:
        """Moves what mappings name now, and money whose campaign is known now, from the held sums
        to panes, marks and all."""
        held = await store_catalog.held_entities(batch.conn, workspace, sources)
        places = await self._currencies.places(batch.conn, workspace, held) if held else []
        if not places:
            return
        for row in await store_catalog.release(batch.conn, workspace, places):
            campaign, line, measure, source, start_ms, end_ms, known_ms, amount = row
            fed = workspace, campaign, line, source
            batch.changes.add(fed, (start_ms, end_ms, known_ms), {measure: int(amount)})
            batch.touched.add((workspace, campaign, line))
        log.info("held_released", workspace=workspace, entities=len(places))

    async def _write(self, batch: Batch) -> None:
        """The writes all topics share, once per batch, in the order every replica uses."""
        await store_metrics.add_held(batch.conn, batch.changes.held, batch.changes.levels)
        sums = await self._feeds.number(batch.conn, batch.changes.panes)
        await store_metrics.add_panes(batch.conn, sums)
        batch.touched.update(feed[:3] for feed in self._feeds.added)
        await store_metrics.touch(batch.conn, batch.touched)
        await outbox.add(batch.conn, SCHEMA, batch.rejected)


def _decode(
    batch: Batch, received: Sequence[Received], decode: Callable[[bytes], T]
) -> list[tuple[Received, T]]:
    """Typed events; what breaks the contract is set aside by name and never stops a partition."""
    events = []
    for one in received:
        if has_nul(one.value):
            batch.reject(one, Refusal("undecodable", "text with a NUL character"))
            continue
        try:
            events.append((one, decode(one.value)))
        except (msgspec.DecodeError, MoneyError, UnicodeDecodeError, KeyError, TypeError) as error:
            batch.reject(one, Refusal("undecodable", f"{type(error).__name__}: {error}"))
    return events


def _checked_totals(value: bytes) -> Envelope[BudgetTotals]:
    event = TOTALS_DECODER.decode(value)
    totals.check(event.data)
    return event


def _checked_item(value: bytes) -> Envelope[CatalogItem]:
    event = CATALOG_DECODER.decode(value)
    if event.data.kind == "mapping":
        read_mapping(event.data.id, event.data.object)
    elif event.data.kind == "campaign":
        flight_end(event.data.object)
    elif event.data.kind == "line":
        msgspec.convert(event.data.object, LineObject)
    return event


def _report_gap(key: LineKey, before: totals.LineState, after: totals.LineState) -> None:
    """A gap is an error of ours or of the topic: said once, loudly, and shown by GET /v1/lines."""
    if after.gap is not None and before.gap is None:
        metrics.KPI_TOTALS_GAPS.inc()
        log.error("totals_gap", **key._asdict(), expected=after.seq + 1, seen=after.gap)
    elif after.gap is None and before.gap is not None:
        log.info("totals_gap_closed", **key._asdict(), seq=after.seq)


def _book_spend(changes: Changes, key: LineKey, spent: Sequence[totals.Spent]) -> None:
    for one in spent:
        period = one.start, one.end, one.known
        changes.add((*key, BUDGET_SOURCE), period, {SPEND: one.amount})
