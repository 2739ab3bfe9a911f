"""Whatever the provider answers, in whatever order things are corrected, reloaded or restarted:
in the end each transition was told exactly once, in order (design.md section 1.5)."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.fake_dingtalk import NO_TOKEN, SIGN_NOT_MATCH, TOO_FAST, TOO_LONG, Fault
from shared.clock import set_manual
from shared.database import transaction
from shared.events import Breach
from tests.integration.alerts_world import SECRET, World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_history

ROBOT_ONLY = CONFIGURATION[: CONFIGURATION.index("    email_configs")]
FAULTS = [
    *(Fault(body=json.dumps(one).encode()) for one in (NO_TOKEN, SIGN_NOT_MATCH, TOO_LONG)),
    Fault(body=json.dumps(TOO_FAST).encode()),
    Fault(status=502),
    Fault(status=403),
    Fault(body=b"<html>"),
]
STEPS = ("event", "event", "fault", "deliver", "deliver", "secret", "reload", "restart", "pause")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.configure(ROBOT_ONLY)
        yield found


def life_of(dice: random.Random, episode: int) -> list[Breach]:
    """Firing, some changes of level, and the end."""
    levels = ["warning", "critical"] * dice.randint(1, 3)
    changes = [("level_changed", level, "1.6") for level in levels[1 : dice.randint(1, 4)]]
    steps = [("firing", "warning", "1.3"), *changes, ("resolved", "warning", "1.1")]
    return make_history(*steps, breach=f"pacing-high/line:L03/{episode}")


async def unblock(world: World) -> None:
    """As if the robot's minute had passed."""
    world.robot.forget_rate()
    await world.pool.execute("UPDATE alerts.destinations SET blocked_until = NULL, sent_at = '{}'")
    await world.pool.execute(
        "UPDATE alerts.deliveries SET next_attempt_at = now() WHERE state = 'parked'"
    )


@pytest.mark.parametrize("seed", range(10))
async def test_each_transition_is_told_once_and_in_order(world: World, seed: int) -> None:
    dice = random.Random(seed)
    events = [one for episode in (1, 2) for one in life_of(dice, episode)]
    expected = [(one.breach, one.seq, one.transition) for one in events]
    minute = 0
    while events:
        match dice.choice(STEPS):
            case "event":
                minute += 10
                await world.tell(events.pop(0))
                await world.flush(at(minute))
            case "fault":
                world.robot.fail_next(*dice.choices(FAULTS, k=dice.randint(1, 4)))
            case "deliver":
                await world.deliver()
            case "secret":
                world.environment["OPS_DINGTALK_SECRET"] = dice.choice([SECRET, "SEC-wrong"])
            case "reload":
                await world.adoption.adopt()
            case "restart":
                world.restart()
            case "pause":
                await unblock(world)
                await asyncio.sleep(0.02)
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    for _ in range(60):
        if {row["state"] for row in await world.rows()} == {"delivered"}:
            break
        await unblock(world)
        await world.adoption.adopt()
        await world.deliver()
        await asyncio.sleep(0.02)
    rows = await world.rows()
    told = [(row["explain"]["breach"], row["seq"], row["transition"]) for row in rows]
    assert told == expected
    assert {row["state"] for row in rows} == {"delivered"}
    titles = [row["body"]["title"] for row in rows]
    assert [message.title.removeprefix("(重发/resent) ") for message in world.robot.messages] == (
        titles
    )
