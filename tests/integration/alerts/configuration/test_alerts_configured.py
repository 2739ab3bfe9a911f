"""What a change of configuration or a restart may not do: lose the end of what was announced."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import structs

from alerts.configuration.yaml_reader import ConfigError
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history

FIRING, LOWER, RESOLVED = make_history(
    ("firing", "critical", "1.6"),
    ("level_changed", "warning", "1.3"),
    ("resolved", "warning", "1.1"),
)
ELSEWHERE = """\
route: {receiver: boss, group_by: [campaign], group_wait: 0s, group_interval: 1s}
receivers:
  - {name: boss, locale: en, email_configs: [{to: [boss@example.com]}]}
"""


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def announce(world: World) -> None:
    await world.tell(FIRING)
    await world.flush(at(0))
    await world.deliver()


async def heard(world: World) -> set[tuple[str, str, str]]:
    return {(row["receiver"], row["channel"], row["transition"]) for row in await world.rows()}


async def test_the_resolve_reaches_who_was_told_although_the_route_is_gone(world: World) -> None:
    await announce(world)
    world.configure(ELSEWHERE)
    await world.tell(structs.replace(RESOLVED, seq=2))
    await world.flush(at(10))
    await world.deliver()
    assert await heard(world) == {
        ("ops", "dingtalk", "firing"),
        ("ops", "email", "firing"),
        ("ops", "dingtalk", "resolved"),
        ("ops", "email", "resolved"),
    }
    assert {row["state"] for row in await world.rows()} == {"delivered"}


async def test_a_new_route_hears_of_an_open_alert_and_so_does_the_old_one(world: World) -> None:
    await announce(world)
    world.configure(ELSEWHERE)
    await world.tell(LOWER)
    await world.flush(at(10))
    await world.tell(RESOLVED)
    await world.flush(at(20))
    await world.deliver()
    found = await heard(world)
    assert ("ops", "dingtalk", "level_changed") in found
    assert ("ops", "dingtalk", "resolved") in found
    assert ("boss", "email", "firing") in found
    assert ("boss", "email", "resolved") in found
    assert world.inbox.mails[-1].to in {("boss@example.com",), ("ops@example.com",)}


async def test_what_ends_during_a_reload_goes_to_nobody_new(world: World) -> None:
    await announce(world)
    world.configure(ELSEWHERE)
    async with transaction(world.pool) as conn:
        await world.handlers.on_breaches(conn, world.poll(structs.replace(RESOLVED, seq=2)))
        adopting = asyncio.create_task(world.adoption.adopt())
        for _ in range(1000):
            if await world.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                break
            await asyncio.sleep(0.02)
    assert (await adopting)[0] == 0
    receivers = await world.pool.fetch("SELECT receiver FROM alerts.groups")
    assert [row["receiver"] for row in receivers] == ["ops"]


async def test_another_grouping_tells_a_change_and_the_end_once(world: World) -> None:
    await announce(world)
    world.configure(CONFIGURATION.replace("[campaign, line]", "[campaign]"))
    await world.adoption.adopt()
    await world.flush(at(5))
    await world.tell(LOWER)
    await world.flush(at(10))
    await world.tell(RESOLVED)
    await world.flush(at(20))
    await world.deliver()
    assert [row[0] for row in await world.told()] == ["firing", "level_changed", "resolved"]


async def test_a_route_that_a_rise_leads_to_is_joined_by_who_has_it_already(world: World) -> None:
    routes = "  routes: [{matchers: ['severity=\"critical\"'], receiver: ops}]\nreceivers:\n"
    world.configure(CONFIGURATION.replace("receivers:\n", routes))
    rising = make_history(("firing", "warning", "1.3"), ("level_changed", "critical", "1.6"))
    for minutes, breach in enumerate(rising):
        await world.tell(breach)
        await world.flush(at(minutes))
    assert await world.pool.fetchval("SELECT count(*) FROM alerts.groups") == 2


ROUTE = "  routes: [{receiver: ops, matchers: ['rule=~\".+\"']MUTE}]\nreceivers:\n"
ALWAYS = """\
time_intervals: [{name: always, time_intervals: [{weekdays: ['sunday:saturday']}]}]
"""


async def test_what_is_open_takes_the_new_times_of_its_route(world: World) -> None:
    text = CONFIGURATION.replace("receivers:\n", ROUTE)
    world.configure(text.replace("MUTE", ", mute_time_intervals: [always]") + ALWAYS)
    await announce(world)
    assert world.robot.messages == []
    world.configure(text.replace("MUTE", ""))
    await world.adoption.adopt()
    await world.flush(at(5))
    await world.deliver()
    assert len(world.robot.messages) == 1


async def test_what_is_open_takes_new_intervals_whatever_its_grouping(world: World) -> None:
    await announce(world)
    shorter = CONFIGURATION.replace("repeat_interval: 30d", "repeat_interval: 2h")
    world.configure(shorter.replace("[campaign, line]", "[campaign]"))
    await world.adoption.adopt()
    assert await world.flush(at(1)) == 1
    assert await world.flush(at(121)) == 1
    assert [row["reason"] for row in await world.rows()][2:] == ["repeat interval elapsed"] * 2


async def test_a_channel_that_was_removed_still_hears_the_end(world: World) -> None:
    await announce(world)
    world.configure(CONFIGURATION[: CONFIGURATION.index("    email_configs")])
    second = make_breach(
        breach="budget-used/line:L03/1",
        rule="budget-used",
        labels={"campaign": "double11-2025", "line": "L03", "rule": "budget-used"},
    )
    await world.tell(second)
    await world.flush(at(5))
    await world.tell(LOWER, RESOLVED)
    await world.flush(at(10))
    await world.deliver()
    by_mail = [
        (row["explain"]["rule"], row["transition"])
        for row in await world.rows()
        if row["channel"] == "email"
    ]
    assert by_mail == [
        ("pacing-high", "firing"),
        ("pacing-high", "level_changed"),
        ("pacing-high", "resolved"),
    ]


async def test_a_corrected_address_applies_at_once(world: World) -> None:
    world.environment["NEW_URL"] = world.robot.url
    await world.tell(FIRING)
    world.configure(CONFIGURATION.replace("OPS_DINGTALK_URL", "NEW_URL"))
    await world.flush(at(0))
    async with world.pool.acquire() as conn:
        channels = await conn.fetch("SELECT channel_id FROM alerts.deliveries ORDER BY channel_id")
    assert [row["channel_id"] for row in channels] == ["dingtalk:NEW_URL", "email:ops@example.com"]


async def test_reordering_the_file_repeats_and_swallows_nothing(world: World) -> None:
    await announce(world)
    start = CONFIGURATION.index("    dingtalk_configs")
    robot, mail = CONFIGURATION[start:].split("    email_configs")
    world.configure(CONFIGURATION[:start] + "    email_configs" + mail + robot)
    assert await world.flush(at(5)) == 0
    await world.tell(LOWER)
    await world.flush(at(10))
    assert [row["transition"] for row in await world.rows()].count("level_changed") == 2
    assert len(await world.rows()) == 4


async def test_a_restart_forgets_and_repeats_nothing(world: World) -> None:
    await announce(world)
    world.restart()
    await world.tell(FIRING)
    await world.flush(at(5))
    await world.tell(LOWER, RESOLVED)
    world.restart()
    await world.flush(at(10))
    await world.deliver()
    assert await world.told() == [
        ("firing", "critical", "delivered"),
        ("level_changed", "warning", "delivered"),
        ("resolved", "warning", "delivered"),
    ]


async def test_what_was_enqueued_before_a_crash_is_sent_after_it(world: World) -> None:
    await world.tell(FIRING)
    await world.flush(at(0))
    world.restart()
    await world.deliver()
    assert len(world.robot.messages) == 1


async def test_a_bad_file_changes_nothing(world: World) -> None:
    with pytest.raises(ConfigError) as caught:
        world.configure(CONFIGURATION.replace("group_wait: 0s", "group_wait: soon"))
    assert (caught.value.file, caught.value.line) == ("default.yml", 4)
    await announce(world)
    assert len(world.robot.messages) == 1


async def test_group_wait_gathers_and_group_interval_holds_back(world: World) -> None:
    slow = CONFIGURATION.replace("group_wait: 0s", "group_wait: 2m")
    world.configure(slow.replace("group_interval: 1s", "group_interval: 15m"))
    await world.tell(FIRING)
    assert await world.flush(at(1)) == 0
    assert await world.flush(at(2)) == 1
    await world.tell(LOWER)
    assert await world.flush(at(12)) == 0
    assert await world.flush(at(17)) == 1
    assert await world.flush(at(60)) == 0


async def test_a_reminder_comes_after_the_repeat_interval_and_not_before(world: World) -> None:
    world.configure(CONFIGURATION.replace("repeat_interval: 30d", "repeat_interval: 2h"))
    await announce(world)
    assert await world.flush(at(120)) == 0
    assert await world.flush(at(121)) == 1
    assert [row["reason"] for row in await world.rows()][2:] == ["repeat interval elapsed"] * 2


async def test_a_route_for_critical_hears_the_rise_and_the_end(world: World) -> None:
    routes = (
        "  routes:\n    - {matchers: ['severity=\"critical\"'], receiver: boss, continue: true}"
    )
    routes += "\n    - {receiver: ops}\nreceivers:\n"
    boss = "  - {name: boss, locale: en, email_configs: [{to: [boss@example.com]}]}\n"
    world.configure(CONFIGURATION.replace("receivers:\n", routes + boss))
    history = make_history(
        ("firing", "warning", "1.3"),
        ("level_changed", "critical", "1.6"),
        ("level_changed", "warning", "1.3"),
        ("resolved", "warning", "1.1"),
    )
    for step, breach in enumerate(history):
        await world.tell(breach)
        await world.flush(at(10 * step))
    rows = [row for row in await world.rows() if row["receiver"] == "boss"]
    assert [(row["transition"], row["severity"]) for row in rows] == [
        ("firing", "warning"),
        ("level_changed", "critical"),
        ("level_changed", "warning"),
        ("resolved", "warning"),
    ]
    assert len({row["delivery"] for row in rows}) == 3


async def test_what_a_receiver_without_a_channel_was_not_told_is_on_record(world: World) -> None:
    world.configure(
        "route: {receiver: ops, group_wait: 0s, group_interval: 1s}\nreceivers: [{name: ops}]\n"
    )
    await world.tell(FIRING)
    await world.flush(at(0))
    [row] = await world.rows()
    assert (row["receiver"], row["channel"], row["state"]) == ("ops", "none", "suppressed")
    assert (row["reason"], row["transition"]) == ("no channel", "firing")
    assert (row["delivery"], row["body"], row["attempts"]) == (None, None, [])
    assert await world.flush(at(60 * 24)) == 0, "nobody is reminded, so nothing is due"

    world.configure(CONFIGURATION)
    await world.tell(LOWER)
    await world.flush(at(60 * 24 + 1))
    assert await heard(world) == {
        ("ops", "none", "firing"),
        ("ops", "dingtalk", "firing"),
        ("ops", "dingtalk", "level_changed"),
        ("ops", "email", "firing"),
        ("ops", "email", "level_changed"),
    }
    await world.tell(RESOLVED)
    await world.flush(at(60 * 24 + 10))
    await world.deliver()
    assert [row["transition"] for row in await world.rows() if row["channel"] == "none"] == [
        "firing"
    ]
