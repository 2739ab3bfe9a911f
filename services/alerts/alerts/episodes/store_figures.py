"""SQL of the newest figures of breaches: kept by breach, whether it has come yet or not."""

from collections.abc import Sequence
from datetime import datetime

from alerts.incoming.breaches import FoundFigures
from shared.database.pool import Conn, columns
from shared.database.sweep import deleted_rows

# The newest wins in whatever order they come: later ones of a state, and those of a later state.
PUT = """
INSERT INTO alerts.figures AS f (workspace, breach, seq, decided_at, figures)
SELECT DISTINCT ON (u.workspace, u.breach) u.*
FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::jsonb[])
  AS u(workspace, breach, seq, decided_at, figures)
ORDER BY u.workspace, u.breach, u.seq DESC, u.decided_at DESC
ON CONFLICT (workspace, breach) DO UPDATE SET seq = excluded.seq,
  decided_at = excluded.decided_at, figures = excluded.figures
WHERE (f.seq, f.decided_at) < (excluded.seq, excluded.decided_at)
"""
FORGET = """
DELETE FROM alerts.figures WHERE ctid = ANY(ARRAY(
  SELECT f.ctid FROM alerts.figures f
  WHERE f.decided_at < $1 AND NOT EXISTS (SELECT 1 FROM alerts.episodes e
    WHERE e.workspace = f.workspace AND e.breach = f.breach
      AND e.state NOT IN ('resolved', 'withdrawn'))
  ORDER BY f.decided_at LIMIT $2 FOR UPDATE OF f SKIP LOCKED))
"""


async def put(conn: Conn, found: Sequence[FoundFigures]) -> None:
    """Keeps of each breach the newest of these and of what is known."""
    rows = [
        (one.workspace, one.id, one.figures.seq, one.figures.decided_at, one.figures)
        for one in found
    ]
    if rows:
        await conn.execute(PUT, *columns(rows, 5))


async def forget(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes figures of breaches that are not open; how many."""
    return deleted_rows(await conn.execute(FORGET, before, rows_max))
