"""What kpi-monitor deletes, and after how long: ids of deltas, old sums, ended breaches, counters
of imports.

Facts and standings are kept: a fact decides whether a snapshot counts again, a standing the number
of the next episode.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from kpi_monitor.settings import KpiSettings
from kpi_monitor.windows import to_ms
from shared.database.pool import Conn
from shared.database.sweep import Sweep, forget

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


def sweeps(settings: KpiSettings) -> Mapping[str, Sweep]:
    """What the Sweeper calls, by table."""
    # A day later than events are refused, so that no event finds its id gone before that.
    ids = timedelta(days=settings.metrics_horizon_days + 1)
    sums = timedelta(days=settings.panes_keep_days)
    imports = timedelta(days=settings.imports_keep_days)
    return {
        "deltas": Sweep(ids, partial(forget_ms, "kpi.deltas", "at_ms")),
        "panes": Sweep(sums, partial(forget_ms, "kpi.panes", "start_ms")),
        "held": Sweep(sums, partial(forget_ms, "kpi.held", "start_ms")),
        "placed": Sweep(sums, partial(forget_ms, "kpi.placed", "start_ms")),
        "transitions": Sweep(timedelta(days=settings.breaches_keep_days), forget_ended),
        # An import whose records are read again after that is counted from the start, as a new one.
        "imports": Sweep(imports, partial(forget, "kpi.imports", "counted_at")),
        "import_progress": Sweep(imports, partial(forget, "kpi.import_progress", "counted_at")),
    }


async def forget_ms(table: str, column: str, conn: Conn, before: datetime, rows_max: int) -> int:
    """`forget` by a column in epoch milliseconds."""
    return await forget(table, column, conn, to_ms(before), rows_max)


async def forget_ended(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes transitions of episodes that ended before `before`, and the episodes."""
    return int(await conn.fetchval(ENDED, before, rows_max))
