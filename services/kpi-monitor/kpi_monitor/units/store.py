"""SQL of units: which wait to be judged, when they have something to judge, and who does."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from kpi_monitor.units.unit import UnitDue, UnitKey, sooner
from kpi_monitor.windows import from_ms
from shared.database.pool import Conn, columns

COUNT_DUE = """
SELECT (SELECT count(*) FROM kpi.touches) + (SELECT count(*) FROM kpi.source_touches)
  + (SELECT count(*) FROM kpi.dues WHERE due_at <= $1)
  + (SELECT count(*) FROM kpi.figures
     WHERE due_at <= $1)
"""
WAITING = """
SELECT count(DISTINCT (workspace, campaign)) AS campaigns,
  coalesce(extract(epoch FROM now() - min(touched_at)), 0)::float8 AS age_s
FROM kpi.touches
"""

# Who takes what is due has the unit, as who writes it does.
TOUCH_DUE = """
WITH due AS (
  SELECT d.workspace, d.campaign, d.line FROM kpi.dues d
  JOIN kpi.units k USING (workspace, campaign)
  WHERE d.due_at <= $1 FOR UPDATE OF k SKIP LOCKED
), taken AS (
  DELETE FROM kpi.dues d USING due WHERE d.workspace = due.workspace
    AND d.campaign = due.campaign AND d.line = due.line
  RETURNING d.workspace, d.campaign, d.line)
INSERT INTO kpi.touches (workspace, campaign, line) SELECT * FROM taken
"""
LOCK_UNITS = """
SELECT k.workspace, k.campaign, k.due_ms FROM kpi.units k
JOIN (SELECT workspace, campaign, min(id) AS first FROM kpi.touches GROUP BY 1, 2) AS t
  USING (workspace, campaign)
ORDER BY t.first LIMIT $1 FOR UPDATE OF k SKIP LOCKED
"""
PUT_DUE = """
UPDATE kpi.units k SET due_ms = u.due_ms
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS u(workspace, campaign, due_ms)
WHERE k.workspace = u.workspace AND k.campaign = u.campaign AND k.due_ms IS DISTINCT FROM u.due_ms
"""
# What is due no more stays: at its time it is judged once, and found to be nothing.
PUT_DUE_BY_TIME = """
INSERT INTO kpi.dues (workspace, campaign, line, due_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
ON CONFLICT (workspace, campaign, line) DO UPDATE SET due_at = excluded.due_at
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


async def touch(conn: Conn, lines: Iterable[tuple[str, str, str | None]]) -> None:
    """Asks for judgement of (workspace, campaign, line); line None is the whole campaign."""
    rows = sorted(set(lines), key=lambda row: (row[0], row[1], row[2] or ""))
    if rows:
        await conn.execute(TOUCH_UNITS, *columns(rows, 3))


async def touch_due(conn: Conn, now: datetime) -> None:
    """Asks for judgement of what time has made due, and of nothing else of its unit."""
    await conn.execute(TOUCH_DUE, now)


class Taken(NamedTuple):
    """Locked units with the lines touched in each (None: all), to where a source is complete when
    more of them is due, and the longest wait."""

    lines: dict[UnitKey, set[str] | None]
    due: dict[UnitKey, int | None]
    waited_s: float


async def take(conn: Conn, units_max: int) -> Taken:
    """Locks the units waiting longest that nobody else judges, and deletes their touches.

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


async def put_due(conn: Conn, taken: Taken, due: Mapping[UnitKey, UnitDue]) -> None:
    """Stores when something of each unit is due. The units are locked.

    Of a campaign that was not read whole, the other lines may have something due before.
    """
    rows, by_time = [], []
    for key, lines in sorted(taken.lines.items()):
        complete, at = due[key]
        rows.append((*key, complete if lines is None else sooner(complete, taken.due[key])))
        by_time += [(*key, line, from_ms(at[line])) for line in sorted(at)]
    await conn.execute(PUT_DUE, *columns(rows, 3))
    if by_time:
        await conn.execute(PUT_DUE_BY_TIME, *columns(by_time, 4))


class UnitsWaiting(NamedTuple):
    """Campaigns that were touched and not judged yet, and how long the oldest has waited."""

    campaigns: int
    age_s: float


async def get_waiting(conn: Conn) -> UnitsWaiting:
    """What the evaluator has to do, by the machine's clock."""
    row = await conn.fetchrow(WAITING)
    assert row is not None, "an aggregate has a row"
    return UnitsWaiting(row["campaigns"], row["age_s"])


async def count_due(conn: Conn, now: datetime) -> int:
    """Touches not judged yet, and units and figures that are due at `now`: what the idle state of
    the manual clock waits for."""
    return int(await conn.fetchval(COUNT_DUE, now))
