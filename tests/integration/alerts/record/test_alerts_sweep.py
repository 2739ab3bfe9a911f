"""What is over and told long ago is forgotten; what is open, unsent or alive never is."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from alerts.record.sweep import sweeps
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import SECRET, World, make_world
from tests.unit.alerts.builders import at, make_breach, make_history

KEEP = timedelta(days=400)
DAY = 24 * 60
HISTORY = make_history(("firing", "critical", "1.6"), ("resolved", "critical", "1.1"))
TABLES = ["notifications", "deliveries", "transitions", "group_members", "told", "groups"]
TABLES += ["notify_log"]


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def sweep(world: World, minute: int, rows_max: int = 1000) -> dict[str, int]:
    """What each sweep deletes at this time, in rounds of at most `rows_max`."""
    async with transaction(world.pool) as conn:
        await set_manual(conn, at(minute))
    found = {}
    for name, one in sweeps(KEEP).items():
        found[name] = 0
        while True:
            async with transaction(world.pool) as conn:
                count = await one.run(conn, at(minute), rows_max)
            assert count <= rows_max
            found[name] += count
            if count < rows_max:
                break
    return found


async def left(world: World) -> dict[str, int]:
    """Rows of the tables that are not empty."""
    counts = {
        name: await world.pool.fetchval(f"SELECT count(*) FROM alerts.{name}") for name in TABLES
    }
    return {name: count for name, count in counts.items() if count}


async def live(world: World) -> None:
    for step, breach in enumerate(HISTORY):
        await world.tell(breach)
        await world.flush(at(10 * step))
        await world.deliver()


@pytest.mark.parametrize("rows_max", [1, 1000])
async def test_an_alert_that_is_over_is_forgotten_after_the_horizon(
    world: World, rows_max: int
) -> None:
    await live(world)
    assert await sweep(world, 399 * DAY, rows_max) == dict.fromkeys(sweeps(KEEP), 0)
    assert await sweep(world, 401 * DAY, rows_max) == {
        "notifications": 4,
        "reports": 0,
        "episodes": 1,
        "groups": 1,
        "figures": 0,
        "silences": 0,
        "unsubscriptions": 0,
    }
    assert await left(world) == {}
    assert await sweep(world, 402 * DAY, rows_max) == dict.fromkeys(sweeps(KEEP), 0)


async def test_a_replay_of_what_was_forgotten_tells_nobody(world: World) -> None:
    await live(world)
    await sweep(world, 401 * DAY)
    await world.tell(*HISTORY)
    await world.flush(at(401 * DAY))
    assert await left(world) == {}


async def test_a_new_episode_of_a_forgotten_alert_is_told_as_any_other(world: World) -> None:
    await live(world)
    await sweep(world, 401 * DAY)
    await world.tell(make_breach(breach="pacing-high/line:L03/2", event_time=at(401 * DAY)))
    await world.flush(at(401 * DAY + 1))
    await world.deliver()
    assert [row["episode"] for row in await world.rows()] == [2, 2]
    assert len(world.robot.messages) == 3


async def test_what_is_open_is_kept_whatever_its_age(world: World) -> None:
    await world.tell(HISTORY[0])
    await world.flush(at(0))
    await world.deliver()
    before = await left(world)
    await sweep(world, 900 * DAY)
    assert await left(world) == before
    await world.tell(structs.replace(HISTORY[1], decided_at=at(900 * DAY)))
    await world.flush(at(900 * DAY + 1))
    await world.deliver()
    assert len(world.robot.messages) == len(world.inbox.mails) == 2
    assert (
        world.inbox.mails[1].message["In-Reply-To"] == (world.inbox.mails[0].message["Message-ID"])
    ), "the thread is found again"


async def test_what_has_not_arrived_is_kept_whatever_its_age(world: World) -> None:
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    await live(world)
    await sweep(world, 900 * DAY)
    assert [(row["channel"], row["transition"]) for row in await world.rows()] == [
        ("dingtalk", "firing"),
        ("dingtalk", "resolved"),
    ]
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    await world.adoption.adopt()
    await world.deliver()
    assert [message.title[:4] for message in world.robot.messages] == ["【严重】", "【已恢复"]
    await sweep(world, 901 * DAY)
    assert await left(world) == {}


async def test_a_group_that_alerts_are_joining_is_not_forgotten(world: World) -> None:
    await live(world)
    async with transaction(world.pool) as conn:
        await set_manual(conn, at(401 * DAY))
    swept = sweeps(KEEP)
    for name in ("notifications", "episodes"):
        async with transaction(world.pool) as conn:
            await swept[name].run(conn, at(401 * DAY), 1000)
    second = make_breach(breach="pacing-high/line:L03/2", event_time=at(401 * DAY))
    async with transaction(world.pool) as poll:
        await world.handlers.on_breaches(poll, world.poll(second))
        async with transaction(world.pool) as conn:
            assert await swept["groups"].run(conn, at(401 * DAY), 1000) == 0
    async with transaction(world.pool) as conn:
        assert await swept["groups"].run(conn, at(401 * DAY), 1000) == 0, "it is active again"
    assert await world.flush(at(401 * DAY + 1)) == 1
