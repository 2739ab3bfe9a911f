"""What each event does to the stored numbers: the fold step. One poll is one transaction.

Every effect rests on a unique key or a monotone number (design.md section 2), so a batch seen twice
changes nothing. Rows are written in one sorted key order, panes once per batch, against deadlocks.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from kpi_monitor import SCHEMA, SERVICE
from kpi_monitor.catalogue import store as store_catalog
from kpi_monitor.catalogue.objects import ItemKey, checked_item, newest, placing
from kpi_monitor.imports import rules as outcomes
from kpi_monitor.imports import store as store_imports
from kpi_monitor.intake import snapshots, store_held
from kpi_monitor.intake.batch import Batch
from kpi_monitor.intake.placement import store as store_placed
from kpi_monitor.intake.placement.places import Places
from kpi_monitor.intake.placement.placing import Placing
from kpi_monitor.intake.placement.store import PLACING_LOCKS
from kpi_monitor.panes import store as panes
from kpi_monitor.panes.changes import Changes
from kpi_monitor.panes.feeds import Feeds
from kpi_monitor.records import store as store_metrics
from kpi_monitor.records import walk
from kpi_monitor.records.deltas import distinct_deltas, id_reused, reused
from kpi_monitor.records.measures import SPEND
from kpi_monitor.records.record import MetricsRecord, ProgressKey
from kpi_monitor.records.reports import Reports
from kpi_monitor.settings import KpiSettings
from kpi_monitor.sources import heartbeats as store_progress
from kpi_monitor.totals import figures as totals
from kpi_monitor.totals import store as store_totals
from kpi_monitor.totals.figures import LineKey, checked_totals
from kpi_monitor.units import store as units
from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.database.progress import Heartbeat
from shared.events import (
    CATALOG_TOPIC,
    METRICS_TOPIC,
    METRICS_TOPIC_DECODER,
    TOTALS_TOPIC,
    BudgetTotals,
    CampaignObject,
    CatalogItem,
    Envelope,
    MappingObject,
)
from shared.kafka import rejections
from shared.kafka.brake import SetAside
from shared.kafka.consumer import Received
from shared.logs import get_logger

log = get_logger(__name__)
TOPICS = (METRICS_TOPIC, TOTALS_TOPIC, CATALOG_TOPIC)
BUDGET_SOURCE = "budget"
"""The source of the measure spend: its completeness is that of the line's totals."""


class Intake:
    """The consumer's handler, with what this process remembers between batches."""

    def __init__(self, settings: KpiSettings, clock: Clock) -> None:
        self._clock = clock
        self._horizon = timedelta(days=settings.metrics_horizon_days)
        self._skew = timedelta(seconds=settings.future_skew_s)
        self._places = Places()
        self._feeds = Feeds()
        self._reports = Reports()
        self._placing = Placing(self._places, self._reports)

    async def on_batch(self, conn: Conn, received: Sequence[Received]) -> list[SetAside]:
        """Folds one poll and returns what was set aside. Never commits."""
        batch = Batch(conn, await self._clock.now(conn))
        by_topic: dict[str, list[Received]] = {topic: [] for topic in TOPICS}
        for one in received:
            by_topic[one.topic].append(one)
        planned = newest(batch.decode(by_topic[CATALOG_TOPIC], checked_item))
        told, heartbeats = await self._walk(batch, by_topic[METRICS_TOPIC])
        try:
            # Locks in one order for every replica: workspaces in which something is placed, then
            # those where something waits, the catalogue, then reports, ids and facts, then lines.
            # Who waits must be known before the second of them.
            by_mapping = {one.event.workspace for one in told if one.event.data.entity is not None}
            remapped = {workspace for workspace, kind, _ in planned if kind == "mapping"}
            await PLACING_LOCKS.take(batch.conn, shared=by_mapping, alone=remapped)
            waiting = await self._places.settle(batch.conn, told)
            # Almost all events state no currency.
            priced = [one for one in told if one.event.data.currency is not None]
            foreign = [one for one in priced if self._places.is_foreign(one)]
            locked = {one.event.workspace for one in (*waiting, *foreign)} | placing(planned)
            await store_catalog.lock_mappings(batch.conn, locked)
            sources = await self._on_catalog(batch, planned)
            if locked:
                doubtful = [one for one in told if one.event.workspace in locked]
                waiting = await self._places.settle(batch.conn, doubtful)
            told = await snapshots.of_one_shape(batch, self._reports, told)
            for workspace in sorted(sources):
                await self._placing.release(batch, workspace, sources[workspace])
            await self._on_metrics(batch, told, waiting, heartbeats)
            await self.on_totals(batch, by_topic[TOTALS_TOPIC])
            await self._write(batch)
        finally:
            # Should this transaction roll back, the version it gave is given again, to others.
            self._places.forget(batch.remapped)
        return batch.set_aside

    async def _walk(
        self, batch: Batch, received: Sequence[Received]
    ) -> tuple[list[MetricsRecord], list[Heartbeat]]:
        """The valid events of metrics.v1, and the heartbeats."""
        events = batch.decode(received, METRICS_TOPIC_DECODER.decode)
        if not events:
            return [], []
        keys: set[ProgressKey] = {(e.workspace, e.source, one.partition) for one, e in events}
        told, heartbeats, refused = walk.walk(
            events,
            await store_progress.find_settled(batch.conn, keys),
            oldest=batch.now - self._horizon,
            newest=batch.now + self._skew,
        )
        for one, refusal in refused:
            batch.reject(one, refusal)
        return told, heartbeats

    async def _on_metrics(
        self,
        batch: Batch,
        told: Sequence[MetricsRecord],
        waiting: Sequence[MetricsRecord],
        heartbeats: Sequence[Heartbeat],
    ) -> None:
        """Heartbeats, deltas and snapshots of metrics.v1; `waiting` are of `told`."""
        self._placing.settle(told, waiting)
        await store_progress.advance(batch.conn, heartbeats)
        await self._on_deltas(batch, [one for one in told if one.event.data.mode == "delta"])
        await snapshots.fold(batch, [one for one in told if one.event.data.mode == "snapshot"])

    async def on_totals(self, batch: Batch, received: Sequence[Received]) -> None:
        """Totals of lines: spend into panes, the latest figures, a loud stop at a gap."""
        events = batch.decode(received, checked_totals)
        lines: dict[LineKey, list[BudgetTotals]] = {}
        for _, event in events:
            key = LineKey(event.workspace, event.data.campaign, event.data.line)
            lines.setdefault(key, []).append(event.data)
        if not lines:
            return
        states = await store_totals.lock_lines(batch.conn, lines)
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
        await store_totals.put_lines(batch.conn, changed, batch.now)

    async def _on_catalog(
        self, batch: Batch, planned: Mapping[ItemKey, Envelope[CatalogItem]]
    ) -> dict[str, set[str]]:
        """Newer versions of planning objects; returns the sources, by workspace, of which something
        that is kept aside may be placed by them."""
        sources: dict[str, set[str]] = {}
        campaigns: set[str] = set()
        mapped = []
        rows = [(*key, e.data.version, e.data.deleted, e.data.object) for key, e in planned.items()]
        for row in await store_catalog.put_items(batch.conn, rows) if rows else []:
            if row.touched is not None:
                batch.touched.add(row.touched)
            if isinstance(row.object, MappingObject):
                sources.setdefault(row.workspace, set()).add(row.object.source)
                mapped.append(row)
            elif isinstance(row.object, CampaignObject):
                campaigns.add(row.workspace)
        if sources:
            batch.remapped.update(sources)
            await store_catalog.advance_versions(batch.conn, sources)
            await self._placing.follow(batch, mapped)
        for workspace in campaigns:
            priced = await store_held.find_priced_sources(batch.conn, workspace)
            sources.setdefault(workspace, set()).update(priced)
        return sources

    async def _on_deltas(self, batch: Batch, deltas: list[MetricsRecord]) -> None:
        if not deltas:
            return
        first, repeats = distinct_deltas(deltas)
        new, stored = await store_metrics.add_deltas(batch.conn, first)
        for told in new:
            batch.changes.book(told)
        if any(one.event.importid is not None for one in deltas):
            batch.count(outcomes.of_deltas(deltas, new))
        for told in reused(first, repeats, stored):
            batch.reject(told.received, id_reused())

    async def move_on(self, conn: Conn) -> bool:
        """Goes on with what a mapping has to move, as one transaction; False when nothing is left.
        Never commits."""
        workspace = await store_placed.get_workspace(conn)
        if workspace is None:
            return False
        batch = Batch(conn, await self._clock.now(conn))
        await PLACING_LOCKS.take(conn, alone={workspace})
        await store_catalog.lock_mappings(conn, {workspace})
        move = await store_placed.take_move(conn, workspace)
        if move is not None:
            follows = await self._placing.step(batch, move)
            await store_placed.add_moves(conn, [follows] if follows is not None else [])
            await self._write(batch)
        return True

    async def _write(self, batch: Batch) -> None:
        """The writes all topics share, once per batch, in the order every replica uses."""
        await store_held.add_sums(batch.conn, batch.changes.held, batch.changes.levels)
        sums = await self._feeds.number(batch.conn, batch.changes.panes)
        await panes.add_panes(batch.conn, sums)
        await store_placed.add(batch.conn, batch.changes.placed)
        await store_placed.delete_empty(batch.conn, batch.left)
        batch.touched.update(feed[:3] for feed in self._feeds.added)
        await units.touch(batch.conn, batch.touched)
        await store_imports.add(batch.conn, batch.imported.values())
        await rejections.add(batch.conn, SCHEMA, SERVICE, batch.set_aside, batch.now)


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
