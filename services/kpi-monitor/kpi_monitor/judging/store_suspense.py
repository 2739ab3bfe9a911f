"""SQL of the suspense of sources: what budget told of it, and which breaches are due by time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from asyncpg import Record

from kpi_monitor.catalogue.objects import ItemKey, SuspenseObject
from kpi_monitor.judging.suspense import Standing
from shared.database.pool import Conn, columns
from shared.events import Breach, CatalogItem, Envelope

NOTE = """
INSERT INTO kpi.suspense AS s (workspace, source, version, since, object)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[])
ON CONFLICT (workspace, source) DO UPDATE SET version = excluded.version, since = excluded.since,
  object = excluded.object
WHERE s.version < excluded.version
RETURNING workspace, source, object, episode, seq, open
"""
# Two searches, each by an index of its own: what waits too long, and what does so no more.
DUE = """
SELECT workspace, source FROM kpi.suspense WHERE NOT open AND since <= $1
UNION ALL
SELECT workspace, source FROM kpi.suspense WHERE open AND (since IS NULL OR since > $1)
"""
TAKE = f"""
SELECT s.workspace, s.source, s.object, s.episode, s.seq, s.open,
  (SELECT t.event FROM kpi.transitions AS t WHERE s.open AND t.workspace = s.workspace
     AND t.breach = 'suspense/source:' || s.source || '/' || s.episode AND t.seq = 1) AS firing
FROM kpi.suspense AS s JOIN ({DUE} LIMIT $2) AS due USING (workspace, source)
ORDER BY s.workspace, s.source FOR UPDATE OF s SKIP LOCKED
"""
COUNT_DUE = f"SELECT count(*) FROM ({DUE}) AS due"
SAVE = """
UPDATE kpi.suspense AS s SET episode = u.episode, seq = u.seq, open = u.open
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::boolean[])
  AS u(workspace, source, episode, seq, open)
WHERE s.workspace = u.workspace AND s.source = u.source
"""


async def note(conn: Conn, planned: Mapping[ItemKey, Envelope[CatalogItem]]) -> list[Standing]:
    """Stores what the newest objects of a poll tell of suspense; the sources that are told anew."""
    rows = []
    for (workspace, kind, source), event in sorted(planned.items(), key=lambda item: item[0]):
        if kind == "suspense":
            told = msgspec.convert(event.data.object, SuspenseObject)
            rows.append((workspace, source, event.data.version, told.since, event.data.object))
    found = await conn.fetch(NOTE, *columns(rows, 5)) if rows else []
    return [_standing(row) for row in found]


async def take(
    conn: Conn, now: datetime, limit: timedelta, sources_max: int
) -> list[tuple[Standing, Breach | None]]:
    """Sources whose breach begins or ends at `now` and that nobody else judges, locked, each with
    how its open breach began."""
    return [
        (
            _standing(row),
            msgspec.convert(row["firing"], Breach) if row["firing"] is not None else None,
        )
        for row in await conn.fetch(TAKE, now - limit, sources_max)
    ]


def _standing(row: Record) -> Standing:
    return Standing(
        row["workspace"],
        row["source"],
        msgspec.convert(row["object"], SuspenseObject),
        row["episode"],
        row["seq"],
        row["open"],
    )


async def count_due(conn: Conn, now: datetime, limit: timedelta) -> int:
    """How many of them there are."""
    return int(await conn.fetchval(COUNT_DUE, now - limit))


async def save(conn: Conn, told: Sequence[tuple[Standing, Breach]]) -> None:
    """Stores the episode, the last seq and whether the breach is open, of locked sources."""
    rows = [
        (
            standing.workspace,
            standing.source,
            standing.episode + (not standing.is_open),
            breach.seq,
            breach.transition != "resolved",
        )
        for standing, breach in told
    ]
    await conn.execute(SAVE, *columns(rows, 5))
