"""The ledgers are looked at by themselves: gauges and an alert say it before a person asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from budget.invariants.checks import WATCH_LOCK
from budget.invariants.watch import LedgerWatch, refresh
from shared import metrics
from shared.database.pool import transaction
from tests.integration.budget.budget_helpers import Service, running_campaign
from tests.integration.budget.spend import at, delta

AGE = """
UPDATE budget.ledger_checks SET tried_at = tried_at - interval '1 hour',
  checked_at = checked_at - interval '1 hour'
"""
ADD_STEP = """
INSERT INTO budget.allocations (workspace, campaign, document, place, name, effective_from,
                                decided_at, amount) VALUES
"""


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-06 00:00") as made:
        noon = at("11-05 12:00")
        await made.post(
            delta("ads", "1", noon, "1.00"), delta("ads", "1", noon, "2.00", workspace="other")
        )
        await made.seal()
        yield made


async def gauges(service: Service) -> tuple[float, float]:
    """Whether all ledgers hold, and the drift of all."""
    await refresh(service.pool)
    return metrics.LEDGER_HOLDS._value.get(), metrics.LEDGER_DRIFT._value.get()


async def look_at_all(service: Service) -> int:
    """How many workspaces were due."""
    watch, looks = LedgerWatch(service.settings, service.pool), 0
    while await watch.step():
        looks += 1
        assert looks < 10
    return looks


async def damage(service: Service, micros: int) -> None:
    async with transaction(service.pool) as conn:
        await conn.execute("UPDATE budget.accounts SET balance = balance + $1", micros)
        await conn.execute(AGE)


async def test_each_workspace_is_looked_at_once_an_interval_and_what_is_found_is_a_gauge(
    service: Service,
) -> None:
    assert await gauges(service) == (1, 0)
    assert await look_at_all(service) == 2
    assert await look_at_all(service) == 0
    await damage(service, 5)
    assert await gauges(service) == (1, 0), "nobody has looked again"
    assert metrics.LEDGER_CHECKED._value.get() > 0
    assert await look_at_all(service) == 2
    assert await gauges(service) == (0, 10), "of an account in each of two workspaces"
    await damage(service, -5)
    assert await look_at_all(service) == 2
    assert await gauges(service) == (1, 0)


@pytest.mark.parametrize(
    ("damaged", "why"),
    [
        ("UPDATE budget.lines SET allocated = allocated + 1 WHERE line = 'L1'", "not its steps"),
        ("UPDATE budget.plans SET total = total - 1", "people agreed to another total"),
        (f"{ADD_STEP} ('default', 'c1', 'plan/c1/1', 'line', 'L1', now(), now(), 1)", "uneven"),
        (
            f"{ADD_STEP} ('default', 'c1', 'draw/c1/1', 'total', '', now(), now(), -1),"
            " ('default', 'c1', 'draw/c1/1', 'total', '', now() + interval '1 s', now(), 1)",
            "uneven for a second",
        ),
        (
            f"{ADD_STEP} ('default', 'c1', 'draw/c1/1', 'bucket', 'flexible', now(), now(), -1),"
            " ('default', 'c1', 'draw/c1/1', 'bucket', 'deferred', now(), now(), 1)",
            "a bucket has less than nothing",
        ),
    ],
)
async def test_allocations_that_do_not_add_up_are_found(
    service: Service, damaged: str, why: str
) -> None:
    await look_at_all(service)
    await refresh(service.pool)
    assert metrics.ALLOCATIONS_HOLD._value.get() == 1
    async with transaction(service.pool) as conn:
        await conn.execute(damaged)
        await conn.execute(AGE)
    await look_at_all(service)
    assert await gauges(service) == (0, 0)
    assert metrics.ALLOCATIONS_HOLD._value.get() == 0, why
    async with service.caller("au", "auditor") as auditor:
        answer = await auditor.get("/v1/invariants")
    assert [name for name, holds in answer["checks"].items() if not holds] == ["allocations"]


async def test_what_was_allocated_is_never_changed(service: Service) -> None:
    async with service.pool.acquire() as conn:
        for statement in (
            "UPDATE budget.allocations SET amount = 0",
            "DELETE FROM budget.allocations",
        ):
            with pytest.raises(asyncpg.RaiseError, match=r"budget\.allocations is append-only"):
                await conn.execute(statement)


async def test_two_replicas_do_not_look_at_the_same_time(service: Service) -> None:
    async with transaction(service.pool) as conn:
        assert await WATCH_LOCK.try_take(conn)
        assert await look_at_all(service) == 0
    assert await look_at_all(service) == 2


async def test_a_look_that_takes_too_long_ages_and_keeps_nobody_waiting(service: Service) -> None:
    await look_at_all(service)
    async with transaction(service.pool) as conn:
        await conn.execute(AGE)
    await refresh(service.pool)
    before = metrics.LEDGER_CHECKED._value.get()
    limited = service.settings.model_copy(update={"invariants_timeout_s": 0.2})
    watch = LedgerWatch(limited, service.pool)
    async with transaction(service.pool) as conn:
        await conn.execute("LOCK TABLE budget.entries")
        assert [await watch.step() for _ in range(3)] == [True, True, False]
    await refresh(service.pool)
    assert metrics.LEDGER_CHECKED._value.get() == before
