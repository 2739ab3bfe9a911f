"""SQL of the news of suspense: what other services are told of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from shared.database.locks import AdvisoryLock
from shared.database.pool import Conn
from shared.database.rows import InsertColumns, fetch

NEWS_LOCK = AdvisoryLock("budget/suspense-news")
"""One replica tells at a time."""
# Whatever comes to an account or leaves it is an entry: their number tells whether there is news.
FIND_CHANGED = """
SELECT a.workspace, a.source, sum(a.entries)::bigint AS entries,
  coalesce(max(t.version), 0) AS version, (array_agg(t.told))[1] AS told
FROM budget.accounts AS a LEFT JOIN budget.suspense_told AS t USING (workspace, source)
WHERE a.kind = 'suspense'
GROUP BY a.workspace, a.source
HAVING sum(a.entries) <> coalesce(max(t.entries), 0)
  AND coalesce(max(t.told_at) <= now() - make_interval(secs => $1), true)
ORDER BY a.workspace, a.source LIMIT $2
"""
FIND_WAITING = """
SELECT a.workspace, a.source, coalesce(h.currency, a.currency) AS currency, h.reason,
  count(*) AS items, sum(h.amount) AS amount, min(h.recorded_at) AS since
FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
JOIN budget.accounts AS a USING (workspace, source)
JOIN budget.held AS h USING (account_id)
WHERE a.kind = 'suspense' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
# The oldest items say what is missing; a source may have a million of them.
FIND_NAMES = """
SELECT a.workspace, a.source, h.campaign, h.line, h.entity
FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
JOIN budget.accounts AS a USING (workspace, source)
CROSS JOIN LATERAL (SELECT campaign, line, entity FROM budget.held
  WHERE account_id = a.account_id ORDER BY held LIMIT $3) AS h
WHERE a.kind = 'suspense'
"""
TOLD = InsertColumns("workspace text, source text, version bigint, entries bigint, told jsonb")
PUT_TOLD = f"""
INSERT INTO budget.suspense_told AS t ({TOLD.names}, told_at)
SELECT {TOLD.names}, now() FROM {TOLD.rows}
ON CONFLICT (workspace, source) DO UPDATE SET version = excluded.version,
  entries = excluded.entries, told = excluded.told, told_at = excluded.told_at
"""
Source = tuple[str, str]
"""(workspace, source)"""


class ToldSource(Struct, frozen=True):
    """What was told of a source's suspense, and how many entries there had been before."""

    workspace: str
    source: str
    version: int
    entries: int
    told: dict[str, Any] | None

    @property
    def key(self) -> Source:
        return self.workspace, self.source


class WaitingSum(Struct, frozen=True):
    """What waits in a source's suspense in one currency and for one reason; `amount` in micros."""

    workspace: str
    source: str
    currency: str
    reason: str
    items: int
    amount: Decimal
    since: datetime


class NamedItem(Struct, frozen=True):
    """What one of the oldest items names: our campaign and line, or the platform's entity."""

    workspace: str
    source: str
    campaign: str | None
    line: str | None
    entity: dict[str, str]


async def find_changed(conn: Conn, every_s: float, limit: int) -> list[ToldSource]:
    """Sources of whose suspense there is news, and that were not told within the last `every_s`:
    what they were told, and the entries of now."""
    return await fetch(conn, ToldSource, FIND_CHANGED, every_s, limit)


async def find_waiting(conn: Conn, sources: Iterable[Source]) -> list[WaitingSum]:
    return await fetch(conn, WaitingSum, FIND_WAITING, *zip(*sources, strict=True))


async def find_names(conn: Conn, sources: Iterable[Source], items: int) -> list[NamedItem]:
    """Of the oldest items of each account."""
    return await fetch(conn, NamedItem, FIND_NAMES, *zip(*sources, strict=True), items)


async def put_told(conn: Conn, rows: Sequence[ToldSource]) -> None:
    await conn.execute(PUT_TOLD, *TOLD.arrays(rows))
