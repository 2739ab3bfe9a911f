"""What is on its way while its channel is corrected moves when it is refused (design.md 1.5)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from alerts.channels.dingtalk import DingTalkSender
from alerts.channels.email import EmailSender
from alerts.channels.result import SendResult
from alerts.channels.targets import DingTalkTarget
from alerts.delivery.courier import Courier
from alerts.rendering.render import Renderer
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, mail_server_at, make_world
from tests.integration.alerts.configuration.test_alerts_moved import (
    OTHER_LINE,
    begin,
    robots,
    tell_the_rest,
)
from tests.integration.alerts.delivery.test_alerts_refused import (
    FIRING,
    LOWER,
    reload,
    states,
    waiting,
)
from tests.unit.alerts.builders import at


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.environment |= {
            "A_URL": f"{found.robot.url}-gone",
            "B_URL": f"{found.robot.url}-gone-too",
            "C_URL": found.robot.url,
        }
        found.configure(robots("A_URL"))
        yield found


class SlowRobot:
    """Answers when it is let go; `spoken_to` is set once it was asked."""

    def __init__(self, sender: DingTalkSender) -> None:
        self._sender = sender
        self.spoken_to = asyncio.Event()
        self.let_go = asyncio.Event()

    async def send(self, target: DingTalkTarget, title: str, text: str) -> SendResult:
        self.spoken_to.set()
        await self.let_go.wait()
        return await self._sender.send(target, title, text)


@contextlib.asynccontextmanager
async def adopting(world: World) -> AsyncIterator[None]:
    """The adoption in the background, after its first round."""
    running = asyncio.create_task(world.adoption.run())
    await world.until(lambda: world.adoption.adopted)
    yield
    await world.adoption.stop()
    await running


async def refuse_after_a_reload(world: World, text: str) -> None:
    """The first attempt of the first message is on its way while `text` is loaded."""
    await world.tell(FIRING)
    await world.flush(at(0))
    async with httpx.AsyncClient(trust_env=False) as client:
        robot = SlowRobot(DingTalkSender(world.environment, client, 60.0))
        sender = EmailSender(mail_server_at(world.inbox.port))
        refused = world.adoption.refused
        courier = Courier(world.settings, world.pool, Renderer(), robot, sender, on_refused=refused)
        attempt = asyncio.create_task(courier.send_one())
        await robot.spoken_to.wait()
        await reload(world, text)
        robot.let_go.set()
        assert await attempt


async def channels(world: World) -> list[str]:
    rows = await world.pool.fetch("SELECT channel_id FROM alerts.deliveries ORDER BY position")
    return [row["channel_id"] for row in rows]


async def test_a_first_attempt_that_is_refused_after_the_reload_moves_as_well(
    world: World,
) -> None:
    await world.tell(OTHER_LINE)
    await world.flush(at(-1))
    async with adopting(world):
        await refuse_after_a_reload(world, robots("C_URL"))
        deadline = time.monotonic() + 30
        while await channels(world) != ["dingtalk:C_URL"] * 2:
            assert time.monotonic() < deadline, await channels(world)
            await asyncio.sleep(0.02)
    await world.deliver()
    assert len(world.robot.messages) == 2
    await tell_the_rest(world)
    assert set(await states(world)) == {"delivered"}
    assert await waiting(world) == {}


@pytest.mark.parametrize("names", [["A_URL", "C_URL"], ["B_URL", "C_URL"]])
async def test_what_cannot_move_is_tried_again_for_the_reload_and_then_rests(
    world: World, names: list[str]
) -> None:
    """The channel is still there, or nobody can say which of two stands for it."""
    async with adopting(world):
        await refuse_after_a_reload(world, robots(*names))
    assert await world.deliver() == 1
    assert await world.deliver() == 0
    assert await channels(world) == ["dingtalk:A_URL"]
    assert await states(world) == ["failed"]


async def test_a_reload_writes_only_what_it_changes(world: World) -> None:
    written = "SELECT state, xmin::text FROM alerts.deliveries ORDER BY position"
    await begin(world)
    await world.tell(LOWER)
    await world.flush(at(10))
    before = await world.pool.fetch(written)
    assert await reload(world) == 1
    after = await world.pool.fetch(written)
    assert [row["state"] for row in after] == ["failed", "pending"]
    assert after[0] != before[0], "it is due again"
    assert after[1] == before[1]
