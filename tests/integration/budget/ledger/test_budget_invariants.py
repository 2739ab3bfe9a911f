"""Whether the ledger holds is answered in bounded time, for workspaces of any size."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from shared.database.pool import transaction
from tests.integration.budget.budget_helpers import Service, running_service

ACCOUNTS = 100_000
ENTRIES_EACH = 5
TIMEOUT_S = 60
"""Generous, for a busy machine: it takes some two seconds. It took more than five minutes."""

MAKE = (
    """
INSERT INTO budget.accounts (workspace, kind, campaign, line, source, currency, balance, entries,
  sealed_actual)
SELECT 'big', 'line', 'c' || n / 100, 'L' || n % 100, '', 'CNY', 0, $2, 0
FROM generate_series(1, $1) AS n
""",
    """
INSERT INTO budget.streams (workspace, source, stream)
SELECT 'big', 's' || n, 'd' FROM generate_series(1, $1) AS n WHERE $2 > 0
""",
    """
INSERT INTO budget.entries (entry, amount, at, recorded_at, stream_id, account_id, kind, id,
  bodyhash)
SELECT row_number() OVER (), n, now(), now(), s.stream_id, a.account_id, 0, 'e' || n, '\\x00'
FROM (SELECT account_id, row_number() OVER (ORDER BY account_id) AS place FROM budget.accounts
      WHERE workspace = 'big') AS a
JOIN (SELECT stream_id, row_number() OVER (ORDER BY stream_id) AS place FROM budget.streams
      WHERE workspace = 'big') AS s USING (place)
CROSS JOIN generate_series(1, $2) AS n WHERE a.place <= $1
""",
    """
UPDATE budget.accounts SET balance = $2 * ($2 + 1) / 2, sealed_actual = $2 * ($2 + 1) / 2
WHERE workspace = 'big' AND $1 > 0
""",
    """
INSERT INTO budget.days (account_id, day, actual)
SELECT account_id, '2025-11-03', balance FROM budget.accounts
WHERE workspace = 'big' AND $1 > 0 AND $2 > 0
""",
)


@pytest_asyncio.fixture
async def big(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """A workspace of 100,000 lines, newer than all the database knows of its tables' contents."""
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        async with transaction(made.pool) as conn:
            await conn.execute("SET LOCAL enable_nestloop = off")
            # The planner has statistics, of the time before there was this workspace.
            for statement in MAKE:
                await conn.execute(statement.replace("'big'", "'small'"), 1000, ENTRIES_EACH)
            await conn.execute("ANALYZE")
            for statement in MAKE:
                await conn.execute(statement, ACCOUNTS, ENTRIES_EACH)
        yield made
        await made.empty()


async def test_a_hundred_thousand_new_accounts_are_looked_at_within_a_minute(big: Service) -> None:
    began = dt.datetime.now(dt.UTC)
    big.invariants.timeout_s = TIMEOUT_S
    async with big.caller("au", "auditor", workspace="big") as auditor:
        answer = await auditor.get("/v1/invariants")
    assert (answer["holds"], answer["drift"]) == (True, "0")
    assert (answer["accounts"], answer["entries"]) == (ACCOUNTS, ACCOUNTS * ENTRIES_EACH)
    assert began <= dt.datetime.fromisoformat(answer["as_of"]) <= dt.datetime.now(dt.UTC)
    assert 0 < answer["took_ms"] < TIMEOUT_S * 1000
