"""What kpi-monitor deletes, and after how long: ids of deltas, old sums, ended breaches.

Facts and standings are kept: a fact decides whether a snapshot counts again, a standing the number
of the next episode.
"""

from collections.abc import Mapping
from functools import partial

from kpi_monitor.settings import KpiSettings
from kpi_monitor.windows import DAY_MS, from_ms, to_ms
from shared.clock import Clock
from shared.database import Conn
from shared.sweep import Sweep, deleted_rows

OLDEST = """
DELETE FROM kpi.{table} WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM kpi.{table} WHERE {column} < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
COLUMNS = {"deltas": "at_ms", "panes": "start_ms", "held": "start_ms"}
# The end of an episode goes last and takes the episode with it, so that one cut short by the limit
# is found again. Rows are not skipped: two sweepers take them one after the other.
ENDED = """
WITH old AS (
  SELECT t.ctid FROM kpi.transitions e
  JOIN kpi.transitions t ON t.workspace = e.workspace AND t.breach = e.breach
  WHERE e.transition = 'resolved' AND e.decided_at < $1
  ORDER BY e.decided_at, e.workspace, e.breach, t.seq LIMIT $2 FOR UPDATE OF t
), gone AS (
  DELETE FROM kpi.transitions WHERE ctid = ANY(ARRAY(SELECT ctid FROM old))
  RETURNING workspace, breach, transition
), episodes AS (
  DELETE FROM kpi.breaches b USING gone g
  WHERE g.transition = 'resolved' AND b.workspace = g.workspace AND b.breach = g.breach
)
SELECT count(*) FROM gone
"""


def sweeps(settings: KpiSettings, clock: Clock) -> Mapping[str, Sweep]:
    """What the Sweeper calls, by table."""
    return {
        # A day later than events are refused, so that no event finds its id gone before that.
        "deltas": partial(_sweep, clock, "deltas", settings.metrics_horizon_days + 1),
        "panes": partial(_sweep, clock, "panes", settings.panes_keep_days),
        "held": partial(_sweep, clock, "held", settings.panes_keep_days),
        "transitions": partial(_sweep_ended, clock, settings.breaches_keep_days),
    }


async def forget(conn: Conn, table: str, before: int, rows_max: int) -> int:
    """Deletes at most `rows_max` rows of before `before` (epoch ms); returns how many."""
    statement = OLDEST.format(table=table, column=COLUMNS[table])
    return deleted_rows(await conn.execute(statement, before, rows_max))


async def forget_ended(conn: Conn, before: int, rows_max: int) -> int:
    """Deletes transitions of episodes that ended before `before` (epoch ms), and the episodes."""
    return int(await conn.fetchval(ENDED, from_ms(before), rows_max))


async def _sweep(clock: Clock, table: str, keep_days: int, conn: Conn, rows_max: int) -> int:
    before = to_ms(await clock.now(conn)) - keep_days * DAY_MS
    return await forget(conn, table, before, rows_max)


async def _sweep_ended(clock: Clock, keep_days: int, conn: Conn, rows_max: int) -> int:
    before = to_ms(await clock.now(conn)) - keep_days * DAY_MS
    return await forget_ended(conn, before, rows_max)
