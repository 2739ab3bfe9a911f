"""Small numbers for long names: streams, reports, accounts, and which sources feed which line.

Rows are made at first sight and never change or go, save feeds, which go only with a change of the
catalogue; so replicas may cache them. Only rows found committed may be cached: one made in this
transaction is gone if it rolls back.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from budget.ledger.rules import AccountKey
from shared.database.pool import Conn, columns
from shared.database.rows import InsertColumns

StreamKey = tuple[str, str, str]
ReportKey = tuple[str, str, str]

FIND_STREAMS = """
SELECT s.workspace, s.source, s.stream, s.stream_id FROM budget.streams AS s
JOIN unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, source, stream)
USING (workspace, source, stream)
"""
ADD_STREAMS = """
INSERT INTO budget.streams (workspace, source, stream)
SELECT u.workspace, u.source, u.stream
FROM unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, source, stream)
ON CONFLICT DO NOTHING
"""
FIND_REPORTS = """
SELECT r.workspace, r.source, r.report, r.mode, r.grain FROM budget.reports AS r
JOIN unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, source, report)
USING (workspace, source, report)
"""
ADD_REPORTS = """
INSERT INTO budget.reports (workspace, source, report, mode, grain)
SELECT u.workspace, u.source, u.report, u.mode, u.grain
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
  AS u(workspace, source, report, mode, grain)
ON CONFLICT DO NOTHING
"""
ACCOUNT = InsertColumns(
    "workspace text, kind text, campaign text, line text, source text, currency text"
)
FIND_ACCOUNTS = f"""
SELECT account_id, {ACCOUNT.names} FROM budget.accounts
JOIN {ACCOUNT.rows} USING ({ACCOUNT.names})
"""
ADD_ACCOUNTS = f"""
INSERT INTO budget.accounts ({ACCOUNT.names})
SELECT {ACCOUNT.names} FROM {ACCOUNT.rows} ON CONFLICT DO NOTHING
"""
FIND_KEYS = """
SELECT account_id, workspace, kind, campaign, line, source, currency
FROM budget.accounts WHERE account_id = ANY($1::int[])
"""
FIND_FEEDS = """
SELECT f.account_id, f.source FROM budget.line_sources AS f
JOIN unnest($1::int[], $2::text[]) AS u(account_id, source) USING (account_id, source)
"""
ADD_FEEDS = """
INSERT INTO budget.line_sources (account_id, source)
SELECT u.account_id, u.source FROM unnest($1::int[], $2::text[]) AS u(account_id, source)
ON CONFLICT DO NOTHING
"""


class ReportForm(NamedTuple):
    """How a source's report speaks, fixed by its first event; grain is "" for deltas."""

    mode: str
    grain: str


async def find_streams(conn: Conn, keys: Iterable[StreamKey]) -> dict[StreamKey, int]:
    """Ids of the (workspace, source, stream) that exist."""
    rows = await conn.fetch(FIND_STREAMS, *columns(keys, 3))
    return {(row[0], row[1], row[2]): row[3] for row in rows}


async def add_streams(conn: Conn, keys: Iterable[StreamKey]) -> dict[StreamKey, int]:
    """Makes the missing ones, in sorted order, and gives the ids of all."""
    ordered = sorted(keys)
    await conn.execute(ADD_STREAMS, *columns(ordered, 3))
    return await find_streams(conn, ordered)


async def find_reports(conn: Conn, keys: Iterable[ReportKey]) -> dict[ReportKey, ReportForm]:
    """How the known (workspace, source, report) speak."""
    rows = await conn.fetch(FIND_REPORTS, *columns(keys, 3))
    return {(row[0], row[1], row[2]): ReportForm(row[3], row[4]) for row in rows}


async def add_reports(
    conn: Conn, wanted: dict[ReportKey, ReportForm]
) -> dict[ReportKey, ReportForm]:
    """First wins: registers the unknown ones and gives what holds for all."""
    ordered = sorted(wanted)
    arrays = columns([(*key, *wanted[key]) for key in ordered], 5)
    await conn.execute(ADD_REPORTS, *arrays)
    return await find_reports(conn, ordered)


async def find_accounts(conn: Conn, keys: Iterable[AccountKey]) -> dict[AccountKey, int]:
    rows = await conn.fetch(FIND_ACCOUNTS, *ACCOUNT.arrays(keys))
    return {_account_key(row): row["account_id"] for row in rows}


async def add_accounts(conn: Conn, keys: Iterable[AccountKey]) -> dict[AccountKey, int]:
    """Makes the missing ones, in sorted order, and gives the ids of all."""
    ordered = sorted(keys)
    await conn.execute(ADD_ACCOUNTS, *ACCOUNT.arrays(ordered))
    return await find_accounts(conn, ordered)


async def find_keys(conn: Conn, account_ids: Iterable[int]) -> dict[int, AccountKey]:
    rows = await conn.fetch(FIND_KEYS, list(account_ids))
    return {row["account_id"]: _account_key(row) for row in rows}


def _account_key(row: Any) -> AccountKey:
    return AccountKey(**{name: row[name] for name in AccountKey._fields})


async def find_feeds(conn: Conn, feeds: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of (line account, source) are known."""
    return {(row[0], row[1]) for row in await conn.fetch(FIND_FEEDS, *columns(feeds, 2))}


async def add_feeds(conn: Conn, feeds: Iterable[tuple[int, str]]) -> None:
    """Notes that a source feeds a line: its completeness counts for the line from now on."""
    await conn.execute(ADD_FEEDS, *columns(sorted(feeds), 2))
