"""Advisory locks and typed rows over a real database."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from asyncpg import LockNotAvailableError

from shared.database.locks import AdvisoryLock, WorkspaceLocks
from shared.database.pool import Pool, create_pool, transaction
from shared.database.rows import fetch, fetch_one
from shared.settings import CommonSettings

RULES = AdvisoryLock("kpi/rules")


class Count(msgspec.Struct, frozen=True):
    name: str
    items: int


@pytest.fixture
async def pool(postgres: str) -> AsyncIterator[Pool]:
    pool = await create_pool(CommonSettings(database_url=postgres))
    yield pool
    await pool.close()


async def test_one_thing_is_locked_until_the_transaction_ends_and_others_are_not(
    pool: Pool,
) -> None:
    async with transaction(pool) as first:
        await RULES.take(first, "default", "ctr-low")
        async with transaction(pool) as second:
            assert not await RULES.try_take(second, "default", "ctr-low")
            assert await RULES.try_take(second, "default", "cpc-high")
            assert await AdvisoryLock("budget/rules").try_take(second, "default", "ctr-low")
    async with transaction(pool) as third:
        assert await RULES.try_take(third, "default", "ctr-low")


async def test_a_shared_lock_keeps_out_only_who_wants_it_alone(pool: Pool) -> None:
    async with transaction(pool) as first, transaction(pool) as second:
        await RULES.share(first, "default")
        await RULES.share(second, "default")
        async with transaction(pool) as third:
            assert not await RULES.try_take(third, "default")


async def test_locks_of_workspaces_are_shared_by_some_and_kept_by_one(pool: Pool) -> None:
    gate = WorkspaceLocks("kpi/placing")
    async with transaction(pool) as first, transaction(pool) as second:
        await gate.take(first, shared=["w1", "w2"])
        await gate.take(second, shared=["w1"], alone=["w3"])
        for shared, alone in ((["w3"], []), ([], ["w2"])):
            async with transaction(pool) as third:
                await third.execute("SET LOCAL lock_timeout = '50ms'")
                with pytest.raises(LockNotAvailableError):
                    await gate.take(third, shared=shared, alone=alone)
        await WorkspaceLocks("budget/posting").take(second, alone=["w1", "w2"])


async def test_a_row_is_a_struct_of_its_columns(pool: Pool) -> None:
    statement = "SELECT * FROM (VALUES ('a', 1), ('b', 2)) AS v(name, items) WHERE items > $1"
    async with transaction(pool) as conn:
        assert await fetch(conn, Count, statement, 0) == [Count("a", 1), Count("b", 2)]
        assert await fetch_one(conn, Count, statement, 1) == Count("b", 2)
        assert await fetch_one(conn, Count, statement, 2) is None
