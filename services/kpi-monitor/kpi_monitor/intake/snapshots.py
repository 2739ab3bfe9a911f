"""Snapshots of a poll into facts and panes, or aside; the one way for what comes, what is released
and what is placed anew."""

from kpi_monitor.imports import rules as outcomes
from kpi_monitor.imports.rules import MeasuresOutcome
from kpi_monitor.intake import store_held
from kpi_monitor.intake.batch import Batch
from kpi_monitor.records import revisions, shapes
from kpi_monitor.records import store as store_metrics
from kpi_monitor.records.record import MetricsRecord
from kpi_monitor.records.reports import Reports


async def of_one_shape(
    batch: Batch, reports: Reports, told: list[MetricsRecord]
) -> list[MetricsRecord]:
    """Refuses events whose mode or grain differs from what their report has always had.

    Deltas share one stream per source, the report "": their ids are unique over all reports.
    """
    stated = [
        ((one.event.workspace, one.event.source), one.event.data.report, shapes.shape_of(one))
        for one in told
    ]
    seen: dict[store_metrics.ReportKey, tuple[str, str]] = {}
    for source, report, shape in dict.fromkeys(stated):
        seen.setdefault((*source, ""), shapes.DELTA)
        seen.setdefault((*source, report or ""), shape)
    fixed = await reports.shapes(batch.conn, seen)
    kept = []
    for one, (source, report, shape) in zip(told, stated, strict=True):
        known = fixed[*source, report or ""]
        if known[:2] != shape:
            batch.reject(one.received, shapes.other_shape(shape, known))
            continue
        one.stream = fixed[*source, ""].stream if shape == shapes.DELTA else known.stream
        kept.append(one)
    return kept


async def fold(batch: Batch, snapshots: list[MetricsRecord]) -> None:
    """Facts where they belong; aside what has no place yet, and money no campaign counts."""
    aside = [one for one in snapshots if one.place is None or one.money_waits]
    await store_held.add_snapshots(batch.conn, aside)
    batch.count((one, MeasuresOutcome.SUSPENSE) for one in aside)
    for told in aside:
        told.keep(money=False)
    snapshots = [one for one in snapshots if one.place is not None]
    imported = any(one.event.importid is not None for one in snapshots)
    for facts in revisions.rounds_of(snapshots):
        for told, before in await store_metrics.put_facts(batch.conn, facts):
            for one, refusal in revisions.refused(told, before):
                batch.reject(one, refusal)
            if imported:
                batch.count(outcomes.of_fact(told, before))
            fed = told.event.workspace, *before.place, told.event.source
            for period, amounts in revisions.gained(told, before):
                batch.changes.add(fed, period, amounts)
