"""The newest money on a line: what has left it by a move does not count."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from shared.database.pool import Conn

# An item is a delta or a fact. All of its entries on an account before a leaving half are gone:
# of a fact also the revisions before the one that the half names. What came back has an entry
# of its own.
FIND_LATEST = """
WITH gone AS MATERIALIZED (
  SELECT m.account_id, m.item_stream, m.item_key, max(m.entry) AS entry
  FROM budget.entries AS m
  WHERE m.account_id = ANY($1::int[]) AND m.kind = 2 AND m.leaves
    AND ($2::timestamptz IS NULL OR m.at <= $2)
    AND ($3::timestamptz IS NULL OR m.recorded_at <= $3)
  GROUP BY m.account_id, m.item_stream, m.item_key
)
SELECT e.account_id, max(e.at) AS latest_at
FROM budget.entries AS e
LEFT JOIN gone ON gone.account_id = e.account_id
  AND gone.item_stream = coalesce(e.item_stream, e.stream_id)
  AND gone.item_key = coalesce(e.item_key, e.id)
WHERE e.account_id = ANY($1::int[]) AND e.kind IN (0, 1, 2)
  AND ($2::timestamptz IS NULL OR e.at <= $2)
  AND ($3::timestamptz IS NULL OR e.recorded_at <= $3)
  AND (gone.entry IS NULL OR e.entry > gone.entry)
GROUP BY e.account_id
"""
PUT_LATEST = f"""
UPDATE budget.accounts AS t SET latest_at = live.latest_at
FROM (SELECT account_id FROM unnest($1::int[]) AS account_id) AS given
LEFT JOIN ({FIND_LATEST}) AS live USING (account_id)
WHERE t.account_id = given.account_id
"""


@asynccontextmanager
async def joined_by_hash(conn: Conn) -> AsyncIterator[None]:
    """Statements inside join by hash.

    Freshly grown tables have no statistics yet: a join of an account's entries with themselves was
    planned as a nested loop, minutes instead of a second for 60,000 of them.
    """
    await conn.execute("SET LOCAL enable_nestloop = off")
    yield
    # An error has ended the transaction, and the setting with it.
    await conn.execute("SET LOCAL enable_nestloop = on")


async def find_latest(
    conn: Conn,
    account_ids: Sequence[int],
    through: datetime | None,
    known_at: datetime | None,
    *,
    timeout_s: float,
) -> dict[int, datetime]:
    """The newest `at` of what was on each account; absent: nothing was. Raises TimeoutError."""
    async with joined_by_hash(conn):
        rows = await conn.fetch(FIND_LATEST, account_ids, through, known_at, timeout=timeout_s)
    return {row["account_id"]: row["latest_at"] for row in rows}


async def put_latest(conn: Conn, account_ids: Sequence[int], *, timeout_s: float) -> None:
    """Brings `latest_at` of accounts that money has left back to what is on them.

    The caller has locked them and keeps polls out.
    """
    if account_ids:
        async with joined_by_hash(conn):
            await conn.execute(PUT_LATEST, account_ids, None, None, timeout=timeout_s)
