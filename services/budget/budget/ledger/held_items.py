"""Money that is on no line yet: one row per delta or fact in a suspense or exception account."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from shared.database.pool import Conn
from shared.database.rows import InsertColumns, fetch, fetch_one
from shared.http.reach import Reach

ITEM = InsertColumns(
    "workspace text, account_id int, stream_id int, key text, is_fact bool, reason text, "
    "amount bigint, entry bigint, source text, event_id text, currency text, campaign text, "
    "line text, entity jsonb, period text, period_start timestamptz, period_end timestamptz, "
    "at timestamptz, status text"
)
ADD = f"""
INSERT INTO budget.held ({ITEM.names}, recorded_at)
SELECT {ITEM.names}, $20::timestamptz FROM {ITEM.rows}
"""
# What somebody rejected is another amount now, and open again.
ADJUSTED = InsertColumns("stream_id int, key text, amount bigint, entry bigint, at timestamptz")
PUT_ADJUSTED = f"""
UPDATE budget.held AS t SET amount = t.amount + u.amount, entry = u.entry,
                            status = CASE WHEN u.amount <> 0 AND t.status = 'rejected' THEN 'open'
                                          ELSE t.status END,
                            at = greatest(t.at, u.at)
FROM {ADJUSTED.rows} WHERE t.stream_id = u.stream_id AND t.key = u.key
"""
DELETE = """
DELETE FROM budget.held AS t USING unnest($1::int[], $2::text[]) AS u(stream_id, key)
WHERE t.stream_id = u.stream_id AND t.key = u.key
"""
HELD = """
SELECT h.held, h.workspace, h.account_id, h.stream_id, h.key, h.is_fact, h.status, h.reason,
  h.amount, h.entry, h.source, h.event_id, h.currency, h.campaign, h.line, h.entity, h.period,
  h.period_start, h.period_end, h.at, h.recorded_at, a.currency AS account_currency
FROM budget.held AS h JOIN budget.accounts AS a USING (account_id)
"""
LIST = f"""{HELD}
WHERE h.workspace = $1 AND a.kind = $2 AND h.held > $3
  AND ($4::text IS NULL OR h.campaign = $4) AND ($5::text IS NULL OR h.source = $5)
  AND ($6::text IS NULL OR h.status = $6) AND ($7::text[] IS NULL OR h.campaign = ANY($7))
ORDER BY h.held LIMIT $8
"""
GET = f"""{HELD}
WHERE h.workspace = $1 AND h.held = $2 AND a.kind = 'exception'
"""
COUNT_MATCHING = """
SELECT count(*) FROM budget.held WHERE workspace = $1 AND source = $2 AND entity @> $3
  AND ($4::text[] IS NULL OR campaign = ANY($4))
"""
PUT_STATUS = "UPDATE budget.held SET status = $2 WHERE held = $1"
# Why something is held may change without any entry.
PUT_UNTOLD = """
UPDATE budget.suspense_told SET entries = -1 WHERE workspace = $1 AND source = ANY($2::text[])
"""


class HeldRow(Struct, frozen=True, kw_only=True):
    """What is held: a delta or fact, why, how much, and what it says about where it belongs."""

    workspace: str
    account_id: int
    stream_id: int
    key: str
    is_fact: bool
    status: str = "open"
    reason: str = ""
    amount: int
    entry: int
    source: str
    event_id: str
    currency: str | None
    campaign: str | None
    line: str | None
    entity: dict[str, str]
    period: str | None
    period_start: datetime
    period_end: datetime
    at: datetime


class HeldItem(HeldRow, frozen=True, kw_only=True):
    """The same as it is stored, or on a line (`held` is 0 then), with the currency of its account
    and the time zone of its line."""

    held: int = 0
    recorded_at: datetime | None = None
    account_currency: str
    time_zone: str | None = None


async def add(conn: Conn, rows: Sequence[HeldRow], now: datetime) -> None:
    if rows:
        await conn.execute(ADD, *ITEM.arrays(rows), now)


class Adjusted(NamedTuple):
    """A held fact was restated: the difference in micros, its entry now, and the latest `at`."""

    stream_id: int
    key: str
    amount: int
    entry: int
    at: datetime


async def delete(conn: Conn, facts: Sequence[tuple[int, str]]) -> None:
    """Facts, by (stream, key), that are not held as they were any more."""
    if facts:
        await conn.execute(DELETE, *zip(*sorted(facts), strict=True))


async def put_adjusted(conn: Conn, rows: Sequence[Adjusted]) -> None:
    """Brings held facts up to what was stated, no fact twice."""
    if rows:
        await conn.execute(PUT_ADJUSTED, *ADJUSTED.arrays(sorted(rows)))


async def list_held(
    conn: Conn,
    reach: Reach,
    kind: str,
    *,
    after: int,
    limit: int,
    campaign: str | None = None,
    source: str | None = None,
    status: str | None = None,
) -> list[HeldItem]:
    """Held items of accounts of a kind, in the order they came."""
    asked = after, campaign, source, status, reach.listed
    return await fetch(conn, HeldItem, LIST, reach.workspace, kind, *asked, limit)


async def get_exception(conn: Conn, workspace: str, held: int) -> HeldItem | None:
    return await fetch_one(conn, HeldItem, GET, workspace, held)


async def count_matching(conn: Conn, reach: Reach, source: str, match: Mapping[str, str]) -> int:
    """How many held items of a source have these levels in their entity, of those in reach."""
    place = reach.workspace, source, match, reach.listed
    return int(await conn.fetchval(COUNT_MATCHING, *place))


async def put_status(conn: Conn, held: int, status: str) -> None:
    """open, or rejected: the item stays where it is."""
    await conn.execute(PUT_STATUS, held, status)


async def put_untold(conn: Conn, workspace: str, sources: Iterable[str]) -> None:
    """Has these sources told although no money has moved."""
    await conn.execute(PUT_UNTOLD, workspace, sorted(set(sources)))
