"""SQL of the lines' totals."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from kpi_monitor.totals.figures import LineKey, LineState
from shared.database.pool import Conn, columns

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
PUT_LINES = """
UPDATE kpi.lines l SET seq = u.seq, totals = u.totals, complete_ms = u.complete_ms,
  gap_seq = u.gap_seq,
  gap_at = CASE WHEN u.gap_seq IS NULL THEN NULL ELSE coalesce(l.gap_at, $8) END
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bigint[],
  $7::bigint[]) AS u(workspace, campaign, line, seq, totals, complete_ms, gap_seq)
WHERE l.workspace = u.workspace AND l.campaign = u.campaign AND l.line = u.line
"""


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


async def put_lines(conn: Conn, states: Mapping[LineKey, LineState], now: datetime) -> None:
    """Writes locked lines back."""
    if states:
        rows = [
            (*key, states[key].seq, states[key].totals, states[key].complete, states[key].gap)
            for key in sorted(states)
        ]
        await conn.execute(PUT_LINES, *columns(rows, 7), now)
