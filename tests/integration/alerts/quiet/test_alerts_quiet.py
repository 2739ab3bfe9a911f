"""Silences, inhibition and mute times on a whole service (alerting.md 2.4; W14)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from alerts.configuration.matchers import parse_matchers
from alerts.quiet import store
from alerts.quiet.commands import Acting, SilenceTerms, add_silence, end_silence
from alerts.quiet.silences import Silence
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_history

WAIT = CONFIGURATION.replace("group_wait: 0s", "group_wait: 1m").replace("1s", "5m")
STANDS_FOR = """
inhibit_rules:
  - source_matchers: ['severity="critical"']
    target_matchers: ['severity="warning"']
    equal: [campaign]
"""
NIGHT = """
time_intervals:
  - {name: night, time_intervals: [{times: [{start_time: "12:00", end_time: "13:00"}],
     location: Asia/Shanghai}]}
"""
AT_NIGHT = CONFIGURATION.replace(
    "receivers:",
    """  routes:
    - {receiver: ops, matchers: ['campaign=~".+"'], mute_time_intervals: [night]}
receivers:""",
    1,
)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def silence(world: World, minutes: float, text: str = 'line="L03"') -> Silence:
    """From `at(0)` on."""
    async with transaction(world.pool) as conn:
        wanted = SilenceTerms(parse_matchers(text), at(0), at(minutes), "the shop is being moved")
        return await add_silence(Acting(conn, "default", "li.na", at(0)), wanted)


async def end(world: World, made: Silence, minute: float) -> None:
    async with transaction(world.pool) as conn:
        found = await store.lock_silence(conn, "default", made.silence)
        assert found is not None
        await end_silence(Acting(conn, "default", "li.na", at(minute)), found)


async def states(world: World) -> list[tuple[str, str, str]]:
    """(transition, state, reason) at the robot."""
    return [
        (row["transition"], row["state"], row["reason"])
        for row in await world.rows()
        if row["channel"] == "dingtalk"
    ]


def history(*steps: tuple[str, str, str]) -> list[Breach]:
    return make_history(*steps)


async def test_what_is_silenced_is_on_record_and_told_when_the_silence_ends(world: World) -> None:
    world.configure(WAIT)
    made = await silence(world, 30)
    await world.tell(*history(("firing", "warning", "1.3")))
    await world.flush(at(1))
    await world.deliver()
    assert await states(world) == [("firing", "muted", "silenced")]
    assert {tuple(row["muted_by"]) for row in await world.rows()} == {(made.silence,)}
    assert world.robot.messages == []
    # Nothing new is put on record by the ticks in between.
    assert await world.flush(at(29)) == 1
    # group_wait after its end, not an interval later.
    assert await world.flush(at(30.9)) == 0
    assert len(await states(world)) == 1
    assert await world.flush(at(31)) == 1
    await world.deliver()
    assert await states(world) == [
        ("firing", "muted", "silenced"),
        ("firing", "delivered", "first notification"),
    ]


async def test_the_end_of_what_was_told_passes_through_a_silence(world: World) -> None:
    firing, resolved = history(("firing", "warning", "1.3"), ("resolved", "warning", "1.0"))
    await world.tell(firing)
    await world.flush(at(0))
    await silence(world, 600)
    await world.tell(resolved)
    await world.flush(at(1))
    await world.deliver()
    assert await states(world) == [
        ("firing", "delivered", "first notification"),
        ("resolved", "delivered", "all alerts resolved"),
    ]


async def test_what_came_and_went_during_a_silence_disturbs_nobody(world: World) -> None:
    firing, resolved = history(("firing", "warning", "1.3"), ("resolved", "warning", "1.0"))
    await silence(world, 600)
    await world.tell(firing)
    await world.flush(at(0))
    await world.tell(resolved)
    await world.flush(at(1))
    assert await states(world) == [
        ("firing", "muted", "silenced"),
        ("resolved", "suppressed", "over before it was told"),
    ]
    assert await world.deliver() == 0
    assert await world.pool.fetchval("SELECT count(*) FROM alerts.muted") == 0


async def test_a_silence_that_is_ended_lets_its_groups_speak_again(world: World) -> None:
    firing, worse = history(("firing", "warning", "1.3"), ("level_changed", "critical", "1.6"))
    await world.tell(firing)
    await world.flush(at(0))
    made = await silence(world, 600)
    await world.tell(worse)
    await world.flush(at(1))
    assert (await states(world))[1:] == [("level_changed", "muted", "silenced")]
    await end(world, made, 1.001)
    assert await world.flush(at(1.001)) == 1
    assert (await states(world))[2:] == [("level_changed", "pending", "level changed")]


async def test_one_alert_stands_for_another_until_it_is_over(world: World) -> None:
    world.configure(CONFIGURATION + STANDS_FOR)
    big = make_history(
        ("firing", "critical", "1.6"),
        ("resolved", "critical", "1.0"),
        breach="used/line:L10/1",
        rule="used",
        group={"line": "L10"},
        labels={"campaign": "double11-2025", "line": "L10", "rule": "used"},
    )
    await world.tell(big[0], *history(("firing", "warning", "1.3")))
    await world.flush(at(0))
    rows = {row["labels"]["line"]: row for row in await world.rows()}
    assert (rows["L10"]["state"], rows["L03"]["state"]) == ("pending", "muted")
    assert rows["L03"]["reason"] == "inhibited"
    assert rows["L03"]["muted_by"] == [rows["L10"]["fingerprint"]]
    await world.tell(big[1])
    await world.flush(at(1))
    assert sorted(row for row in await states(world) if row[1] == "pending") == [
        ("firing", "pending", "first notification"),
        ("firing", "pending", "first notification"),
        ("resolved", "pending", "all alerts resolved"),
    ]


async def test_what_another_alert_stood_for_is_told_a_group_wait_after_that_is_over(
    world: World,
) -> None:
    """Not at the next of its ticks, and not before what ends with it has ended."""
    world.configure(WAIT + STANDS_FOR)
    big = make_history(
        ("firing", "critical", "1.6"),
        ("level_changed", "warning", "1.3"),
        breach="big/line:L10/1",
        group={"line": "L10"},
        labels={"campaign": "double11-2025"},
    )
    (small,) = history(("firing", "warning", "1.3"))
    await world.tell(big[0], small)
    await world.flush(at(1))
    assert await world.flush(at(6)) == 1
    await world.flush(at(7))
    await world.tell(replace(big[1], previous_severity="critical"))
    assert await world.flush(at(7.9)) == 0
    assert await world.flush(at(8)) == 1
    assert (await states(world))[-1] == ("firing", "pending", "first notification")


async def test_the_end_of_what_stands_for_nothing_wakes_nobody(world: World) -> None:
    world.configure(WAIT + STANDS_FOR)
    big = make_history(
        ("firing", "critical", "1.6"),
        ("resolved", "critical", "1.0"),
        breach="big/line:L10/1",
        group={"line": "L10"},
        labels={"campaign": "another"},
    )
    (small,) = history(("firing", "warning", "1.3"))
    await world.tell(big[0], small)
    made = await silence(world, 600)
    await world.flush(at(1))
    due = "SELECT due_at FROM alerts.groups WHERE labels->>'line' = 'L03'"
    before = await world.pool.fetchval(due)
    await world.tell(big[1])
    assert await world.pool.fetchval(due) == before
    await end(world, made, 3)
    # Whoever ends a silence hears at once what it kept back.
    assert await world.flush(at(3)) == 1
    assert ("firing", "pending", "first notification") in await states(world)


async def test_a_route_is_silent_in_its_mute_times_by_the_clock_of_their_zone(world: World) -> None:
    # `at(0)` is noon in Shanghai.
    world.configure(AT_NIGHT + NIGHT)
    await world.tell(*history(("firing", "warning", "1.3")))
    await world.flush(at(0))
    assert await states(world) == [("firing", "muted", "mute time")]
    assert {tuple(row["muted_by"]) for row in await world.rows()} == {("night",)}
    await world.flush(at(60))
    assert (await states(world))[1:] == [("firing", "pending", "first notification")]


async def test_silences_that_are_long_over_are_forgotten(world: World) -> None:
    await silence(world, 30)
    async with transaction(world.pool) as conn:
        assert await store.forget(conn, at(29), 10) == 0
        assert await store.forget(conn, at(31), 10) == 1


async def test_what_a_route_muted_that_is_gone_is_told(world: World) -> None:
    """Who is to hear of it is in a group of that route already, and in none of the new one."""
    world.configure(AT_NIGHT + NIGHT)
    await world.adoption.adopt()
    await world.tell(*make_history(("firing", "critical", "1.6")))
    await world.flush(at(1))
    assert await world.told() == [("firing", "critical", "muted")]
    world.configure(CONFIGURATION)
    await world.adoption.adopt()
    await world.flush(at(2))
    await world.deliver()
    assert await world.told() == [
        ("firing", "critical", "muted"),
        ("firing", "critical", "delivered"),
    ]
    assert len(world.robot.messages) == 1
