"""Pruning on a real database: what is old goes, in bounded steps; what is not stays."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.database import sweep
from shared.database.clock import SystemClock
from shared.database.pool import Conn, Pool, create_pool
from shared.database.sweep import Sweep, Sweeper, deleted_rows
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import eventually, make_schema

REPLIES = """
INSERT INTO {schema}.idempotency
  (workspace, route, key, body_hash, status, headers, reply, created_at)
SELECT 'w', 'POST /v1/x', 'key ' || n, '', 201, '{{}}', 'null', now() - make_interval(days => $1)
FROM generate_series($2::int, $3::int) AS n
"""


@pytest.fixture
async def pool(postgres: str) -> AsyncIterator[Pool]:
    pool = await create_pool(CommonSettings(database_url=postgres))
    yield pool
    await pool.close()


async def test_old_replies_and_a_services_own_rows_go_and_the_rest_stays(
    pool: Pool, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "SWEEP_ROWS_MAX", 7)
    schema = await make_schema(postgres)
    await pool.execute(REPLIES.format(schema=schema), 31, 1, 20)
    await pool.execute(REPLIES.format(schema=schema), 29, 21, 25)
    await pool.execute(f"INSERT INTO {schema}.seen (value) SELECT 'old' FROM generate_series(1,9)")

    async def forget_seen(conn: Conn, before: datetime, rows_max: int) -> int:
        assert datetime.now(UTC) - before >= timedelta(days=7)
        tag = await conn.execute(
            f"DELETE FROM {schema}.seen WHERE n IN (SELECT n FROM {schema}.seen LIMIT $1)", rows_max
        )
        return deleted_rows(tag)

    sweeps = {"seen": Sweep(timedelta(days=7), forget_seen)}
    sweeper = Sweeper(CommonSettings(), pool, SystemClock(), schema, sweeps)
    running = asyncio.create_task(sweeper.rounds.run())

    async def swept() -> bool:
        left: int = await pool.fetchval(
            f"SELECT (SELECT count(*) FROM {schema}.idempotency)"
            f" + (SELECT count(*) FROM {schema}.seen)"
        )
        return left == 5

    await eventually(swept, what="only what is younger than 30 days is left")
    await sweeper.rounds.stop()
    async with asyncio.timeout(60):
        await running
    youngest = await pool.fetch(f"SELECT key FROM {schema}.idempotency ORDER BY key")
    assert [row["key"] for row in youngest] == [f"key {n}" for n in range(21, 26)]


async def test_no_more_than_the_bound_is_deleted_in_one_transaction(
    pool: Pool, postgres: str
) -> None:
    schema = await make_schema(postgres)
    asked: list[int] = []

    async def count_only(conn: Conn, before: datetime, rows_max: int) -> int:
        asked.append(rows_max)
        return rows_max if len(asked) < 3 else 0

    sweeper = Sweeper(
        CommonSettings(),
        pool,
        SystemClock(),
        schema,
        {"counted": Sweep(timedelta(), count_only)},
    )
    running = asyncio.create_task(sweeper.rounds.run())

    async def thrice() -> bool:
        return len(asked) == 3

    await eventually(thrice, what="a full step is followed by another at once")
    await sweeper.rounds.stop()
    await running
    assert set(asked) == {sweep.SWEEP_ROWS_MAX}
