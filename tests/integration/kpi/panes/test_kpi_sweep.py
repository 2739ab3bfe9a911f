"""What is swept, after how long, and what must never be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from kpi_monitor import sweeps as store_sweep
from kpi_monitor.sweeps import sweeps
from shared.database.clock import ManualClock
from shared.database.pool import transaction
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, budget_body, change, metrics_event, totals

DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


async def sweep(kpi: World, rows_max: int = 1000) -> dict[str, int]:
    """One round of the sweeper; rows deleted by table."""
    deleted = {}
    for table, one in sweeps(kpi.settings).items():
        async with transaction(kpi.pool) as conn:
            deleted[table] = await one.run(conn, await ManualClock().now(conn), rows_max)
    return {table: count for table, count in deleted.items() if count}


async def test_ids_are_forgotten_only_after_their_events_are_refused(kpi: World) -> None:
    await kpi.fold(kpi.metrics(metrics_event(9, mode="delta", id="x", measures={"clicks": 1})))
    horizon = timedelta(days=kpi.settings.metrics_horizon_days)
    await kpi.set_now(at(10) + horizon)
    late = metrics_event(9, mode="delta", id="y", measures={"clicks": 1}, time=at(10))
    await kpi.fold(kpi.metrics(late))
    await kpi.set_now(at(10) + horizon + timedelta(seconds=1))
    await kpi.fold(kpi.metrics(late))
    assert await kpi.rejected() == ["too_old"]
    assert await sweep(kpi) == {}
    await kpi.set_now(at(10) + horizon + DAY + timedelta(seconds=1))
    assert await sweep(kpi) == {"deltas": 2}


async def test_sums_are_kept_for_their_horizon_and_facts_for_ever(kpi: World) -> None:
    """A fact decides whether a snapshot sent again counts: without it the sum would double."""
    await kpi.fold(kpi.metrics(metrics_event(9)))
    await kpi.fold(kpi.metrics(metrics_event(9, campaign=None, line=None, entity={"ad": "1"})))
    await kpi.fold(kpi.totals(totals(1, changes=[change(9, "10.00")])))
    await kpi.set_now(at(9) + timedelta(days=kpi.settings.panes_keep_days))
    assert await sweep(kpi) == {}
    await kpi.set_now(kpi.now + timedelta(seconds=1))
    assert await sweep(kpi) == {"panes": 3, "held": 1}
    for begin in range(len(kpi.log)):
        await kpi.fold(kpi.log[begin : begin + 1])
    assert await kpi.panes() == []
    assert await kpi.rejected() == []


async def test_ended_breaches_go_after_their_horizon_and_open_ones_never(kpi: World) -> None:
    await kpi.add_rule(budget_body(suppress=None))
    course = {"L01": [40_000, 48_000, 10_000], "L02": [40_000, 10_000], "L03": [48_000]}
    for line, actuals in course.items():
        for seq, actual in enumerate(actuals, start=1):
            await kpi.fold(kpi.totals(totals(seq, line=line, actual=f"{actual}.00")))
            await kpi.evaluate()
    assert len(await kpi.told()) == 6
    await kpi.set_now(at(24) + timedelta(days=kpi.settings.breaches_keep_days))
    assert await sweep(kpi) == {}
    await kpi.set_now(kpi.now + timedelta(seconds=1))
    assert await sweep(kpi, rows_max=2) == {"transitions": 2}
    (half, _, _) = (await kpi.client.get("/v1/breaches?limit=3")).json()["items"][::-1]
    assert [one["transition"] for one in half["history"]] == ["resolved"]
    assert await sweep(kpi) == {"transitions": 3}
    items = (await kpi.client.get("/v1/breaches")).json()["items"]
    assert [(item["breach"], item["open"]) for item in items] == [("budget-used/line:L03/1", True)]


async def test_the_next_episode_of_a_swept_one_goes_on_counting(kpi: World) -> None:
    await kpi.add_rule(budget_body(suppress=None))
    for seq, actual in enumerate([48_000, 10_000], start=1):
        await kpi.fold(kpi.totals(totals(seq, actual=f"{actual}.00")))
        await kpi.evaluate()
    async with transaction(kpi.pool) as conn:
        assert await store_sweep.forget_ended(conn, at(48), 100) == 2
    await kpi.fold(kpi.totals(totals(3, actual="48000.00")))
    await kpi.evaluate()
    assert (await kpi.told())[-1].breach == "budget-used/line:L10/2"
