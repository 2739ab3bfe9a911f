"""SQL of the catalogue copy and of the lines' totals."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kpi_monitor.totals import LineKey, LineState
from shared.database.pool import Conn, columns

LOCK = "SELECT pg_advisory_xact_lock(hashtext('kpi.mappings'), hashtext($1))"
UPSERT = """
INSERT INTO kpi.catalog AS c (workspace, kind, id, version, deleted, object)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::jsonb[])
ON CONFLICT (workspace, kind, id) DO UPDATE
SET version = excluded.version, deleted = excluded.deleted, object = excluded.object
WHERE c.version < excluded.version
RETURNING workspace, kind, id, object, old.object AS before
"""
BUMP = """
INSERT INTO kpi.catalog_versions AS v (workspace, version) SELECT u, 1 FROM unnest($1::text[]) AS u
ON CONFLICT (workspace) DO UPDATE SET version = v.version + 1
"""
VERSIONS = "SELECT workspace, version FROM kpi.catalog_versions WHERE workspace = ANY($1::text[])"
MAPPINGS = """
SELECT id, object FROM kpi.catalog WHERE workspace = $1 AND kind = 'mapping' AND NOT deleted
"""
CURRENCIES = """
SELECT c.workspace, c.id, c.object->>'currency' AS currency FROM kpi.catalog c
JOIN unnest($1::text[], $2::text[]) AS u(workspace, id) USING (workspace, id)
WHERE c.kind = 'campaign'
"""
ADD_LINES = """
INSERT INTO kpi.lines (workspace, campaign, line, seq)
SELECT u.*, 0 FROM unnest($1::text[], $2::text[], $3::text[]) AS u ON CONFLICT DO NOTHING
"""
LOCK_LINES = """
SELECT l.workspace, l.campaign, l.line, l.seq, l.totals, l.complete_ms, l.gap_seq
FROM kpi.lines l JOIN unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, campaign, line)
  ON l.workspace = u.workspace AND l.campaign = u.campaign AND l.line = u.line
ORDER BY l.workspace, l.campaign, l.line FOR UPDATE OF l
"""
SAVE_LINES = """
UPDATE kpi.lines l SET seq = u.seq, totals = u.totals, complete_ms = u.complete_ms,
  gap_seq = u.gap_seq,
  gap_at = CASE WHEN u.gap_seq IS NULL THEN NULL ELSE coalesce(l.gap_at, $8) END
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bigint[],
  $7::bigint[]) AS u(workspace, campaign, line, seq, totals, complete_ms, gap_seq)
WHERE l.workspace = u.workspace AND l.campaign = u.campaign AND l.line = u.line
"""


async def lock_mappings(conn: Conn, workspaces: Iterable[str]) -> None:
    """Waits for whoever holds entities back or maps them, per workspace, until commit."""
    for workspace in sorted(set(workspaces)):
        await conn.execute(LOCK, workspace)


async def upsert_items(conn: Conn, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Stores (workspace, kind, id, version, deleted, object) rows; returns those that were newer,
    with the object `before`, None of one that is new.

    At most one row per (workspace, kind, id).
    """
    ordered = sorted(rows, key=lambda row: row[:3])
    return list(await conn.fetch(UPSERT, *columns(ordered, 6)))


async def bump_versions(conn: Conn, workspaces: Iterable[str]) -> None:
    """Tells all replicas that the mappings of these workspaces have changed."""
    await conn.execute(BUMP, sorted(set(workspaces)))


async def versions(conn: Conn, workspaces: Iterable[str]) -> dict[str, int]:
    """Mapping version per workspace, 0 where there is none."""
    wanted = sorted(set(workspaces))
    rows = await conn.fetch(VERSIONS, wanted)
    return {**dict.fromkeys(wanted, 0), **{row["workspace"]: row["version"] for row in rows}}


async def mappings(conn: Conn, workspace: str) -> list[Any]:
    """Rows (id, object) of all mappings in force."""
    return list(await conn.fetch(MAPPINGS, workspace))


async def currencies(
    conn: Conn, campaigns: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The currency of each (workspace, campaign) that is known, "" where it states none."""
    rows = await conn.fetch(CURRENCIES, *columns(sorted(set(campaigns)), 2))
    return {(row["workspace"], row["id"]): row["currency"] or "" for row in rows}


async def lock_lines(conn: Conn, keys: Iterable[LineKey]) -> dict[LineKey, LineState]:
    """The stored states of lines, locked in one order; new lines begin at seq 0."""
    arrays = columns(sorted(set(keys)), 3)
    await conn.execute(ADD_LINES, *arrays)
    rows = await conn.fetch(LOCK_LINES, *arrays)
    return {
        LineKey(row["workspace"], row["campaign"], row["line"]): LineState(
            row["seq"], row["totals"], row["complete_ms"], row["gap_seq"]
        )
        for row in rows
    }


async def save_lines(conn: Conn, states: Mapping[LineKey, LineState], now: datetime) -> None:
    """Writes locked lines back."""
    if states:
        rows = [
            (*key, states[key].seq, states[key].totals, states[key].complete, states[key].gap)
            for key in sorted(states)
        ]
        await conn.execute(SAVE_LINES, *columns(rows, 7), now)
