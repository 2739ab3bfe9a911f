"""SQL of silences, of the alerts that may stand for others, and of who asks again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from alerts.quiet.inhibitor import OpenAlert
from alerts.quiet.silences import Silence, SilenceState
from shared.database.pool import Conn
from shared.http.reach import Reach

FIELDS = (
    "silence, matchers, starts_at, ends_at, created_by, comment, updated_at, updated_by, version"
)
IN_FORCE = f"""
SELECT {FIELDS} FROM alerts.silences
WHERE workspace = $1 AND ends_at > $2 AND starts_at <= $2 ORDER BY ends_at, silence
"""
LIST = f"""
SELECT {FIELDS} FROM alerts.silences
WHERE workspace = $1 AND silence > $2 AND {{state}}
  AND ($5::text[] IS NULL OR campaign = ANY($5)) ORDER BY silence LIMIT $3
"""
IN_STATE: dict[SilenceState | None, str] = {
    "pending": "starts_at > $4",
    "active": "starts_at <= $4 AND ends_at > $4",
    "expired": "ends_at <= $4",
    None: "$4::timestamptz IS NOT NULL",
}
GET = f"SELECT {FIELDS} FROM alerts.silences WHERE workspace = $1 AND silence = $2"
LOCK = f"{GET} FOR UPDATE"
PUT = f"""
INSERT INTO alerts.silences (workspace, campaign, {FIELDS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (workspace, silence) DO UPDATE SET starts_at = excluded.starts_at,
  ends_at = excluded.ends_at, comment = excluded.comment, updated_at = excluded.updated_at,
  updated_by = excluded.updated_by, version = excluded.version
"""
# A look into the index of labels for each pattern.
SOURCES = """
SELECT DISTINCT a.alert, a.fingerprint, e.routing_labels FROM unnest($2::jsonb[]) AS u(pattern)
JOIN alerts.episodes e ON e.routing_labels @> u.pattern JOIN alerts.alerts a USING (alert)
WHERE e.workspace = $1 AND e.state NOT IN ('resolved', 'withdrawn')
"""
ANY_TIME_SQL = "(g.snapshot #>> '{intervals,digest}') IS NULL"
"""Of a group `g`: it speaks when there is something to say, not at certain times alone."""
# What is muted is in no member's log; a group knows that some of it is.
PUT_MUTED_DUE = f"""
WITH quiet AS (
  SELECT g.group_id FROM alerts.groups g
  WHERE g.workspace = $1 AND g.active AND {ANY_TIME_SQL} AND EXISTS (
    SELECT FROM alerts.muted m WHERE m.group_id = g.group_id)
    AND ($3::bigint[] IS NULL OR g.group_id = ANY($3))
  ORDER BY g.group_id FOR UPDATE)
UPDATE alerts.groups g SET due_at = least(g.due_at, $2)
FROM quiet WHERE g.group_id = quiet.group_id
"""
FIND_INHIBITED = f"""
SELECT DISTINCT g.group_id FROM unnest($2::jsonb[]) AS u(pattern)
JOIN alerts.episodes e ON e.routing_labels @> u.pattern
JOIN alerts.muted m USING (alert, episode) JOIN alerts.groups g USING (group_id)
WHERE e.workspace = $1 AND e.state NOT IN ('resolved', 'withdrawn') AND m.reason = 'inhibited'
  AND g.active AND {ANY_TIME_SQL}
"""
FORGET = """
DELETE FROM alerts.silences WHERE (workspace, silence) IN (
  SELECT workspace, silence FROM alerts.silences WHERE ends_at < $1
  ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED)
"""


async def find_in_force(conn: Conn, workspace: str, now: datetime) -> list[Silence]:
    """Those that hold now, the next to end first."""
    return _silences(await conn.fetch(IN_FORCE, workspace, now))


async def list_silences(
    conn: Conn,
    reach: Reach,
    state: SilenceState | None,
    *,
    after: str,
    limit: int,
    now: datetime,
) -> list[Silence]:
    """Up to `limit` after the id `after`; of a limited reach those of its campaigns alone."""
    statement = LIST.format(state=IN_STATE[state])
    values = (reach.workspace, after, limit, now, reach.listed)
    return _silences(await conn.fetch(statement, *values))


async def get_silence(conn: Conn, workspace: str, silence: str) -> Silence | None:
    return next(iter(_silences(await conn.fetch(GET, workspace, silence))), None)


async def lock_silence(conn: Conn, workspace: str, silence: str) -> Silence | None:
    """Nobody else changes it until the transaction ends."""
    return next(iter(_silences(await conn.fetch(LOCK, workspace, silence))), None)


async def put_silence(conn: Conn, workspace: str, one: Silence) -> None:
    values = (getattr(one, name) for name in FIELDS.split(", "))
    await conn.execute(PUT, workspace, one.campaign, *values)


async def find_sources(
    conn: Conn, workspace: str, patterns: Sequence[Mapping[str, str]]
) -> list[OpenAlert]:
    """Open alerts that have all the labels of a pattern; the rules judge them."""
    rows = await conn.fetch(SOURCES, workspace, list(patterns))
    return [OpenAlert(row["fingerprint"], row["routing_labels"]) for row in rows]


async def put_muted_due(
    conn: Conn, workspace: str, now: datetime, groups: Sequence[int] | None = None
) -> None:
    """Groups, of these or of all, in which something is muted ask again now."""
    await conn.execute(PUT_MUTED_DUE, workspace, now, groups)


async def find_inhibited(
    conn: Conn, workspace: str, labels: Sequence[Mapping[str, str]]
) -> set[int]:
    """Groups that keep something back because another alert stands for it, and that has all of
    one of these labels."""
    rows = await conn.fetch(FIND_INHIBITED, workspace, list(labels))
    return {row["group_id"] for row in rows}


async def forget(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes silences that were over before; how many."""
    return int((await conn.execute(FORGET, before, rows_max)).split()[-1])


def _silences(rows: Sequence[Any]) -> list[Silence]:
    return [msgspec.convert(dict(row), Silence) for row in rows]
