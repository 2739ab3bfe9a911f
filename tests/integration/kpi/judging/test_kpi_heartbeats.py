"""A heartbeat touches a campaign only when a window of it may close, and then surely (W4)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from kpi_monitor.sources import store as store_sources
from shared.database.pool import transaction
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, heartbeat, metrics_event, rule_body

POOR = {"clicks": 1, "impressions": 200_000}


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(20)) as made:
        await made.fold(made.campaign())
        await made.evaluate()
        yield made


async def touches(kpi: World) -> int:
    """How many touches the sources' heartbeats leave, before anything is judged."""
    async with transaction(kpi.pool) as conn:
        found = await store_sources.advance(conn, 4, 1000)
    async with transaction(kpi.pool) as conn:
        await store_sources.touch_fed(conn, found)
    return len(await kpi.rows("SELECT FROM kpi.touches"))


async def told(kpi: World) -> int:
    await kpi.evaluate()
    return len(await kpi.told())


async def test_a_heartbeat_within_a_window_touches_nothing(kpi: World) -> None:
    await kpi.set_now(at(9))
    await kpi.add_rule(rule_body())
    await kpi.set_now(at(20))
    await kpi.fold(kpi.metrics(metrics_event(10, measures=POOR), heartbeat(10)))
    assert await told(kpi) == 0
    await kpi.fold(kpi.metrics(heartbeat(10.5)))
    assert await touches(kpi) == 0
    await kpi.fold(kpi.metrics(heartbeat(11)))
    assert await touches(kpi) == 1
    assert await told(kpi) == 1
    await kpi.fold(kpi.metrics(heartbeat(11.9)))
    assert await touches(kpi) == 0


async def test_a_campaign_without_rules_is_not_touched_until_it_has_one(kpi: World) -> None:
    await kpi.set_now(at(9))
    await kpi.fold(kpi.metrics(metrics_event(10, measures=POOR), heartbeat(9)))
    assert await told(kpi) == 0
    await kpi.fold(kpi.metrics(heartbeat(9.9)))
    assert await touches(kpi) == 0
    await kpi.add_rule(rule_body())
    assert await told(kpi) == 0
    await kpi.set_now(at(20))
    await kpi.fold(kpi.metrics(heartbeat(11)))
    assert await told(kpi) == 1


async def test_a_line_that_is_fed_for_the_first_time_is_judged_on_its_own_windows(
    kpi: World,
) -> None:
    """Its first window lies far behind those of the line that is there."""
    await kpi.set_now(at(9))
    await kpi.add_rule(rule_body(scope={"campaign": "double11-2025"}))
    await kpi.set_now(at(20))
    await kpi.fold(kpi.metrics(metrics_event(10), heartbeat(18)))
    assert await told(kpi) == 0
    late = metrics_event(12, line="L07", source="ads/2", measures=POOR)
    await kpi.fold(kpi.metrics(late, heartbeat(13, source="ads/2")))
    assert await told(kpi) == 1


async def test_a_heartbeat_while_a_campaign_waits_to_be_judged_touches_it(kpi: World) -> None:
    """Whoever judges it may have read the sources already."""
    await kpi.set_now(at(9))
    await kpi.add_rule(rule_body())
    await kpi.fold(kpi.metrics(metrics_event(10, measures=POOR), heartbeat(9)))
    assert await told(kpi) == 0
    await kpi.add_rule(rule_body(rule="another"))
    await kpi.set_now(at(9) + timedelta(minutes=40))
    await kpi.fold(kpi.metrics(heartbeat(9.3)))
    assert await touches(kpi) == 2
