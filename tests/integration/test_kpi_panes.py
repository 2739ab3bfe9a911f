"""Panes are added up in the database as far as windows allow; their contents stay the same."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from kpi_world import World, world

from kpi_monitor import store_evaluate, store_views
from kpi_monitor.judging import contents
from kpi_monitor.unit import Need
from kpi_monitor.windows import HOUR_MS, Windows, to_ms
from tests.unit.kpi.builders import at, heartbeat, metrics_event, rule_body

CAMPAIGN = "double11-2025"


@pytest_asyncio.fixture(loop_scope="session")
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(60)) as made:
        yield made


async def tell(kpi: World, rng: random.Random) -> None:
    """Deltas and days of two sources, some told after the heartbeat that covers them."""
    await kpi.fold(kpi.campaign(time_zone="Asia/Kathmandu"))
    await kpi.add_rule(rule_body(rule="hours", window={"kind": "tumbling", "size": "60m"}))
    await kpi.add_rule(rule_body(rule="quarters", window={"kind": "tumbling", "size": "15m"}))
    for lap in range(4):
        deltas = [
            metrics_event(
                10,
                id=f"d-{lap}-{n}",
                mode="delta",
                measures={"clicks": rng.randrange(-3, 9)},
                period_start=at(10) + timedelta(minutes=5 * n),
                period_end=at(10) + timedelta(minutes=5 * n + 5),
            )
            for n in rng.choices(range(40), k=25)
        ]
        day = metrics_event(
            rng.randrange(9, 12), source="days/1", report="days", revision=lap, id=f"day-{lap}"
        )
        await kpi.fold(kpi.metrics(*{one.id: one for one in deltas}.values(), day))
        await kpi.fold(kpi.metrics(heartbeat(10 + lap)))


@pytest.mark.parametrize("seed", range(3))
async def test_added_up_panes_fill_every_window_as_the_panes_themselves_do(
    kpi: World, seed: int
) -> None:
    await tell(kpi, random.Random(seed))
    begin, end = to_ms(at(0)), to_ms(at(24))
    async with kpi.pool.acquire() as conn:
        loaded = await store_evaluate.load(conn, {("default", CAMPAIGN): None})
        assert loaded[0].zone == "Asia/Kathmandu"
        raw = await store_views.panes(conn, loaded[0], ["L02"], ["clicks"], (begin, end))
        needs = {("default", CAMPAIGN): [Need("L02", "clicks", begin, end)]}
        merged = (await store_evaluate.panes(conn, needs, loaded))["default", CAMPAIGN]
    assert sum(one.amount for one in merged) == sum(one.amount for one in raw)
    assert len(merged) < len(raw)
    for size in (HOUR_MS, HOUR_MS // 4):
        for maturity in (0, HOUR_MS, None):
            windows = Windows(size, "Asia/Kathmandu")
            one, other = (contents(windows, panes, maturity) for panes in (raw, merged))
            assert {at: (c.sums, c.coarse) for at, c in one.items()} == {
                at: (c.sums, c.coarse) for at, c in other.items()
            }
