"""A ladder of limits, 80, 95 and 100 % of a budget: a rung replaces the one before (W14)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach

HOURLY = CONFIGURATION.replace("repeat_interval: 30d", "repeat_interval: 1h")
RUNGS = (("info", "0.80"), ("warning", "0.95"), ("critical", "1.00"))


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        found.configure(HOURLY)
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


def ladder() -> list[Breach]:
    """One breach that rises a rung every ten minutes."""
    return [
        make_breach(
            seq=seq,
            transition="firing" if seq == 1 else "level_changed",
            severity=severity,
            value=value,
            threshold=value,
            event_time=at(10 * (seq - 1)),
        )
        for seq, (severity, value) in enumerate(RUNGS, start=1)
    ]


async def sent(world: World) -> list[tuple[str, str]]:
    """(transition, severity) of what the robot was told, in order."""
    await world.deliver()
    rows = [row for row in await world.rows() if row["channel"] == "dingtalk"]
    return [(row["transition"], row["severity"]) for row in rows if row["state"] == "delivered"]


async def test_each_rung_is_told_once_and_only_the_newest_is_reminded_of(world: World) -> None:
    for number, rung in enumerate(ladder()):
        await world.tell(rung)
        await world.flush(at(10 * number + 1))
    rungs = [("firing", "info"), ("level_changed", "warning"), ("level_changed", "critical")]
    assert await sent(world) == rungs
    assert await world.flush(at(79)) == 0
    await world.flush(at(82))
    assert await sent(world) == [*rungs, ("firing", "critical")]
    assert len(world.robot.messages) == 4


async def test_rungs_that_were_climbed_between_two_messages_are_one(world: World) -> None:
    await world.tell(*ladder())
    await world.flush(at(30))
    await sent(world)
    (message,) = world.robot.messages
    assert message.title.startswith("【严重】")
    assert all(share in message.text for share in ("80%", "95%", "100%"))
