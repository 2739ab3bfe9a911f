"""What a whole service tells after people have answered (alerting.md 2.8; M5, W13)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.response.commands import ActionTerms, Answering, answer_one
from alerts.response.rules import ActionKind
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import transaction
from shared.events import Breach
from shared.http.reach import Reach
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history

CLOCK = (
    CONFIGURATION.replace("group_wait: 0s", "group_wait: 1m")
    .replace("group_interval: 1s", "group_interval: 5m")
    .replace("repeat_interval: 30d", "repeat_interval: 4h")
    .replace("zh-CN", "en")
)
FIRING = ("firing", "warning", "1.3")
WORSE = ("level_changed", "critical", "1.6")
RESOLVED = ("resolved", "warning", "1.0")
TOLD = ("firing", "delivered", "first notification")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.configure(CLOCK)
        await found.tell(*make_history(FIRING))
        assert await found.flush(at(1)) == 1
        await found.deliver()
        yield found


async def respond(world: World, minute: float, kind: ActionKind, **terms: object) -> None:
    """li.na answers to the newest alert."""
    async with transaction(world.pool) as conn:
        await set_manual(conn, at(minute))
        alert = await conn.fetchval("SELECT max(alert) FROM alerts.alerts")
        answering = Answering(conn, Reach("default"), "li.na", ManualClock())
        await answer_one(answering, alert, ActionTerms(kind, **terms))  # type: ignore[arg-type]


async def states(world: World) -> list[tuple[str, str, str]]:
    """(transition, state, reason) at the robot."""
    return [
        (row["transition"], row["state"], row["reason"])
        for row in await world.rows()
        if row["channel"] == "dingtalk"
    ]


async def run(world: World, first: int, last: int) -> list[float]:
    """Every minute of a time; the minutes at which the robot got something."""
    found = []
    for minute in range(first, last):
        before = len(world.robot.messages)
        await world.flush(at(minute))
        await world.deliver()
        world.robot.forget_rate()
        if len(world.robot.messages) > before:
            found.append(minute)
    return found


def text(world: World) -> str:
    """The newest message at the robot."""
    return str(world.robot.messages[-1])


def resolved() -> list[Breach]:
    return make_history(FIRING, RESOLVED)[1:]


async def test_an_acknowledgement_is_said_once_and_ends_the_reminders(world: World) -> None:
    await respond(world, 2, "ack", comment="lowering the bids")
    # At the group's next interval, five minutes after its last message, and never again.
    assert await run(world, 2, 600) == [6]
    assert await states(world) == [TOLD, ("firing", "delivered", "acknowledged or closed")]
    assert "acknowledged by li" in text(world)
    assert "lowering the bids" in text(world)
    await world.tell(*resolved())
    assert len(await run(world, 600, 606)) == 1
    assert (await states(world))[-1] == ("resolved", "delivered", "all alerts resolved")
    assert "li" in text(world)


async def test_without_an_answer_people_are_reminded(world: World) -> None:
    assert await run(world, 2, 600) == [242, 482]


async def test_a_group_is_asleep_while_all_of_it_is_taken(world: World) -> None:
    await respond(world, 2, "ack")
    await run(world, 2, 10)
    assert await world.pool.fetchval("SELECT count(*) FROM alerts.groups WHERE due_at > now()") == 0
    assert await world.pool.fetchval("SELECT due_at FROM alerts.groups") is None


async def test_an_acknowledgement_taken_back_brings_the_reminders_back(world: World) -> None:
    await respond(world, 2, "ack")
    await run(world, 2, 10)
    await respond(world, 300, "unack")
    assert await run(world, 300, 320) == [301]
    assert (await states(world))[-1][2] == "repeat interval elapsed"


async def test_a_higher_level_is_told_and_reminded_of(world: World) -> None:
    await respond(world, 2, "ack")
    await run(world, 2, 10)
    await world.tell(*make_history(FIRING, WORSE)[1:])
    told = await run(world, 10, 300)
    assert told == [11, 252]
    assert [one[2] for one in await states(world)][-2:] == [
        "level changed",
        "repeat interval elapsed",
    ]


async def test_a_snooze_is_quiet_and_ends_with_a_reminder(world: World) -> None:
    await respond(world, 2, "snooze", duration=timedelta(hours=10))
    assert await run(world, 2, 602) == []
    # group_wait after it ended.
    assert await run(world, 602, 700) == [603]
    assert await states(world) == [TOLD, ("firing", "delivered", "snooze over")]


async def test_news_of_a_snooze_is_on_record_and_told_when_it_is_over(world: World) -> None:
    other = make_breach(
        breach="budget-used/line:L03/1",
        rule="budget-used",
        labels={"campaign": "double11-2025", "line": "L03", "rule": "budget-used"},
    )
    await world.tell(other)
    await respond(world, 2, "snooze", duration=timedelta(minutes=60))
    assert await run(world, 2, 62) == []
    assert await states(world) == [TOLD, ("firing", "muted", "snoozed")]
    assert (await world.rows())[-1]["muted_by"] == ["li.na"]
    assert await run(world, 62, 70) == [63]
    assert (await states(world))[-1] == ("firing", "delivered", "new alerts added")


async def test_what_ends_or_becomes_worse_passes_a_snooze(world: World) -> None:
    await respond(world, 2, "snooze", duration=timedelta(hours=10))
    await world.tell(*make_history(FIRING, WORSE)[1:])
    assert await run(world, 2, 20) == [6]
    await respond(world, 20, "snooze", duration=timedelta(hours=10))
    await world.tell(*make_history(FIRING, WORSE, RESOLVED)[2:])
    assert await run(world, 20, 30) == [21]
    assert [one[2] for one in await states(world)][1:] == ["level changed", "all alerts resolved"]


async def test_a_snooze_that_is_ended_is_over(world: World) -> None:
    await respond(world, 2, "snooze", duration=timedelta(hours=10))
    await run(world, 2, 10)
    await respond(world, 300, "unsnooze")
    assert await run(world, 300, 310) == [301]


async def test_what_a_snooze_kept_back_is_told_when_somebody_ends_it(world: World) -> None:
    other = make_breach(
        breach="budget-used/line:L03/1",
        rule="budget-used",
        labels={"campaign": "double11-2025", "line": "L03", "rule": "budget-used"},
    )
    await world.tell(other)
    await respond(world, 2, "snooze", duration=timedelta(hours=10))
    await run(world, 2, 8)
    assert (await states(world))[-1] == ("firing", "muted", "snoozed")
    await respond(world, 8, "unsnooze")
    # At once: its next tick is at 11.
    assert await run(world, 8, 12) == [8]
    assert (await states(world))[-1] == ("firing", "delivered", "new alerts added")


async def test_who_closes_it_by_hand_is_named_and_its_end_is_told_all_the_same(
    world: World,
) -> None:
    await respond(world, 2, "resolve", comment="paused the campaign")
    assert await run(world, 2, 600) == [6]
    assert "closed by li" in text(world)
    await world.tell(*resolved())
    assert len(await run(world, 600, 606)) == 1


async def test_who_answers_does_not_make_a_group_speak_before_its_time(world: World) -> None:
    await respond(world, 2, "ack")
    assert await world.pool.fetchval("SELECT due_at FROM alerts.groups") == at(6)


async def test_a_new_episode_is_nobodys(world: World) -> None:
    await respond(world, 2, "ack")
    await run(world, 2, 10)
    await world.tell(*resolved())
    await run(world, 10, 20)
    await world.tell(*make_history(FIRING, breach="pacing-high/line:L03/2"))
    told = await run(world, 20, 300)
    assert len(told) == 2
    assert "cknowledged" not in text(world)
