"""Statements of a release: held items and the facts behind them, and the accounts they change.

Polls of the workspace are kept out by the caller, so nothing here is locked but the accounts.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from budget.ledger.held_items import HELD, HeldItem
from shared.database.pool import Conn
from shared.database.rows import fetch

FIND_OPEN = f"""{HELD}
WHERE h.workspace = $1 AND h.held > $2 AND h.status = 'open' ORDER BY h.held LIMIT $3
"""
PUT_RESTATED = """
UPDATE budget.held AS t SET reason = u.reason, campaign = u.campaign, line = u.line
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS u(held, reason, campaign, line)
WHERE t.held = u.held
"""
PUT_ACCOUNTS = """
UPDATE budget.facts AS t
SET account_id = u.account_id, currency = u.currency, entry = u.entry
FROM unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::bigint[])
  AS u(stream_id, key, account_id, currency, entry)
WHERE t.stream_id = u.stream_id AND t.key = u.key
"""
# A fact takes all of its corrections along, so they are those of all its entries, wherever they
# were booked. The range is that of its revisions; what else lies in it is of a longer key.
FIND_CORRECTIONS = """
SELECT u.stream_id, u.key, found.amount
FROM unnest($1::int[], $2::text[]) AS u(stream_id, key)
CROSS JOIN LATERAL (
  SELECT sum(e.amount) AS amount FROM budget.entries AS e
  WHERE e.stream_id = u.stream_id AND e.kind = 1
    AND e.id > (u.key || '@') COLLATE "C" AND e.id < (u.key || 'A') COLLATE "C"
    AND e.item_key = u.key) AS found
WHERE found.amount <> 0
"""
DELETE = "DELETE FROM budget.held WHERE held = ANY($1::bigint[])"
LOCK_ACCOUNTS = """
SELECT count(*) FROM (
  SELECT FROM budget.accounts
  WHERE account_id = ANY($2::int[])
     OR (workspace = $1 AND campaign = ANY($3::text[]) AND kind = 'line')
  ORDER BY account_id FOR NO KEY UPDATE) AS locked
"""
# Told again at once: what is planned changed.
TOUCH_LINES = """
WITH told AS (
  UPDATE budget.accounts SET sealed_at = NULL
  WHERE account_id IN (SELECT account_id FROM budget.accounts
                       WHERE workspace = $1 AND campaign = ANY($2::text[]) AND kind = 'line'
                         AND ($3::text[] IS NULL OR line = ANY($3))
                       ORDER BY account_id FOR NO KEY UPDATE)
  RETURNING account_id
)
INSERT INTO budget.changes (account_id, correction) SELECT account_id, false FROM told
"""
FEED_MAPPED = """
INSERT INTO budget.line_sources (account_id, source)
SELECT DISTINCT a.account_id, m.source FROM budget.mappings AS m
JOIN budget.accounts AS a USING (workspace, campaign, line)
WHERE m.workspace = $1 AND m.campaign = $2 AND a.kind = 'line' AND m.deleted_at IS NULL
ORDER BY 1, 2 ON CONFLICT DO NOTHING
"""


class RestatedItem(NamedTuple):
    """A held item that stays on its account: why it is held now, and the line meant."""

    held: int
    reason: str
    campaign: str | None
    line: str | None


async def find_open(conn: Conn, workspace: str, after: int, limit: int) -> list[HeldItem]:
    """Held items nobody has decided on, in order."""
    return await fetch(conn, HeldItem, FIND_OPEN, workspace, after, limit)


async def put_restated(conn: Conn, rows: Sequence[RestatedItem]) -> None:
    """Items that stay where they are, for another reason than before."""
    if rows:
        await conn.execute(PUT_RESTATED, *zip(*rows, strict=True))


async def put_accounts(conn: Conn, rows: Sequence[tuple[int, str, int, str, int]]) -> None:
    """Facts remember their account: (stream, key, account, currency, entry)."""
    if rows:
        await conn.execute(PUT_ACCOUNTS, *zip(*sorted(rows), strict=True))


async def find_corrections(
    conn: Conn, facts: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """By (stream, key), how many micros of facts are corrections; those without are absent."""
    if not facts:
        return {}
    rows = await conn.fetch(FIND_CORRECTIONS, *zip(*facts, strict=True))
    return {(row[0], row[1]): int(row[2]) for row in rows}


async def delete(conn: Conn, held: Sequence[int]) -> None:
    """Items that have left the account they were held on."""
    if held:
        await conn.execute(DELETE, held)


async def lock_accounts(
    conn: Conn, workspace: str, account_ids: Collection[int], campaigns: Collection[str]
) -> None:
    """Locks these accounts and those of all lines of these campaigns, in order of their ids."""
    await conn.execute(LOCK_ACCOUNTS, workspace, sorted(account_ids), sorted(campaigns))


async def feed_mapped(conn: Conn, workspace: str, campaign: str) -> None:
    """Notes which sources feed a campaign's lines by mappings."""
    await conn.execute(FEED_MAPPED, workspace, campaign)


async def touch_lines(
    conn: Conn,
    workspace: str,
    campaigns: AbstractSet[str] | list[str],
    lines: Collection[str] | None = None,
) -> None:
    """Has the sealer tell lines of these campaigns again, all of them or those of these names;
    their accounts are locked in order of their ids."""
    names = None if lines is None else sorted(lines)
    await conn.execute(TOUCH_LINES, workspace, sorted(campaigns), names)
