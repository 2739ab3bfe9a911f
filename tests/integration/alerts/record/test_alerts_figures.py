"""Newer figures of open breaches in alerts: kept in any order, shown by the next message, swept."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alerts.episodes import store_figures
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.kafka.consumer import Received
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import (
    CONFIGURATION,
    at,
    encode,
    encode_campaign,
    make_breach,
    make_figures,
    make_history,
)

DAY = 24 * 60
OFTEN = CONFIGURATION.replace("repeat_interval: 30d", "repeat_interval: 1h")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.configure(OFTEN)
        yield found


async def test_a_reminder_has_the_newest_figures_and_its_record_says_so(world: World) -> None:
    await world.tell(make_breach())
    await world.flush(at(0))
    await world.deliver()
    await world.tell_figures(make_figures())
    assert await world.flush(at(40)) == 0, "nobody is told of figures by themselves"
    await world.flush(at(61))
    await world.deliver()
    first, again = world.inbox.mails
    assert "实际是计划的 160%" in first.subject
    assert again.subject.startswith("【严重 · 仍未恢复】")
    assert "实际是计划的 170%（11月3日 12:30 的数据）" in again.subject
    assert "数据截至：11月3日 12:30" in again.text
    row = (await world.rows())[-1]
    assert row["reason"] == "repeat interval elapsed"
    assert row["explain"]["value"] == "1.700000"
    assert row["explain"]["numbers"]["actual"] == "51000.00"
    assert row["explain"]["figures_at"] == at(30)


async def test_news_and_what_is_still_open_show_one_figure_for_one_thing(world: World) -> None:
    second = {"breach": "second/line:L03/1", "rule": "second"}
    await world.tell(make_breach(value="1.880000"))
    await world.flush(at(0))
    await world.tell(make_breach(**second, event_time=at(10), value="8.460000"))
    await world.flush(at(10))
    await world.deliver()
    text = world.robot.messages[-1].text
    assert "仍未恢复" in text
    assert text.count("846%") == 3, "headline, figure and open line"
    assert "188%" not in text


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_newest_wins_in_whatever_order_they_come(
    world: World, order: tuple[int, ...]
) -> None:
    told = [
        make_figures(decided_at=at(10), value="1.500000"),
        make_figures(decided_at=at(30), value="1.700000"),
        make_figures(decided_at=at(20), value="1.600000"),
    ]
    for number in order:
        await world.tell_figures(told[number], told[number])
    await world.tell(make_breach())
    await world.flush(at(0))
    await world.deliver()
    await world.flush(at(61))
    await world.deliver()
    assert "实际是计划的 170%" in world.robot.messages[-1].title


async def test_how_figures_were_is_kept_from_the_first_to_the_newest_and_bounded(
    world: World,
) -> None:
    for number in range(80):
        await world.tell_figures(make_figures(decided_at=at(number), value=str(number)))
    points = await world.pool.fetchval("SELECT points FROM alerts.figures")
    assert len(points) <= store_figures.POINTS_MAX
    assert [points[0]["value"], points[-1]["value"]] == ["0", "79"]
    assert points[-1]["numbers"]["actual"] == "51000.00"


async def test_a_mail_gets_the_picture_of_the_figures_over_the_campaign(world: World) -> None:
    runs = {"starts_at": "2025-11-01T00:00:00+08:00", "ends_at": "2025-11-12T00:00:00+08:00"}
    announced = Received(
        "catalog.v1", 0, 1, b"k", encode_campaign("double11-2025", "hq", 1, **runs)
    )
    async with transaction(world.pool) as conn:
        await world.handlers.on_batch(conn, [announced])
    await world.tell(make_breach())
    await world.tell_figures(make_figures())
    await world.flush(at(0))
    await world.deliver()
    await world.flush(at(61))
    robot, mail = await world.pool.fetch(
        "SELECT message FROM alerts.deliveries WHERE message IS NOT NULL ORDER BY channel_id"
    )
    assert robot["message"]["blocks"][0]["picture"] is None
    picture = mail["message"]["blocks"][0]["picture"]
    assert 'd="M56 272L185.1 202.9L186.2 198.6' in picture["svg"]
    assert "11月1日 00:00 – 11月12日 00:00" in picture["caption"]


async def test_figures_of_a_state_that_is_over_are_not_shown(world: World) -> None:
    history = make_history(("firing", "critical", "1.600000"), ("level_changed", "warning", "1.3"))
    await world.tell(*history)
    await world.flush(at(10))
    await world.tell_figures(make_figures(seq=1))
    await world.flush(at(75))
    await world.deliver()
    assert "实际是计划的 130%" in world.robot.messages[-1].title
    await world.tell_figures(make_figures(seq=2, value="1.400000", decided_at=at(20)))
    await world.tell_figures(make_figures(seq=1, decided_at=at(50)))
    await world.flush(at(140))
    await world.deliver()
    assert "实际是计划的 140%" in world.robot.messages[-1].title


async def test_figures_that_nobody_can_read_are_set_aside_and_stop_nothing(world: World) -> None:
    values = [b"{}", encode(make_figures(breach="x" * 2000)), encode(make_figures(seq=0))]
    batch = [Received("breaches.figures.v1", 0, n, b"k", value) for n, value in enumerate(values)]
    batch.append(Received("breaches.v1", 0, 9, b"k", encode(make_breach())))
    batch.append(Received("breaches.figures.v1", 0, 9, b"k", encode(make_figures())))
    async with transaction(world.pool) as conn:
        poison = await world.handlers.on_batch(conn, batch)
    assert [one.code for one in poison] == ["unparseable"] * 3
    assert await world.pool.fetchval("SELECT count(*) FROM alerts.figures") == 1
    assert await world.pool.fetchval("SELECT count(*) FROM alerts.episodes") == 1
    rejected = await world.pool.fetchval(
        "SELECT count(*) FROM alerts.outbox WHERE topic = 'rejected.v1'"
    )
    assert rejected == 3


async def test_figures_are_forgotten_with_their_breach_and_never_before(world: World) -> None:
    history = make_history(("firing", "critical", "1.6"), ("resolved", "critical", "1.1"))
    await world.tell_figures(make_figures(), make_figures(breach="unknown/line:L01/1"))
    await world.tell(history[0])
    async with transaction(world.pool) as conn:
        assert await store_figures.forget(conn, at(29), 100) == 0
        assert await store_figures.forget(conn, at(DAY), 100) == 1
    assert await world.pool.fetchval("SELECT breach FROM alerts.figures") == history[0].breach
    await world.tell(history[1])
    async with transaction(world.pool) as conn:
        assert await store_figures.forget(conn, at(DAY), 100) == 1
