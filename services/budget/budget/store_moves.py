"""Statements of a release: held items, the facts behind them, and where they go."""

from collections.abc import Sequence
from typing import Any

from shared.database import Conn

OPEN = """
SELECT * FROM budget.held WHERE workspace = $1 AND held > $2 AND status = 'open'
ORDER BY held LIMIT $3
"""
SET_REASONS = """
UPDATE budget.held AS t SET reason = u.reason
FROM unnest($1::bigint[], $2::text[]) AS u(held, reason) WHERE t.held = u.held
"""
# A revision may be on its way: the lock waits for it, and the amount read is then the newest.
LOCK_FACTS = """
SELECT f.stream_id, f.key, f.amount FROM budget.facts AS f
JOIN unnest($1::int[], $2::text[]) AS u(stream_id, key)
  ON f.stream_id = u.stream_id AND f.key = u.key
ORDER BY f.stream_id, f.key FOR UPDATE OF f
"""
RELOCATE = """
UPDATE budget.facts AS t
SET account_id = u.account_id, currency = u.currency, entry = u.entry
FROM unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::bigint[])
  AS u(stream_id, key, account_id, currency, entry)
WHERE t.stream_id = u.stream_id AND t.key = u.key
"""
REMOVE = "DELETE FROM budget.held WHERE held = ANY($1::bigint[])"
REHOLD = """
UPDATE budget.held AS t SET account_id = u.account_id, reason = u.reason, entry = u.entry
FROM unnest($1::bigint[], $2::int[], $3::text[], $4::bigint[]) AS u(held, account_id, reason, entry)
WHERE t.held = u.held
"""


async def open_items(conn: Conn, workspace: str, after: int, limit: int) -> list[dict[str, Any]]:
    """Held items nobody has decided on, in order."""
    return [dict(row) for row in await conn.fetch(OPEN, workspace, after, limit)]


async def set_reasons(conn: Conn, rows: Sequence[tuple[int, str]]) -> None:
    """Items that stay where they are, for another reason than before."""
    if rows:
        await conn.execute(SET_REASONS, *zip(*rows, strict=True))


async def lock_facts(conn: Conn, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Locks facts in sorted order; their amounts (micros) as they are now."""
    if not keys:
        return {}
    rows = await conn.fetch(LOCK_FACTS, *zip(*sorted(keys), strict=True))
    return {(row[0], row[1]): row[2] for row in rows}


async def relocate_facts(conn: Conn, rows: Sequence[tuple[int, str, int, str, int]]) -> None:
    """Facts remember their account: (stream, key, account, currency, entry)."""
    if rows:
        await conn.execute(RELOCATE, *zip(*sorted(rows), strict=True))


async def remove(conn: Conn, held: Sequence[int]) -> None:
    """Items that are on a line now."""
    if held:
        await conn.execute(REMOVE, held)


async def rehold(conn: Conn, rows: Sequence[tuple[int, int, str, int]]) -> None:
    """Items held elsewhere now: (held, account, reason, entry)."""
    if rows:
        await conn.execute(REHOLD, *zip(*rows, strict=True))
