"""SQL of money in suspense: what a decision is about, and what other services are told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from budget.ledger.held_items import HELD, HeldItem
from shared.database.locks import AdvisoryLock
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
NEWS_LOCK = AdvisoryLock("budget/suspense-news")
"""One replica tells at a time."""
# Whatever comes to an account or leaves it is an entry: their number tells whether there is news.
CHANGED = """
SELECT a.workspace, a.source, sum(a.entries)::bigint AS entries,
  coalesce(max(t.version), 0) AS version, (array_agg(t.told))[1] AS told
FROM budget.accounts AS a LEFT JOIN budget.suspense_told AS t USING (workspace, source)
WHERE a.kind = 'suspense'
GROUP BY a.workspace, a.source
HAVING sum(a.entries) <> coalesce(max(t.entries), 0)
  AND coalesce(max(t.told_at) <= now() - make_interval(secs => $1), true)
ORDER BY a.workspace, a.source LIMIT $2
"""
STATES = """
SELECT a.workspace, a.source, coalesce(h.currency, a.currency) AS currency, h.reason,
  count(*) AS items, sum(h.amount) AS amount, min(h.recorded_at) AS since
FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
JOIN budget.accounts AS a USING (workspace, source)
JOIN budget.held AS h USING (account_id)
WHERE a.kind = 'suspense' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
# The oldest items say what is missing; a source may have a million of them.
NAMES = """
SELECT a.workspace, a.source, h.campaign, h.line, h.entity
FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
JOIN budget.accounts AS a USING (workspace, source)
CROSS JOIN LATERAL (SELECT campaign, line, entity FROM budget.held
  WHERE account_id = a.account_id ORDER BY held LIMIT $3) AS h
WHERE a.kind = 'suspense'
"""
SAVE = """
INSERT INTO budget.suspense_told AS t (workspace, source, version, entries, told, told_at)
SELECT u.*, now() FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::jsonb[]) AS u
ON CONFLICT (workspace, source) DO UPDATE SET version = excluded.version,
  entries = excluded.entries, told = excluded.told, told_at = excluded.told_at
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


async def changed(conn: Conn, every_s: float, limit: int) -> list[Any]:
    """Sources (workspace, source, entries, version, told) of whose suspense there is news, and
    that were not told within the last `every_s`."""
    return list(await conn.fetch(CHANGED, every_s, limit))


async def states(conn: Conn, sources: Sequence[tuple[str, str]]) -> list[Any]:
    """Rows (workspace, source, currency, reason, items, amount, since) of what waits."""
    return list(await conn.fetch(STATES, *zip(*sources, strict=True)))


async def names(conn: Conn, sources: Sequence[tuple[str, str]], items: int) -> list[Any]:
    """What the oldest items of each account name."""
    return list(await conn.fetch(NAMES, *zip(*sources, strict=True), items))


async def save(conn: Conn, told: Sequence[tuple[str, str, int, int, dict[str, Any]]]) -> None:
    """Notes (workspace, source, version, entries, object) as told."""
    if told:
        await conn.execute(SAVE, *zip(*told, strict=True))


def oldest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
