"""More than a robot takes in a minute goes as one message, and nothing of it is lost (M4, W14)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.fakes.server import Fault
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at, make_breach

TOO_LONG = Fault(body=json.dumps({"errcode": 460101, "errmsg": "message too long"}).encode())


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


def breaches(count: int) -> list[Breach]:
    """Each in a group of its own."""
    return [
        make_breach(
            breach=f"pacing-high/line:L{number:02}/1",
            group={"line": f"L{number:02}"},
            labels={"campaign": "double11-2025", "line": f"L{number:02}", "rule": "pacing-high"},
            names={"campaign": "双十一", "line": f"预算项{number:02}"},
        )
        for number in range(count)
    ]


async def send(world: World, count: int) -> None:
    await world.tell(*breaches(count))
    while await world.flush(at(0)):
        pass
    await world.deliver()


async def test_what_a_robot_takes_in_a_minute_goes_one_by_one(world: World) -> None:
    await send(world, 10)
    assert len(world.robot.messages) == 10
    assert len(world.inbox.mails) == 10


async def test_what_it_would_not_take_goes_as_one_message_that_says_all(world: World) -> None:
    await send(world, 30)
    (message,) = world.robot.messages
    assert message.title.endswith("(+29)")
    said = [f"预算项{number:02}" for number in range(30)]
    assert [name for name in said if name not in message.text] == []
    # A mail server takes what comes.
    assert len(world.inbox.mails) == 30
    rows = [row for row in await world.rows() if row["channel"] == "dingtalk"]
    assert [row["state"] for row in rows] == ["delivered"] * 30
    # Each is on record in its own words.
    shown = [[name for name in said if name in row["body"]["text"]] for row in rows]
    assert sorted(shown) == [[name] for name in said]


async def test_a_robot_that_refuses_all_of_it_at_once_gets_each_alone(world: World) -> None:
    world.robot.fail_next(TOO_LONG)
    await world.tell(*breaches(20))
    while await world.flush(at(0)):
        pass
    await world.deliver()
    await world.due_again()
    await world.deliver()
    titles = [message.title for message in world.robot.messages]
    assert len(titles) == 20
    assert not [title for title in titles if "(+" in title]


async def test_a_robot_that_says_wait_gets_all_of_it_later(world: World) -> None:
    too_fast = Fault(body=json.dumps({"errcode": 130101, "errmsg": "send too fast"}).encode())
    world.robot.fail_next(too_fast)
    await send(world, 30)
    states = {row["state"] for row in await world.rows() if row["channel"] == "dingtalk"}
    assert states == {"parked"}
    await world.due_again()
    await world.deliver()
    (message,) = world.robot.messages
    assert message.title.endswith("(+29)")


async def test_one_that_cannot_be_read_leaves_the_others_told(world: World) -> None:
    await world.tell(*breaches(25))
    while await world.flush(at(0)):
        pass
    await world.pool.execute(
        "UPDATE alerts.deliveries SET message = message || '{\"blocks\": 1}' WHERE position = ("
        "SELECT max(position) FROM alerts.deliveries WHERE target->>'kind' = 'dingtalk')"
    )
    await world.deliver()
    await world.due_again("pending", "parked")
    await world.deliver()
    rows = [row for row in await world.rows() if row["channel"] == "dingtalk"]
    assert sorted(row["state"] for row in rows) == ["delivered"] * 24 + ["failed"]


async def test_what_was_refused_or_shortened_goes_alone(world: World) -> None:
    await world.tell(*breaches(25))
    while await world.flush(at(0)):
        pass
    await world.pool.execute(
        "UPDATE alerts.deliveries SET shrunk = 1, next_attempt_at = next_attempt_at - interval "
        "'1 h' WHERE position = (SELECT min(position) FROM alerts.deliveries "
        "WHERE target->>'kind' = 'dingtalk')"
    )
    await world.deliver()
    alone, together = world.robot.messages
    assert "(+" not in alone.title
    assert together.title.endswith("(+23)")
