"""What mappings have brought to a line: the facts and deltas of a source that named an entity."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from asyncpg import Record

from budget.ledger.held_items import HeldItem
from budget.ledger.newest import joined_by_hash
from budget.ledger.store import PANE, SCAN_TIMEOUT_S
from shared.database.pool import Conn
from shared.database.rows import fetch

CHUNK = 2000
# A delta is where its newest entry put it: its own, or the arriving half of a move. `$3` is the
# source; what a later move took away again has a leaving half that corrects it.
LIVE_DELTAS = """
FROM budget.entries AS e JOIN budget.streams AS s USING (stream_id)
JOIN budget.streams AS d ON d.workspace = s.workspace AND d.source = s.source AND d.kind = 'd'
WHERE e.account_id = ANY($1::int[]) AND s.workspace = $2 AND s.source = $3
  AND (s.kind = 'd' OR e.kind = 2 AND e.item_stream = d.stream_id AND NOT e.leaves)
  AND NOT EXISTS (SELECT FROM budget.entries AS m
                  WHERE m.account_id = e.account_id AND m.kind = 2 AND m.corrects = e.entry)
"""
# A delta's period is the 5-minute pane of its time. `$4`: the levels that a mapping names.
MATCHED = "e.entity IS NOT NULL AND e.entity::jsonb @> $4"
DELTAS = f"""
SELECT s.workspace, s.source, e.account_id, d.stream_id, coalesce(e.item_key, e.id) AS key,
       false AS is_fact, e.amount, e.entry, e.at, e.entity,
       coalesce(e.event_id, e.item_key, e.id) AS event_id, NULL AS period,
       coalesce(e.period_start, date_bin({PANE}, e.at, 'epoch')) AS period_start,
       coalesce(e.period_end, date_bin({PANE}, e.at, 'epoch') + {PANE}) AS period_end
{LIVE_DELTAS} AND {MATCHED}
"""
FACTS = f"""
SELECT s.workspace, s.source, f.account_id, f.stream_id, f.key, true AS is_fact, f.amount, f.entry,
       e.at, e.entity, e.event_id, e.period, e.period_start, e.period_end
FROM budget.streams AS s JOIN budget.facts AS f USING (stream_id)
JOIN budget.entries AS e ON e.account_id = f.account_id AND e.entry = f.entry
WHERE f.account_id = ANY($1::int[]) AND s.workspace = $2 AND s.source = $3 AND {MATCHED}
"""
DELETE_FEEDS = f"""
DELETE FROM budget.line_sources AS l
WHERE l.account_id = ANY($1::int[]) AND l.source = $3
  AND NOT EXISTS (SELECT FROM budget.streams AS s JOIN budget.facts AS f USING (stream_id)
                  WHERE f.account_id = l.account_id AND s.workspace = $2 AND s.source = $3)
  AND NOT EXISTS (SELECT FROM budget.mappings AS m JOIN budget.accounts AS a
                    USING (workspace, campaign, line)
                  WHERE a.account_id = l.account_id AND m.workspace = $2 AND m.source = $3
                    AND m.deleted_at IS NULL)
  AND NOT EXISTS (SELECT {LIVE_DELTAS} AND e.account_id = l.account_id)
"""
FED_LINES = """
SELECT a.account_id, a.campaign, a.line, a.currency, c.time_zone
FROM budget.line_sources AS f JOIN budget.accounts AS a USING (account_id)
JOIN budget.campaigns AS c USING (workspace, campaign)
WHERE f.source = $2 AND a.workspace = $1 AND a.kind = 'line' ORDER BY a.account_id
"""


class FedLine(NamedTuple):
    """A line that has had money of a source."""

    account_id: int
    campaign: str
    line: str
    currency: str
    time_zone: str


async def find_lines(conn: Conn, workspace: str, source: str) -> list[FedLine]:
    return await fetch(conn, FedLine, FED_LINES, workspace, source)


async def find_items(
    conn: Conn,
    workspace: str,
    source: str,
    lines: Mapping[int, FedLine],
    match: Mapping[str, str],
) -> AsyncIterator[list[HeldItem]]:
    """Items of a source on lines, by their accounts, whose entity has these levels, in chunks."""
    place = (sorted(lines), workspace, source, match)
    for statement in (FACTS, DELTAS):
        async for rows in _chunks(conn, statement, place):
            yield [_item(row, lines[row["account_id"]]) for row in rows]


async def delete_feeds(conn: Conn, workspace: str, source: str, account_ids: Sequence[int]) -> None:
    """A source that has nothing on a line any more, and no mapping to it, does not feed it."""
    if account_ids:
        async with joined_by_hash(conn):
            await conn.execute(DELETE_FEEDS, account_ids, workspace, source, timeout=SCAN_TIMEOUT_S)


async def _chunks(conn: Conn, statement: str, place: tuple[Any, ...]) -> AsyncIterator[list[Any]]:
    async with joined_by_hash(conn):
        cursor = await conn.cursor(statement, *place, timeout=SCAN_TIMEOUT_S)
    while rows := await cursor.fetch(CHUNK, timeout=SCAN_TIMEOUT_S):
        yield rows


def _item(row: Record, line: FedLine) -> HeldItem:
    return HeldItem(
        **{**row, "entity": msgspec.json.decode(row["entity"])},
        campaign=line.campaign,
        line=line.line,
        currency=line.currency,
        account_currency=line.currency,
        time_zone=line.time_zone,
    )
