"""SQL of the newest figures of breaches: kept by breach, whether it has come yet or not, and how
they were before."""

from collections.abc import Sequence
from datetime import datetime

from alerts.incoming.breaches import FoundFigures
from alerts.incoming.signal import PastFigures
from shared.database.pool import Conn, columns
from shared.database.sweep import deleted_rows

POINTS_MAX = 32
"""Of what is kept of a breach's figures over time. With one more every second of them goes, so that
they always reach from the first to the newest."""

# The newest wins in whatever order they come: later ones of a state, and those of a later state.
PUT = f"""
INSERT INTO alerts.figures AS f (workspace, breach, seq, decided_at, figures, points)
SELECT DISTINCT ON (u.workspace, u.breach) workspace, breach, seq, decided_at, figures,
  jsonb_build_array(point)
FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::jsonb[],
  $6::jsonb[]) AS u(workspace, breach, seq, decided_at, figures, point)
ORDER BY u.workspace, u.breach, u.seq DESC, u.decided_at DESC
ON CONFLICT (workspace, breach) DO UPDATE SET seq = excluded.seq,
  decided_at = excluded.decided_at, figures = excluded.figures,
  points = CASE WHEN jsonb_array_length(f.points) < {POINTS_MAX} THEN f.points ELSE
    (SELECT jsonb_agg(p ORDER BY n) FROM jsonb_array_elements(f.points)
      WITH ORDINALITY AS e(p, n) WHERE n % 2 = 1) END
    || excluded.points
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
        (
            one.workspace,
            one.id,
            one.figures.seq,
            one.figures.decided_at,
            one.figures,
            PastFigures.of(one.figures.figures_at, one.figures.value, one.figures.numbers),
        )
        for one in found
    ]
    if rows:
        await conn.execute(PUT, *columns(rows, 6))


async def forget(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes figures of breaches that are not open; how many."""
    return deleted_rows(await conn.execute(FORGET, before, rows_max))
