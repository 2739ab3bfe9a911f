"""SQL of folding metrics: arrays in, one statement per table, rows in one sorted key order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kpi_monitor.folding import FactKey, Feed, HeldKey, PaneKey, ProgressKey, Told
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
SELECT r.workspace, r.source, r.report, r.mode, r.grain
FROM unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, source, report)
JOIN kpi.reports r USING (workspace, source, report)
"""
ADD_DELTAS = """
INSERT INTO kpi.deltas AS d (workspace, source, id, bodyhash, at_ms)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bigint[])
ON CONFLICT (workspace, source, id) DO UPDATE SET bodyhash = d.bodyhash
WHERE d.bodyhash <> excluded.bodyhash
RETURNING workspace, source, id, old.bodyhash IS NULL AS is_new
"""
UPSERT_FACTS = """
INSERT INTO kpi.facts AS f (workspace, source, report, period, entity, dims,
  revision, measures, start_ms, campaign, line)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
  $7::bigint[], $8::text[], $9::bigint[], $10::text[], $11::text[])
ON CONFLICT (workspace, source, report, period, entity, dims) DO UPDATE
SET revision = excluded.revision,
    measures = CASE WHEN excluded.revision > f.revision THEN excluded.measures ELSE f.measures END
WHERE excluded.revision > f.revision
   OR (excluded.revision = f.revision AND excluded.measures <> f.measures)
RETURNING workspace, source, report, period, entity, dims, old.revision AS old_revision,
  old.measures AS old_measures, new.revision AS new_revision, new.campaign, new.line
"""
ADD_PANES = """
INSERT INTO kpi.panes AS p
  (workspace, campaign, line, measure, start_ms, end_ms, known_ms, amount)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
  $7::bigint[], $8::bigint[])
ON CONFLICT (workspace, campaign, line, measure, start_ms, end_ms, known_ms) DO UPDATE
SET amount = p.amount + excluded.amount
"""
ADD_HELD = """
INSERT INTO kpi.held AS h
  (workspace, source, entity, measure, start_ms, end_ms, known_ms, amount, levels)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
  $7::bigint[], $8::bigint[], $9::jsonb[])
ON CONFLICT (workspace, source, entity, measure, start_ms, end_ms, known_ms) DO UPDATE
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
FORGET_DELTAS = """
DELETE FROM kpi.deltas WHERE ctid = ANY(
  ARRAY(SELECT ctid FROM kpi.deltas WHERE at_ms < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
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
) -> tuple[set[ReportKey], dict[ReportKey, tuple[str, str]]]:
    """Stores (mode, grain) for reports that have none.

    Returns the reports that are new with this transaction, and the stored shape of all.
    """
    keys = sorted(shapes)
    added = await conn.fetch(ADD_REPORTS, *columns([(*key, *shapes[key]) for key in keys], 5))
    rows = await conn.fetch(REPORTS, *columns(keys, 3))
    new = {(row["workspace"], row["source"], row["report"]) for row in added}
    return new, {
        (row["workspace"], row["source"], row["report"]): (row["mode"], row["grain"])
        for row in rows
    }


async def add_deltas(
    conn: Conn, deltas: Mapping[tuple[str, str, str], Told]
) -> dict[tuple[str, str, str], bool]:
    """Stores ids: True for a new one, False for one known with another body; plain repeats are
    absent."""
    rows = [
        (*key, bytes.fromhex(deltas[key].event.bodyhash), to_ms(deltas[key].event.time))
        for key in sorted(deltas)
    ]
    found = await conn.fetch(ADD_DELTAS, *columns(rows, 5))
    return {(row["workspace"], row["source"], row["id"]): row["is_new"] for row in found}


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
    found = await conn.fetch(UPSERT_FACTS, *columns(rows, 11))
    return {FactKey(*(row[name] for name in FactKey._fields)): row for row in found}


async def add_panes(conn: Conn, panes: Mapping[PaneKey, int]) -> None:
    """Adds amounts to panes."""
    if panes:
        rows = [(*key, panes[key]) for key in sorted(panes)]
        await conn.execute(ADD_PANES, *columns(rows, 8))


async def add_held(
    conn: Conn,
    held: Mapping[HeldKey, int],
    levels: Mapping[tuple[str, str, str], Mapping[str, str]],
) -> None:
    """Adds amounts to what is kept aside; the caller holds the workspace's lock."""
    if held:
        rows = [(*key, held[key], levels[key[:3]]) for key in sorted(held)]
        await conn.execute(ADD_HELD, *columns(rows, 9))


async def add_feeds(conn: Conn, feeds: Iterable[Feed]) -> set[Feed]:
    """Stores who feeds what; returns those that were not there before this transaction."""
    rows = await conn.fetch(ADD_FEEDS, *columns(sorted(feeds), 6))
    return {Feed(*row) for row in rows}


async def touch(conn: Conn, lines: Iterable[tuple[str, str, str | None]]) -> None:
    """Asks for judgement of (workspace, campaign, line); line None is the whole campaign."""
    rows = sorted(set(lines), key=lambda row: (row[0], row[1], row[2] or ""))
    if rows:
        await conn.execute(TOUCH_UNITS, *columns(rows, 3))


async def forget_deltas(conn: Conn, before: int, rows_max: int) -> int:
    """Deletes at most `rows_max` ids of events before `before` (epoch ms); returns how many."""
    done = await conn.execute(FORGET_DELTAS, before, rows_max)
    return int(done.rpartition(" ")[2])


def as_instant(at: int | None) -> Any:
    """Epoch ms or None → aware datetime or None."""
    return None if at is None else from_ms(at)
