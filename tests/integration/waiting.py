"""Tests wait until others wait: for a lock that somebody has, in the test's own database."""

import asyncio

from shared.database.pool import Pool

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def until_waiting(pool: Pool, transactions: int = 1) -> None:
    """Returns once so many transactions wait for locks of others."""
    async with pool.acquire() as conn:
        for _ in range(6000):
            if await conn.fetchval(WAITING) >= transactions:
                return
            await asyncio.sleep(0.02)
    raise AssertionError(f"no {transactions} transactions wait for a lock")
