"""Statements of the sealer: what is pending, what time makes due, what has been told."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from shared.database.pool import Conn
from shared.database.rows import fetch

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
FOLD_DAYS = """
INSERT INTO budget.days AS t (account_id, day, actual)
SELECT u.account_id, u.day, sum(u.amount::numeric)
FROM unnest($1::int[], $2::date[], $3::text[]) AS u(account_id, day, amount)
GROUP BY u.account_id, u.day ORDER BY u.account_id, u.day
ON CONFLICT (account_id, day) DO UPDATE SET actual = t.actual + excluded.actual
"""
MARK = """
UPDATE budget.accounts AS t
SET seq = u.seq, sealed_actual = u.actual::numeric, sealed_corrections = u.corrections::numeric,
    sealed_at = $7, sealed_through = u.through, sealed_set_aside = u.set_aside
FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::int[])
  AS u(account_id, seq, actual, corrections, through, set_aside)
WHERE t.account_id = u.account_id
"""


class PendingChange(msgspec.Struct, frozen=True):
    """Micros of one period of a line that are not told yet, by mark."""

    account_id: int
    correction: bool
    day: date
    period_start: datetime
    period_end: datetime
    known_ms: int | None
    amount: Decimal


class Mark(NamedTuple):
    """What has been told of a line, in all."""

    account_id: int
    seq: int
    actual: int
    corrections: int
    complete_through: datetime | None
    set_aside: int


async def pending_lines(conn: Conn, limit: int) -> list[int]:
    """Accounts with changes to tell, the longest waiting first."""
    return [row[0] for row in await conn.fetch(PENDING, limit)]


async def due_lines(conn: Conn, tick: datetime, limit: int) -> list[int]:
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


async def fold_days(conn: Conn, changes: Sequence[PendingChange]) -> None:
    """Adds changes to the days of their lines."""
    if changes:
        rows = [(one.account_id, one.day, str(one.amount)) for one in changes]
        await conn.execute(FOLD_DAYS, *zip(*rows, strict=True))


async def mark(conn: Conn, marks: Sequence[Mark], now: datetime) -> None:
    """Notes what has been told; the rows are locked by the caller."""
    if marks:
        rows = [(m[0], m[1], str(m[2]), str(m[3]), *m[4:]) for m in marks]
        await conn.execute(MARK, *zip(*rows, strict=True), now)
