"""Newer figures of open breaches: told when they differ, seldom, and never as a transition."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from shared.events import FIGURES_DECODER, BreachFigures
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, budget_body, heartbeat, metrics_event, rule_body, totals

MINUTE = timedelta(minutes=1)
BREACH = "budget-used/line:L10/1"


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(0)) as made:
        assert (await made.add_rule(budget_body(suppress=None))).status_code == 201
        yield made


async def newer(kpi: World) -> list[BreachFigures]:
    rows = await kpi.rows(
        "SELECT value FROM kpi.outbox WHERE topic = 'breaches.figures.v1' ORDER BY id"
    )
    return [FIGURES_DECODER.decode(row["value"]).data for row in rows]


async def spend(kpi: World, seq: int, now: datetime, actual: int, **changes: Any) -> None:
    """The line has spent `actual` of 50,000 at `now`, its anchor a minute before."""
    await kpi.set_now(now)
    figures: dict[str, Any] = {
        "actual": f"{actual}.00",
        "remaining": f"{50_000 - actual}.00",
        "used_ratio": f"{actual / 50_000:.6f}",
        "as_of": now,
        "anchor": now - MINUTE,
        "complete_through": now - MINUTE,
    }
    await kpi.fold(kpi.totals(totals(seq, **figures | changes)))
    await kpi.evaluate()


async def test_a_breach_says_as_of_when_its_figures_are(kpi: World) -> None:
    """The time of the totals is that of the message: what they describe ends at the anchor."""
    await spend(kpi, 1, at(1), 41_000)
    [told] = await kpi.told()
    assert (told.event_time, told.figures_at) == (at(1), at(1) - MINUTE)
    assert await newer(kpi) == []


async def test_newer_figures_are_told_once_an_interval_and_once_more_when_they_settle(
    kpi: World,
) -> None:
    await spend(kpi, 1, at(1), 41_000)
    for second in range(1, 60):
        await spend(kpi, 1 + second, at(1) + timedelta(seconds=second), 41_000 + second)
    assert await newer(kpi) == [], "the breach itself has told some just now"
    await kpi.set_now(at(1) + MINUTE)
    await kpi.evaluate()
    [told] = await newer(kpi)
    assert (told.breach, told.seq, told.value) == (BREACH, 1, "0.821180")
    assert told.numbers["actual"] == "41059.00"
    assert told.figures_at == at(1) - MINUTE + timedelta(seconds=59)
    assert told.decided_at == at(1) + timedelta(seconds=59)
    await kpi.set_now(at(2))
    await kpi.evaluate()
    assert len(await newer(kpi)) == 1, "nothing is told again"
    assert [one.transition for one in await kpi.told()] == ["firing"]


async def test_equal_figures_are_not_told(kpi: World) -> None:
    await spend(kpi, 1, at(1), 41_000)
    await spend(kpi, 2, at(2), 41_000)
    await spend(kpi, 3, at(3), 41_000)
    assert await newer(kpi) == []
    await spend(kpi, 4, at(4), 41_500)
    await spend(kpi, 5, at(5), 41_500)
    assert [one.value for one in await newer(kpi)] == ["0.830000"]


async def test_what_is_set_aside_is_told_with_the_figures_it_may_change(kpi: World) -> None:
    await spend(kpi, 1, at(1), 41_000)
    await spend(kpi, 2, at(2), 41_000, set_aside=3)
    assert [one.set_aside for one in await newer(kpi)] == [3]
    await spend(kpi, 3, at(3), 41_000)
    assert [one.set_aside for one in await newer(kpi)] == [3, 0]


async def test_a_transition_tells_its_own_figures_and_the_end_forgets_them(kpi: World) -> None:
    await spend(kpi, 1, at(1), 41_000)
    await spend(kpi, 2, at(1) + MINUTE / 2, 41_500)
    await spend(kpi, 3, at(1) + MINUTE * 0.75, 48_000)
    await kpi.set_now(at(2))
    await kpi.evaluate()
    assert await newer(kpi) == [], "what waited is older than the transition"
    await spend(kpi, 4, at(3), 48_500)
    assert [(one.seq, one.value) for one in await newer(kpi)] == [(2, "0.970000")]
    await spend(kpi, 5, at(4), 10_000)
    assert [one.transition for one in await kpi.told()] == ["firing", "level_changed", "resolved"]
    assert await kpi.rows("SELECT * FROM kpi.figures") == []


async def test_what_is_not_open_costs_nothing(kpi: World) -> None:
    for seq in range(1, 5):
        await spend(kpi, seq, at(seq), 1_000 * seq)
    assert await kpi.rows("SELECT * FROM kpi.figures") == []
    assert await newer(kpi) == []


async def test_a_breach_that_was_open_before_this_table_tells_at_once(kpi: World) -> None:
    await spend(kpi, 1, at(1), 41_000)
    async with kpi.pool.acquire() as conn:
        await conn.execute("DELETE FROM kpi.figures")
    await spend(kpi, 2, at(1) + timedelta(seconds=1), 41_100)
    assert [one.value for one in await newer(kpi)] == ["0.822000"]


async def test_each_window_gives_the_figures_of_an_open_breach(kpi: World) -> None:
    rule = rule_body(scope={"campaign": "double11-2025", "lines": ["L02"]})
    assert (await kpi.add_rule(rule)).status_code == 201
    await kpi.fold(kpi.campaign())
    for hour, clicks in ((10, 1_600), (11, 1_500), (12, 1_400)):
        await kpi.set_now(at(hour + 1))
        event = metrics_event(hour, measures={"impressions": 200_000, "clicks": clicks})
        await kpi.fold(kpi.metrics(event, heartbeat(hour + 1)))
        await kpi.evaluate()
    assert [(one.transition, one.value) for one in await kpi.told()] == [("firing", "0.008000")]
    told = await newer(kpi)
    assert [(one.value, one.figures_at) for one in told] == [
        ("0.007500", at(12)),
        ("0.007000", at(13)),
    ]
    assert told[-1].window is not None
    assert (told[-1].window.start, told[-1].numbers["clicks"]) == (at(12), "1400")


async def test_two_replicas_tell_figures_once(kpi: World) -> None:
    await spend(kpi, 1, at(1), 41_000)
    await spend(kpi, 2, at(1) + timedelta(seconds=1), 42_000)
    await kpi.set_now(at(2))
    await asyncio.gather(*(kpi.evaluator.step() for _ in range(4)))
    assert len(await newer(kpi)) == 1
