"""Panes are added up in the database as far as windows allow; their contents stay the same."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from kpi_monitor.judging import store as store_evaluate
from kpi_monitor.rules.families.window_contents import contents
from kpi_monitor.rules.kpis import numbers_text
from kpi_monitor.rules.unit import Need, Pane
from kpi_monitor.windows import HOUR_MS, Windows, from_ms, to_ms
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, heartbeat, metrics_event, rule_body

CAMPAIGN = "double11-2025"


@pytest_asyncio.fixture(loop_scope="session")
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(60)) as made:
        yield made


async def stored(kpi: World) -> list[Pane]:
    return [Pane(*row[:5], amount=int(row[5])) for row in await kpi.panes()]


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
    raw = [pane for pane in await stored(kpi) if pane.measure == "clicks"]
    async with kpi.pool.acquire() as conn:
        loaded = await store_evaluate.find_units(conn, {("default", CAMPAIGN): None})
        assert loaded[0].zone == "Asia/Kathmandu"
        needs = {("default", CAMPAIGN): [Need("L02", "clicks", begin, end)]}
        merged = (await store_evaluate.find_panes(conn, needs, loaded))["default", CAMPAIGN]
    assert sum(one.amount for one in merged) == sum(one.amount for one in raw)
    assert len(merged) < len(raw)
    for size in (HOUR_MS, HOUR_MS // 4):
        for maturity in (0, HOUR_MS, None):
            windows = Windows(size, "Asia/Kathmandu")
            one, other = (contents(windows, panes, maturity) for panes in (raw, merged))
            assert {at: (c.sums, c.coarse) for at, c in one.items()} == {
                at: (c.sums, c.coarse) for at, c in other.items()
            }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [15, 60, 1440])
async def test_a_series_shows_every_window_as_the_panes_themselves_fill_it(
    kpi: World, seed: int, size: int
) -> None:
    await tell(kpi, random.Random(seed))
    raw = [pane for pane in await stored(kpi) if pane.measure in ("clicks", "impressions")]
    windows = Windows(size * 60_000, "Asia/Kathmandu")
    low, high = windows.containing(to_ms(at(10.2))).start, to_ms(at(13))
    expected = {
        (from_ms(start).isoformat(), from_ms(one.window.end).isoformat()): (
            numbers_text(one.sums),
            one.coarse,
            any(
                pane.amount and pane.known >= one.window.end
                for pane in raw
                if windows.containing(pane.start) == one.window
            ),
        )
        for start, one in sorted(contents(windows, raw, None).items())
        if low <= start < high
    }
    for group_by in ("line", "campaign"):
        asked = {
            "campaign": CAMPAIGN,
            "kpi": "ctr",
            "window": f"{size}m" if size < 1440 else "1d",
            "from": at(10.2).isoformat(),
            "to": at(13).isoformat(),
            "group_by": group_by,
        }
        items = (await kpi.client.get("/v1/series", params=asked)).json()["items"]
        assert {
            (
                datetime.fromisoformat(one["start"]).isoformat(),
                datetime.fromisoformat(one["end"]).isoformat(),
            ): (one["numbers"], one["grain_too_coarse"], one["restated"])
            for one in items
        } == expected
        assert len(items) == len(expected) > 0
