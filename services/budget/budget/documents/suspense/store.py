"""SQL of money in suspense: what a decision is about."""

from typing import NamedTuple

from budget.ledger.held_items import HELD, HeldItem
from shared.database.pool import Conn
from shared.database.rows import fetch
from shared.http.reach import Reach

MATCHING = """
WHERE h.workspace = $1 AND a.kind = $2 AND ($3::bigint[] IS NULL OR h.held = ANY($3))
  AND ($4::text IS NULL OR h.source = $4) AND ($5::text IS NULL OR h.campaign = $5)
  AND ($6::text[] IS NULL OR h.campaign = ANY($6))
"""
FIND_ITEMS = f"{HELD} {MATCHING} ORDER BY h.held LIMIT $7"
COUNT = f"""
SELECT count(*) FROM budget.held AS h JOIN budget.accounts AS a USING (account_id) {MATCHING}
"""


class ItemFilter(NamedTuple):
    """Which items: all that fit each condition that is given. `campaign`: the one they name."""

    ids: list[int] | None = None
    source: str | None = None
    campaign: str | None = None


async def find_items(
    conn: Conn, reach: Reach, kind: str, wanted: ItemFilter, limit: int
) -> list[HeldItem]:
    """Items on accounts of a kind (suspense, written_off), the oldest first; of a limited reach
    those that name a campaign in it."""
    of = reach.workspace, kind, *wanted, reach.listed
    return await fetch(conn, HeldItem, FIND_ITEMS, *of, limit)


async def count(conn: Conn, reach: Reach, kind: str, wanted: ItemFilter) -> int:
    return int(await conn.fetchval(COUNT, reach.workspace, kind, *wanted, reach.listed))
