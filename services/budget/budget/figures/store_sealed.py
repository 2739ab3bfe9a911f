"""Statements of the sealer: what is pending, what time makes due, what has been told."""

from collections.abc import Sequence
from datetime import datetime

from budget.figures.lines import PendingChange, SealedLine
from shared.database.pool import Conn
from shared.database.rows import InsertColumns, fetch

PENDING = """
SELECT account_id FROM budget.changes GROUP BY account_id ORDER BY min(change) LIMIT $1
"""
# A line is told at each tick while it runs, and once more after its end; one of a closed campaign
# only when there is news. One that starts between
# two ticks is due at the next: the sealer looks only once at each.
DUE = """
FROM budget.accounts AS a
JOIN budget.campaigns AS c USING (workspace, campaign)
JOIN budget.lines AS l USING (workspace, campaign, line)
WHERE a.kind = 'line' AND c.plan_version IS NOT NULL AND c.starts_at <= $1
  AND c.status <> 'closed'
  AND (a.sealed_at IS NULL OR a.sealed_at < least($1, c.ends_at + interval '1 day'))
"""
DUE_LINES = f"SELECT a.account_id {DUE} ORDER BY a.account_id LIMIT $2"
COUNT_DUE = f"SELECT count(*) {DUE}"
COUNT_PENDING = "SELECT count(*) FROM (SELECT FROM budget.changes LIMIT 100000) AS pending"
TAKE = """
WITH taken AS (
  DELETE FROM budget.changes WHERE account_id = ANY($1::int[])
  RETURNING account_id, correction, day, period_start, period_end, known_ms, amount
)
SELECT account_id, correction, day, period_start, period_end, known_ms, sum(amount) AS amount
FROM taken WHERE day IS NOT NULL
GROUP BY account_id, correction, day, period_start, period_end, known_ms
ORDER BY account_id, period_start, period_end, correction, known_ms
"""
DAY = InsertColumns("account_id int, day date, amount text::numeric")
ADD_DAYS = f"""
INSERT INTO budget.days AS t (account_id, day, actual)
SELECT u.account_id, u.day, sum(u.amount) FROM {DAY.rows}
GROUP BY u.account_id, u.day ORDER BY u.account_id, u.day
ON CONFLICT (account_id, day) DO UPDATE SET actual = t.actual + excluded.actual
"""
SEALED = InsertColumns(
    "account_id int, seq bigint, actual text::numeric, corrections text::numeric, "
    "through timestamptz, set_aside int"
)
PUT_SEALED = f"""
UPDATE budget.accounts AS t
SET seq = u.seq, sealed_actual = u.actual, sealed_corrections = u.corrections,
    sealed_at = $7, sealed_through = u.through, sealed_set_aside = u.set_aside
FROM {SEALED.rows} WHERE t.account_id = u.account_id
"""


async def find_pending(conn: Conn, limit: int) -> list[int]:
    """Accounts with changes to tell, the longest waiting first."""
    return [row[0] for row in await conn.fetch(PENDING, limit)]


async def find_due(conn: Conn, tick: datetime, limit: int) -> list[int]:
    """Running lines that were last told before `tick`."""
    return [row[0] for row in await conn.fetch(DUE_LINES, tick, limit)]


async def count_due(conn: Conn, tick: datetime) -> int:
    """How much the sealer has to do: pending changes and due lines."""
    pending: int = await conn.fetchval(COUNT_PENDING)
    due: int = await conn.fetchval(COUNT_DUE, tick)
    return pending + due


async def take_changes(conn: Conn, account_ids: Sequence[int]) -> list[PendingChange]:
    """Removes and returns the pending changes, summed per period and mark; what only said that a
    line's figures may differ now is removed with them."""
    return await fetch(conn, PendingChange, TAKE, account_ids)


async def add_days(conn: Conn, changes: Sequence[PendingChange]) -> None:
    """Adds changes to the days of their lines."""
    if changes:
        await conn.execute(ADD_DAYS, *DAY.arrays(changes))


async def put_sealed(conn: Conn, lines: Sequence[SealedLine], now: datetime) -> None:
    """Notes what has been told; the rows are locked by the caller."""
    if lines:
        await conn.execute(PUT_SEALED, *SEALED.arrays(lines), now)
