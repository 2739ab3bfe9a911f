"""People: the owner of a campaign or line gets what is theirs, outside their quiet hours (M4)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at, make_history

TEXT = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1s
  routes:
    - matchers: ['severity="critical"']
      to_owner: true
receivers:
  - {name: ops, locale: en, email_configs: [{to: [ops@example.com]}]}
people:
  - name: wang.lei
    locale: en
    email_configs: [{to: [wang.lei@example.com]}]
    mute_time_intervals: [night]
time_intervals:
  - {name: night, time_intervals: [{times: [{start_time: "13:00", end_time: "14:00"}],
     location: Asia/Shanghai}]}
"""


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        found.configure(TEXT)
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def told(world: World) -> list[tuple[str, str, str]]:
    return [(row["receiver"], row["state"], row["reason"]) for row in await world.rows()]


async def test_the_owner_gets_what_the_route_sends_to_owners(world: World) -> None:
    await world.tell(*make_history(("firing", "critical", "1.6"), owner="wang.lei"))
    await world.flush(at(0))
    assert await told(world) == [("wang.lei", "pending", "first notification")]


async def test_an_owner_whom_the_file_does_not_know_leaves_it_to_the_receiver(world: World) -> None:
    await world.tell(*make_history(("firing", "critical", "1.6"), owner="zhao.min"))
    await world.flush(at(0))
    assert await told(world) == [("ops", "pending", "first notification")]


async def test_what_is_not_for_owners_goes_where_the_route_says(world: World) -> None:
    await world.tell(*make_history(("firing", "warning", "1.3"), owner="wang.lei"))
    await world.flush(at(0))
    assert await told(world) == [("ops", "pending", "first notification")]


MENTIONED = """\
route: {receiver: ops, group_by: [campaign], group_wait: 0s, group_interval: 1s}
receivers:
  - name: ops
    locale: en
    mention_owners: true
    dingtalk_configs: [{url_env: OPS_DINGTALK_URL, secret_env: OPS_DINGTALK_SECRET,
      at_mobiles: ["13900000000"]}]
people:
  - {name: wang.lei, mentions: {dingtalk: "13800000000"}}
"""


async def test_the_owner_is_mentioned_while_it_is_open_and_left_alone_when_it_is_over(
    world: World,
) -> None:
    world.configure(MENTIONED)
    firing, resolved = make_history(
        ("firing", "critical", "1.6"), ("resolved", "critical", "1.0"), owner="wang.lei"
    )
    for minute, breach in enumerate((firing, resolved)):
        await world.tell(breach)
        await world.flush(at(minute))
        await world.deliver()
    mentioned = [message.at_mobiles for message in world.robot.messages]
    assert mentioned == [("13900000000", "13800000000"), ("13900000000",)]
    assert "@13800000000" in world.robot.messages[0].text


async def test_in_their_quiet_hours_it_waits_and_is_told_after_them(world: World) -> None:
    # `at(0)` is noon in Shanghai.
    async with transaction(world.pool) as conn:
        await set_manual(conn, at(60))
    critical = make_history(("firing", "critical", "1.6"), owner="wang.lei")
    await world.tell(*critical)
    await world.flush(at(61))
    assert await told(world) == [("wang.lei", "muted", "mute time")]
    assert await world.flush(at(120)) == 1
    assert (await told(world))[1:] == [("wang.lei", "pending", "first notification")]
