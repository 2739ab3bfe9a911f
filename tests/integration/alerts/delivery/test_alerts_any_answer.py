"""Whatever the provider answers, in whatever order things are corrected, reloaded or restarted:
in the end each transition was told exactly once, in order (design.md section 1.5)."""

import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alerts.configuration.configurations import Configurations
from alerts.delivery import store as store_deliveries
from alerts.delivery.courier import Courier
from alerts.telling.flush import Flusher
from cli.fakes.dingtalk import NO_TOKEN, SIGN_NOT_MATCH, TOO_FAST, TOO_LONG
from cli.fakes.mail import FakeMail
from cli.fakes.server import Fault
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import transaction
from shared.events import Breach
from tests.integration.alerts.alerts_world import SECRET, World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_history
from tests.unit.alerts.rendering.rendered import RENDERER

MAILBOXES = "".join(
    line
    for line in CONFIGURATION.splitlines(keepends=True)
    if "dingtalk" not in line and "url_env" not in line
).replace("[ops@example.com]", "[a@example.com, b@example.com]")
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
    """As if the pauses had passed; what is refused waits for a correction."""
    await world.due_again("pending", "parked")


@pytest.mark.parametrize("seed", range(6))
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
    world.environment["OPS_DINGTALK_SECRET"] = SECRET
    for _ in range(60):
        if {row["state"] for row in await world.rows()} == {"delivered"}:
            break
        await unblock(world)
        await world.adoption.adopt()
        await world.deliver()
    rows = await world.rows()
    told = [(row["explain"]["breach"], row["seq"], row["transition"]) for row in rows]
    assert told == expected
    assert {row["state"] for row in rows} == {"delivered"}
    titles = [row["body"]["title"] for row in rows]
    assert [message.title.removeprefix("(重发/resent) ") for message in world.robot.messages] == (
        titles
    )


@pytest.mark.parametrize("seed", range(5))
async def test_each_mailbox_hears_each_transition_once_and_in_order(
    world: World, seed: int
) -> None:
    dice = random.Random(seed)
    events = [one for episode in (1, 2) for one in life_of(dice, episode)]
    world.configure(MAILBOXES)
    refused: dict[str, str] = {}
    minute = 0
    with FakeMail(refuse=refused.get) as inbox:
        world.courier = world.courier_with(mail_port=inbox.port)
        while events:
            match dice.choice(("event", "event", "flap", "fault", "deliver", "reload")):
                case "event":
                    minute += 10
                    await world.tell(events.pop(0))
                    await world.flush(at(minute))
                case "flap":
                    refused.clear()
                    for name in dice.choice(("", "a", "b", "ab")):
                        refused[f"{name}@example.com"] = dice.choice(("452 full", "550 none"))
                case "fault":
                    inbox.fail_next(dice.choice(("451 later", "554 no", "552 too long")))
                case "deliver":
                    await send_due(world)
                case "reload":
                    await world.adoption.adopt()
        refused.clear()
        for _ in range(30):
            if {row["state"] for row in await world.rows()} == {"delivered"}:
                break
            await world.adoption.adopt()
            await send_due(world)
        # By name: one mailbox may have taken the whole text of what was too long for the other.
        carriers = await world.pool.fetch(
            "SELECT channel_id, delivery FROM alerts.deliveries ORDER BY position"
        )
        for name in ("a", "b"):
            mine = [mail for mail in inbox.mails if mail.to == (f"{name}@example.com",)]
            assert [mail.message["Message-ID"] for mail in mine] == [
                f"<{row['delivery']}@example.com>"
                for row in carriers
                if row["channel_id"] == f"email:{name}@example.com"
            ]
            assert len(mine) * 2 == len(carriers)


async def send_due(world: World) -> None:
    """A few attempts of what is due: a refused mail may be due again at once."""
    for _ in range(12):
        await unblock(world)
        if not await world.courier.send_one():
            return


@dataclass
class Replica:
    """A process with the configuration that it has read last."""

    world: World
    configurations: Configurations

    async def flush(self, minute: int) -> None:
        world = self.world
        flusher = Flusher(world.settings, world.pool, ManualClock(), self.configurations, RENDERER)
        async with transaction(world.pool) as conn:
            await set_manual(conn, at(minute))
            await flusher.flush(conn)

    async def send(self) -> None:
        world = self.world
        world.courier = Courier(world.settings, world.pool, self.configurations, world.tools)
        await send_due(world)

    async def reload(self) -> None:
        self.configurations.put_files(self.configurations.read())
        async with transaction(self.world.pool) as conn:
            await store_deliveries.put_due_again(conn)


@pytest.mark.parametrize("seed", range(6))
async def test_wherever_a_named_robot_is_moved_on_whichever_replica_it_hears_all_once(
    world: World, seed: int
) -> None:
    """A and B are wrong addresses, C is the right one; two replicas are reloaded one by one."""
    dice = random.Random(seed)
    events = [one for episode in (1, 2) for one in life_of(dice, episode)]
    expected = [(one.breach, one.seq) for one in events]
    world.environment |= {f"{name}_URL": f"{world.robot.url}-{name}" for name in "AB"}
    world.environment["C_URL"] = world.robot.url

    def move_to(name: str) -> None:
        named = f"{{name: room, url_env: {name}_URL"
        text = ROBOT_ONLY.replace("{url_env: OPS_DINGTALK_URL", named)
        (world.directory / "default.yml").write_text(text, encoding="utf-8")

    move_to("A")
    replicas = [
        Replica(world, Configurations(world.directory, world.environment)) for _ in range(2)
    ]
    minute = 0
    while events:
        match dice.choice(("event", "event", "edit", "reload", "deliver")):
            case "event":
                minute += 10
                await world.tell(events.pop(0))
                await dice.choice(replicas).flush(minute)
            case "edit":
                move_to(dice.choice("ABC"))
            case "reload":
                await dice.choice(replicas).reload()
            case "deliver":
                await dice.choice(replicas).send()
    move_to("C")
    for _ in range(30):
        for replica in replicas:
            await replica.reload()
            await replica.send()
        if {row["state"] for row in await world.rows()} <= {"delivered"}:
            break
    rows = sorted(await world.rows(state="delivered"), key=lambda row: row["delivered_at"])
    heard: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        heard[row["explain"]["breach"]].append(row["seq"])
    wanted: dict[str, list[int]] = defaultdict(list)
    for breach, seq in expected:
        wanted[breach].append(seq)
    assert heard == wanted
