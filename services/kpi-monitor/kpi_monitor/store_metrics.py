"""SQL of folding metrics: arrays in, one statement per table, rows in one sorted key order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kpi_monitor.folding import (
    FactKey,
    Feed,
    HeldKey,
    PaneKey,
    ProgressKey,
    SeriesKey,
    Shape,
    Told,
)
from kpi_monitor.windows import from_ms, to_ms
from shared.database import Conn
from shared.events import METRICS_TOPIC, SourceEvent

ReportKey = tuple[str, str, str]
"""(workspace, source, report)."""

PROGRESS = """
SELECT p.workspace, p.source, p.partition, p.complete_through
FROM unnest($1::text[], $2::text[], $3::int[]) AS u(workspace, source, partition)
JOIN kpi.progress p ON p.workspace = u.workspace AND p.source = u.source
  AND p.topic = $4 AND p.partition = u.partition
"""
ADVANCE = """
INSERT INTO kpi.progress AS p
  (workspace, source, topic, partition, complete_through, expected_interval_s)
SELECT u.workspace, u.source, $1, u.partition, u.complete_through, u.expected_interval_s
FROM unnest($2::text[], $3::text[], $4::int[], $5::timestamptz[], $6::int[])
  AS u(workspace, source, partition, complete_through, expected_interval_s)
ON CONFLICT (workspace, source, topic, partition) DO UPDATE
SET complete_through = excluded.complete_through,
    expected_interval_s = excluded.expected_interval_s
WHERE p.complete_through < excluded.complete_through
RETURNING workspace, source
"""
TOUCH_SOURCES = """
INSERT INTO kpi.source_touches (workspace, source) SELECT * FROM unnest($1::text[], $2::text[])
"""
ADD_REPORTS = """
INSERT INTO kpi.reports (workspace, source, report, mode, grain)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
ON CONFLICT DO NOTHING
RETURNING workspace, source, report
"""
REPORTS = """
SELECT r.workspace, r.source, r.report, r.mode, r.grain, r.stream
FROM unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, source, report)
JOIN kpi.reports r USING (workspace, source, report)
"""
ADD_DELTAS = """
INSERT INTO kpi.deltas AS d (stream, id, bodyhash, at_ms)
SELECT * FROM unnest($1::int[], $2::text[], $3::bytea[], $4::bigint[])
ON CONFLICT (stream, id) DO UPDATE SET bodyhash = d.bodyhash
WHERE d.bodyhash <> excluded.bodyhash
RETURNING stream, id, old.bodyhash IS NULL AS is_new
"""
UPSERT_FACTS = """
INSERT INTO kpi.facts AS f (stream, period, entity, dims, revision, measures, start_ms,
  campaign, line)
SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[],
  $7::bigint[], $8::text[], $9::text[])
ON CONFLICT (stream, period, entity, dims) DO UPDATE
SET revision = excluded.revision,
    measures = CASE WHEN excluded.revision > f.revision THEN excluded.measures ELSE f.measures END
WHERE excluded.revision > f.revision
   OR (excluded.revision = f.revision AND excluded.measures <> f.measures)
RETURNING stream, period, entity, dims, old.revision AS old_revision,
  old.measures AS old_measures, new.revision AS new_revision, new.campaign, new.line
"""
ADD_SERIES = """
INSERT INTO kpi.series (workspace, campaign, line, measure)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT DO NOTHING
RETURNING workspace, campaign, line, measure
"""
SERIES = """
SELECT s.workspace, s.campaign, s.line, s.measure, s.series
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u(workspace, campaign, line, measure)
JOIN kpi.series s USING (workspace, campaign, line, measure)
"""
ADD_PANES = """
INSERT INTO kpi.panes AS p (series, start_ms, end_ms, known_ms, amount)
SELECT u.series, u.start_ms, u.end_ms, u.known_ms, u.amount::numeric
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
  AS u(series, start_ms, end_ms, known_ms, amount)
ON CONFLICT (series, start_ms, end_ms, known_ms) DO UPDATE SET amount = p.amount + excluded.amount
"""
ADD_HELD = """
INSERT INTO kpi.held AS h
  (workspace, source, entity, measure, start_ms, end_ms, known_ms, currency, amount, levels)
SELECT u.workspace, u.source, u.entity, u.measure, u.start_ms, u.end_ms, u.known_ms, u.currency,
  u.amount::numeric, u.levels
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
  $7::bigint[], $8::text[], $9::text[], $10::jsonb[])
  AS u(workspace, source, entity, measure, start_ms, end_ms, known_ms, currency, amount, levels)
ON CONFLICT (workspace, source, entity, measure, start_ms, end_ms, known_ms, currency) DO UPDATE
SET amount = h.amount + excluded.amount
"""
ADD_FEEDS = """
INSERT INTO kpi.feeds (workspace, campaign, line, measure, source, grain_ms)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
ON CONFLICT DO NOTHING
RETURNING workspace, campaign, line, measure, source, grain_ms
"""
TOUCH_UNITS = """
WITH touched AS (
  INSERT INTO kpi.touches (workspace, campaign, line)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
)
INSERT INTO kpi.units (workspace, campaign)
SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS u(workspace, campaign) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""


def columns(rows: Iterable[Sequence[Any]], count: int) -> list[list[Any]]:
    """Rows → `count` arrays for unnest; arrays exist even when there are no rows."""
    turned = [list(column) for column in zip(*rows, strict=True)]
    return turned or [[] for _ in range(count)]


async def progress(conn: Conn, keys: Iterable[ProgressKey]) -> dict[ProgressKey, int]:
    """Completeness (epoch ms) per source and partition of metrics.v1, where one is known."""
    rows = await conn.fetch(PROGRESS, *columns(sorted(keys), 3), METRICS_TOPIC)
    return {
        ProgressKey(row["workspace"], row["source"], row["partition"]): to_ms(
            row["complete_through"]
        )
        for row in rows
    }


async def advance(conn: Conn, heartbeats: Mapping[ProgressKey, SourceEvent]) -> None:
    """Stores heartbeats, greatest wins, and touches the sources that moved."""
    if not heartbeats:
        return
    rows = [
        (*key, heartbeats[key].data.complete_through, heartbeats[key].expectedinterval)
        for key in sorted(heartbeats)
    ]
    moved = await conn.fetch(ADVANCE, METRICS_TOPIC, *columns(rows, 5))
    sources = sorted({(row["workspace"], row["source"]) for row in moved})
    if sources:
        await conn.execute(TOUCH_SOURCES, *columns(sources, 2))


async def fix_reports(
    conn: Conn, shapes: Mapping[ReportKey, tuple[str, str]]
) -> tuple[set[ReportKey], dict[ReportKey, Shape]]:
    """Stores (mode, grain) for reports that have none.

    Returns the reports that are new with this transaction, and the stored shape of all.
    """
    keys = sorted(shapes)
    added = await conn.fetch(ADD_REPORTS, *columns([(*key, *shapes[key]) for key in keys], 5))
    rows = await conn.fetch(REPORTS, *columns(keys, 3))
    new = {(row["workspace"], row["source"], row["report"]) for row in added}
    return new, {
        (row["workspace"], row["source"], row["report"]): Shape(
            row["mode"], row["grain"], row["stream"]
        )
        for row in rows
    }


async def add_deltas(
    conn: Conn, deltas: Mapping[tuple[int, str], Told]
) -> dict[tuple[int, str], bool]:
    """Stores ids: True for a new one, False for one known with another body; plain repeats are
    absent."""
    rows = [
        (*key, bytes.fromhex(deltas[key].event.bodyhash), to_ms(deltas[key].event.time))
        for key in sorted(deltas)
    ]
    found = await conn.fetch(ADD_DELTAS, *columns(rows, 4))
    return {(row["stream"], row["id"]): row["is_new"] for row in found}


async def upsert_facts(conn: Conn, facts: Mapping[FactKey, Told]) -> dict[FactKey, Any]:
    """Stores higher revisions; a row comes back for each new fact, change or conflict.

    A conflict (equal revision, other values) changes nothing: old and new revision are equal.
    """
    rows = []
    for key in sorted(facts):
        told = facts[key]
        campaign, line = told.place or (None, None)
        revision = told.event.data.revision or 0
        rows.append((*key, revision, told.measures_text, told.start, campaign, line))
    found = await conn.fetch(UPSERT_FACTS, *columns(rows, 9))
    return {FactKey(*row[:4]): row for row in found}


async def series(
    conn: Conn, keys: Iterable[SeriesKey]
) -> tuple[set[SeriesKey], dict[SeriesKey, int]]:
    """The numbers of series, given to those that have none; also which are new just now."""
    arrays = columns(sorted(keys), 4)
    added = await conn.fetch(ADD_SERIES, *arrays)
    rows = await conn.fetch(SERIES, *arrays)
    return {SeriesKey(*row) for row in added}, {SeriesKey(*row[:4]): row[4] for row in rows}


async def add_panes(
    conn: Conn, panes: Mapping[PaneKey, int], numbers: Mapping[SeriesKey, int]
) -> None:
    """Adds amounts to panes; `numbers` hold those of their series."""
    if panes:
        rows = sorted(
            (numbers[key.series], key.start, key.end, key.known, str(amount))
            for key, amount in panes.items()
        )
        await conn.execute(ADD_PANES, *columns(rows, 5))


async def add_held(
    conn: Conn,
    held: Mapping[HeldKey, int],
    levels: Mapping[tuple[str, str, str], Mapping[str, str]],
) -> None:
    """Adds amounts to what is kept aside; the caller holds the workspace's lock."""
    if held:
        rows = [(*key, str(held[key]), levels[key[:3]]) for key in sorted(held)]
        await conn.execute(ADD_HELD, *columns(rows, 10))


async def add_feeds(conn: Conn, feeds: Iterable[Feed]) -> set[Feed]:
    """Stores who feeds what; returns those that were not there before this transaction."""
    arrays = columns([(*one.series, one.source, one.grain) for one in sorted(feeds)], 6)
    rows = await conn.fetch(ADD_FEEDS, *arrays)
    return {Feed(SeriesKey(*row[:4]), row[4], row[5]) for row in rows}


async def touch(conn: Conn, lines: Iterable[tuple[str, str, str | None]]) -> None:
    """Asks for judgement of (workspace, campaign, line); line None is the whole campaign."""
    rows = sorted(set(lines), key=lambda row: (row[0], row[1], row[2] or ""))
    if rows:
        await conn.execute(TOUCH_UNITS, *columns(rows, 3))


def as_instant(at: int | None) -> Any:
    """Epoch ms or None → aware datetime or None."""
    return None if at is None else from_ms(at)
