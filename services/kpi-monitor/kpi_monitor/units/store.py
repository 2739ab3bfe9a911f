"""SQL of units: which wait to be judged, up to where nothing closes, and who judges them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shared.database.pool import Conn, columns

DUE = """
SELECT (SELECT count(*) FROM kpi.touches) + (SELECT count(*) FROM kpi.source_touches)
  + (SELECT count(*) FROM kpi.figures
     WHERE due_at <= coalesce((SELECT now FROM runtime.clock), now()))
"""
WAITING = """
SELECT count(DISTINCT (workspace, campaign)) AS campaigns,
  coalesce(extract(epoch FROM now() - min(touched_at)), 0)::float8 AS age_s
FROM kpi.touches
"""

LOCK_UNITS = """
SELECT k.workspace, k.campaign, k.due_ms FROM kpi.units k
JOIN (SELECT workspace, campaign, min(id) AS first FROM kpi.touches GROUP BY 1, 2) AS t
  USING (workspace, campaign)
ORDER BY t.first LIMIT $1 FOR UPDATE OF k SKIP LOCKED
"""
SAVE_DUE = """
UPDATE kpi.units k SET due_ms = u.due_ms
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS u(workspace, campaign, due_ms)
WHERE k.workspace = u.workspace AND k.campaign = u.campaign AND k.due_ms IS DISTINCT FROM u.due_ms
"""
TAKE_TOUCHES = """
DELETE FROM kpi.touches t USING unnest($1::text[], $2::text[]) AS u(workspace, campaign)
WHERE t.workspace = u.workspace AND t.campaign = u.campaign
RETURNING t.workspace, t.campaign, t.line, now() - t.touched_at AS waited
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

UnitKey = tuple[str, str]  # workspace, campaign


async def touch(conn: Conn, lines: Iterable[tuple[str, str, str | None]]) -> None:
    """Asks for judgement of (workspace, campaign, line); line None is the whole campaign."""
    rows = sorted(set(lines), key=lambda row: (row[0], row[1], row[2] or ""))
    if rows:
        await conn.execute(TOUCH_UNITS, *columns(rows, 3))


class Taken(NamedTuple):
    """Locked campaigns with the lines touched in each (None: all), and the longest wait.

    `due`: as far as it is known, up to where no window of the campaign closes (epoch ms).
    """

    lines: dict[UnitKey, set[str] | None]
    due: dict[UnitKey, int | None]
    waited_s: float


async def take(conn: Conn, units_max: int) -> Taken:
    """Locks the campaigns waiting longest that nobody else judges, and deletes their touches.

    Statements after this one see all that was committed with those touches.
    """
    locked = await conn.fetch(LOCK_UNITS, units_max)
    keys = [(row["workspace"], row["campaign"]) for row in locked]
    due = {(row["workspace"], row["campaign"]): row["due_ms"] for row in locked}
    lines: dict[UnitKey, set[str] | None] = {}
    waited_s = 0.0
    for row in await conn.fetch(TAKE_TOUCHES, *columns(keys, 2)) if keys else []:
        key = (row["workspace"], row["campaign"])
        waited_s = max(waited_s, row["waited"].total_seconds())
        known = lines.setdefault(key, set())
        if row["line"] is None:
            lines[key] = None
        elif known is not None:
            known.add(row["line"])
    return Taken(lines, due, waited_s)


async def save_due(conn: Conn, taken: Taken, due: Mapping[UnitKey, int | None]) -> None:
    """Stores up to where no window closes, by campaign; None: not known. The units are locked.

    Of a campaign that was not read whole, the other lines may have something due before.
    """
    rows = [
        (*key, at if lines is None else _earlier(taken.due[key], at))
        for key, lines in sorted(taken.lines.items())
        for at in (due[key],)
    ]
    await conn.execute(SAVE_DUE, *columns(rows, 3))


def _earlier(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else min(one, other)


class Waiting(NamedTuple):
    """Campaigns that were touched and not judged yet, and how long the oldest has waited."""

    campaigns: int
    age_s: float


async def waiting(conn: Conn) -> Waiting:
    """What the evaluator has to do, by the machine's clock."""
    row = await conn.fetchrow(WAITING)
    assert row is not None, "an aggregate has a row"
    return Waiting(row["campaigns"], row["age_s"])


async def count_due(conn: Conn) -> int:
    """Touches not judged yet, and figures not told yet that are due by the manual clock: what its
    idle state waits for."""
    return int(await conn.fetchval(DUE))
