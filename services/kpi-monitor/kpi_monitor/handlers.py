"""What each event does to the stored numbers: the fold step. One poll is one transaction.

Every effect rests on a unique key or a monotone number (design.md section 2), so a batch seen twice
changes nothing. Rows are written in one sorted key order, panes once per batch, against deadlocks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from kpi_monitor import (
    decoding,
    folding,
    revisions,
    store_catalog,
    store_held,
    store_metrics,
    suspense_news,
    totals,
)
from kpi_monitor.catalog import Places
from kpi_monitor.decoding import ItemKey, checked_item, checked_totals, newest, placing
from kpi_monitor.folding import Changes, ProgressKey, Refusal, Told
from kpi_monitor.kpis import SPEND
from kpi_monitor.remembered import Feeds, Reports
from kpi_monitor.settings import KpiSettings
from kpi_monitor.tables import SCHEMA
from kpi_monitor.totals import LineKey
from shared import metrics, outbox
from shared.brake import SetAside
from shared.clock import Clock
from shared.consumer import Received
from shared.database import Conn
from shared.events import (
    CATALOG_TOPIC,
    METRICS_TOPIC,
    METRICS_TOPIC_DECODER,
    TOTALS_TOPIC,
    BudgetTotals,
    CatalogItem,
    Envelope,
    SourceEvent,
)
from shared.logs import get_logger
from shared.outbox import OutboxRow, rejected_row

log = get_logger(__name__)
SERVICE = "kpi-monitor"
TOPICS = (METRICS_TOPIC, TOTALS_TOPIC, CATALOG_TOPIC)
T = TypeVar("T")
BUDGET_SOURCE = "budget"
"""The source of the measure spend: its completeness is that of the line's totals."""


@dataclass(slots=True)
class Batch:
    """One poll: the transaction, the time, and what is written at its end."""

    conn: Conn
    now: datetime
    changes: Changes = field(default_factory=Changes)
    touched: set[tuple[str, str, str | None]] = field(default_factory=set)
    rejected: list[OutboxRow] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    remapped: set[str] = field(default_factory=set)
    """Workspaces whose mappings this transaction changes."""

    def decode(
        self, received: Sequence[Received], decode: Callable[[bytes], T]
    ) -> list[tuple[Received, T]]:
        """Typed events; the others are set aside."""
        events, refused = decoding.decode(received, decode)
        for one, refusal in refused:
            self.reject(one, refusal)
        return events

    def reject(self, received: Received, refusal: Refusal) -> None:
        """Sets an event aside into rejected.v1."""
        self.set_aside.append(SetAside(received, refusal.code, refusal.detail))
        workspace = source = event_id = None
        try:
            event: Any = msgspec.json.decode(received.value)
            workspace, source, event_id = (
                event.get(name) for name in ("workspace", "source", "id")
            )
        except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, RecursionError):
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
        self._figures_interval_s = settings.figures_interval_s
        self._places = Places()
        self._feeds = Feeds()
        self._reports = Reports()

    async def on_batch(self, conn: Conn, received: Sequence[Received]) -> list[SetAside]:
        """Folds one poll and returns what was set aside. Never commits."""
        batch = Batch(conn, await self._clock.now(conn))
        by_topic: dict[str, list[Received]] = {topic: [] for topic in TOPICS}
        for one in received:
            by_topic[one.topic].append(one)
        planned = newest(batch.decode(by_topic[CATALOG_TOPIC], checked_item))
        told, heartbeats = await self._walk(batch, by_topic[METRICS_TOPIC])
        try:
            # Locks in one order for every replica: workspaces, the catalogue, then reports, ids
            # and facts, then lines. Who waits must be known before the first of them.
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
            told = await self._of_one_shape(batch, told)
            for workspace in sorted(sources):
                await self._release(batch, workspace, sources[workspace])
            await self._on_metrics(batch, told, waiting, heartbeats)
            await self.on_totals(batch, by_topic[TOTALS_TOPIC])
            await self._write(batch)
        finally:
            # Should this transaction roll back, the version it gave is given again, to others.
            self._places.forget(batch.remapped)
        return batch.set_aside

    async def _walk(
        self, batch: Batch, received: Sequence[Received]
    ) -> tuple[list[Told], dict[ProgressKey, SourceEvent]]:
        """The valid events of metrics.v1, and the greatest heartbeats."""
        events = batch.decode(received, METRICS_TOPIC_DECODER.decode)
        if not events:
            return [], {}
        keys: set[ProgressKey] = {(e.workspace, e.source, one.partition) for one, e in events}
        told, heartbeats, refused = folding.walk(
            events,
            await store_metrics.progress(batch.conn, keys),
            oldest=batch.now - self._horizon,
            newest=batch.now + self._skew,
        )
        for one, refusal in refused:
            batch.reject(one, refusal)
        return told, heartbeats

    async def _on_metrics(
        self,
        batch: Batch,
        told: Sequence[Told],
        waiting: Sequence[Told],
        heartbeats: dict[ProgressKey, SourceEvent],
    ) -> None:
        """Heartbeats, deltas and snapshots of metrics.v1; `waiting` are of `told`."""
        for one in waiting:
            # Which revisions of a fact count is known with its campaign, so they wait whole.
            if one.event.data.mode == "delta" and one.place is not None:
                one.money_waits = True
            else:
                one.place = None
        for one in told:
            if one.event.data.currency is not None and self._places.is_foreign(one):
                one.money_waits = True
        await store_metrics.advance(batch.conn, heartbeats)
        await self._on_deltas(batch, [one for one in told if one.event.data.mode == "delta"])
        snapshots = [one for one in told if one.event.data.mode == "snapshot"]
        await self._on_snapshots(batch, snapshots)

    async def on_totals(self, batch: Batch, received: Sequence[Received]) -> None:
        """Totals of lines: spend into panes, the latest figures, a loud stop at a gap."""
        events = batch.decode(received, checked_totals)
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

    async def _on_catalog(
        self, batch: Batch, planned: Mapping[ItemKey, Envelope[CatalogItem]]
    ) -> dict[str, set[str]]:
        """Newer versions of planning objects; returns the sources, by workspace, of which something
        that is kept aside may be placed by them."""
        sources: dict[str, set[str]] = {}
        campaigns: set[str] = set()
        rows = [(*key, e.data.version, e.data.deleted, e.data.object) for key, e in planned.items()]
        for row in await store_catalog.upsert_items(batch.conn, rows) if rows else []:
            if row["kind"] == "mapping":
                sources.setdefault(row["workspace"], set()).add(row["object"]["source"])
            elif row["kind"] == "campaign":
                batch.touched.add((row["workspace"], row["id"], None))
                campaigns.add(row["workspace"])
            elif row["kind"] == "line":
                place = row["object"]
                batch.touched.add((row["workspace"], place["campaign"], place["line"]))
        interval_s = self._figures_interval_s
        await suspense_news.note(batch.conn, planned, batch.now, SERVICE, interval_s)
        if sources:
            batch.remapped.update(sources)
            await store_catalog.bump_versions(batch.conn, sources)
        for workspace in campaigns:
            priced = await store_held.priced_sources(batch.conn, workspace)
            sources.setdefault(workspace, set()).update(priced)
        return sources

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
        first, repeats = folding.distinct_deltas(deltas)
        new, stored = await store_metrics.add_deltas(batch.conn, first)
        for told in new:
            batch.changes.book(told)
        for told in folding.reused(first, repeats, stored):
            batch.reject(told.received, folding.id_reused())

    async def _on_snapshots(self, batch: Batch, snapshots: list[Told]) -> None:
        """Facts where they belong; aside what has no place yet, and money no campaign counts."""
        aside = [one for one in snapshots if one.place is None or one.money_waits]
        await store_held.add_snapshots(batch.conn, aside)
        for told in aside:
            told.keep(money=False)
        snapshots = [one for one in snapshots if one.place is not None]
        for facts in revisions.rounds_of(snapshots):
            for told, before in await store_metrics.upsert_facts(batch.conn, facts):
                for one, refusal in revisions.refused(told, before):
                    batch.reject(one, refusal)
                fed = told.event.workspace, *before.place, told.event.source
                for period, amounts in revisions.gained(told, before):
                    batch.changes.add(fed, period, amounts)

    async def _release(self, batch: Batch, workspace: str, sources: set[str]) -> None:
        """Moves what mappings name now, and money whose campaign is known now, from what is held
        to panes, marks and all: sums as they are, snapshots as if they came now, in their order:
        the first of a fact fixes its period also when it was held."""
        groups = await store_held.groups(batch.conn, workspace, sources)
        fits = await self._places.fits(batch.conn, workspace, groups) if groups else []
        if not fits:
            return
        snapshots: list[Told] = []
        for row in await store_held.release(batch.conn, workspace, fits):
            place = row["campaign"], row["line"]
            batch.touched.add((workspace, *place))
            if row["value"] is not None:
                received = Received(
                    METRICS_TOPIC, row["partition"], row["position"], None, row["value"]
                )
                told = folding.retold(received, row["known_ms"])
                told.place, told.money_only = place, row["money"]
                if row["money"]:
                    told.keep(money=True)
                told.money_waits = self._places.is_foreign(told)
                snapshots.append(told)
                continue
            period = row["start_ms"], row["end_ms"], row["known_ms"]
            amounts = {row["measure"]: int(row["amount"])}
            batch.changes.add((workspace, *place, row["source"]), period, amounts)
        # Their reports were stored when they came: this only asks for their numbers.
        await self._on_snapshots(batch, await self._of_one_shape(batch, snapshots))
        log.info("held_released", workspace=workspace, entities=len(fits))

    async def _write(self, batch: Batch) -> None:
        """The writes all topics share, once per batch, in the order every replica uses."""
        await store_held.add_sums(batch.conn, batch.changes.held, batch.changes.levels)
        sums = await self._feeds.number(batch.conn, batch.changes.panes)
        await store_metrics.add_panes(batch.conn, sums)
        batch.touched.update(feed[:3] for feed in self._feeds.added)
        await store_metrics.touch(batch.conn, batch.touched)
        await outbox.add(batch.conn, SCHEMA, batch.rejected)


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
