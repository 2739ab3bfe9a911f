"""One message that cannot be built, sent or understood stops nobody else (alerting.md A10)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alerts.channels.contract import Outgoing, Tools
from alerts.channels.dingtalk import DingTalk
from alerts.channels.message import Composed, Message
from alerts.channels.result import SendResult
from alerts.delivery.courier import Courier
from alerts.rendering.render import Rendered, Renderer
from alerts.telling.flush import Flusher
from cli.fakes.dingtalk import TOO_LONG
from cli.fakes.server import Fault
from shared import metrics
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history

ROBOT_ONLY = CONFIGURATION[: CONFIGURATION.index("    email_configs")]
MAIL_ONLY = "".join(
    line
    for line in CONFIGURATION.splitlines(keepends=True)
    if "dingtalk" not in line and "url_env" not in line
)
FIRING, RESOLVED = make_history(("firing", "critical", "1.6"), ("resolved", "critical", "1.1"))
STRANGE_REPLY = b"550 " + "用户不存在".encode("gbk") + b"\x00 no such user\r\n"
"""A mail server's words that are no UTF-8, and a character that no database stores."""


class LeakyError(Exception):
    """A fault nobody thought of, with an address in its text."""


class BrokenRobot(DingTalk):
    """Cannot speak to one robot, and says its address in the error."""

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        if outgoing.target["url_env"] != "OPS_DINGTALK_URL":
            return await super().send(outgoing, tools)
        error = LeakyError("https://robot.example.com/send?access_token=T0P")
        raise ExceptionGroup("unhandled errors in a TaskGroup", [error])


class UncutRobot(DingTalk):
    """Cannot make a text shorter."""

    def compose(self, message: Message, text_max: int) -> Composed:
        if text_max < self.limits.text_max:
            raise LeakyError("cannot be cut")
        return super().compose(message, text_max)


class BrokenRenderer(Renderer):
    """Cannot render one receiver's messages while `broken`."""

    broken = "ops"

    def render(self, views, heading, *rest) -> list[Rendered]:  # type: ignore[no-untyped-def]
        if heading.receiver == self.broken:
            raise LeakyError("no such word")
        return super().render(views, heading, *rest)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def announce(world: World, *workspaces: str) -> None:
    """The same breach in each workspace, decided."""
    for workspace in workspaces:
        await world.tell(FIRING, workspace=workspace)
    await world.flush(at(0))


async def run_until_sent(world: World, courier: Courier, states: dict[str, str]) -> None:
    """The whole loop, until each workspace's message is in its state."""

    async def found() -> dict[str, str]:
        return {name: (await world.rows(workspace=name))[0]["state"] for name in states}

    running = asyncio.create_task(courier.run())
    deadline = time.monotonic() + 30
    while await found() != states and not running.done():
        assert time.monotonic() < deadline, await found()
        await asyncio.sleep(0.02)
    await courier.stop()
    await running
    assert await found() == states


async def attempts(world: World, workspace: str = "default") -> list[tuple[str, str, str]]:
    [row] = await world.rows(workspace=workspace)
    return [
        (one["class"], one["provider_code"], one["provider_message"]) for one in row["attempts"]
    ]


def faults(step: str) -> float:
    return float(metrics.FAULTS.labels(step)._value.get())


BAD_MAILS = [
    ("a..b@example.com", "Paceline <a@b.c>", "ValueError"),
    ("müller@example.com", "Paceline <a@b.c>", "ValueError"),
    ("a@例子.公司", "Paceline <a@b.c>", "ValueError"),
    ("ops@example.com", "Pacing bot", "ValueError"),
]


@pytest.mark.parametrize(("to", "sender", "code"), BAD_MAILS)
async def test_a_mail_that_cannot_be_built_is_a_failed_attempt_and_the_next_one_goes(
    world: World, capsys: pytest.CaptureFixture[str], to: str, sender: str, code: str
) -> None:
    """As rows of an earlier version may be, whose addresses nobody had looked at."""
    world.configure(MAIL_ONLY)
    world.configure(MAIL_ONLY, workspace="second")
    await announce(world, "default", "second")
    await world.pool.execute(
        "UPDATE alerts.deliveries SET channel_id = 'gone', target = target || "
        "jsonb_build_object('to', $1::text, 'sender', $2::text) WHERE workspace = 'default'",
        to,
        sender,
    )
    before = faults("send")
    await run_until_sent(world, world.courier, {"default": "failed", "second": "delivered"})
    assert await attempts(world) == [("permanent_config", code, "the message cannot be built")]
    [row] = await world.rows()
    assert row["next_attempt_at"] is not None, "it waits for a correction"
    assert not row["possible_duplicate"], "nothing was sent"
    assert faults("send") == before + 1
    logged = "".join(capsys.readouterr())
    assert "message_fault" in logged
    assert "channels/email/" in logged, "the log says where"


async def test_a_fault_of_sending_is_on_record_without_its_words_and_stops_nobody(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.environment["OTHER_URL"] = world.robot.url
    world.configure(ROBOT_ONLY)
    world.configure(ROBOT_ONLY.replace("OPS_DINGTALK_URL", "OTHER_URL"), workspace="second")
    await announce(world, "default", "second")
    courier = world.courier_with({"dingtalk": BrokenRobot()})
    await run_until_sent(world, courier, {"default": "failed", "second": "delivered"})
    assert await attempts(world) == [
        ("permanent_config", "LeakyError", "a fault while the message was sent")
    ]
    [row] = await world.rows()
    assert row["possible_duplicate"], "nobody knows how far it got"
    logged = "".join(capsys.readouterr())
    assert "LeakyError" in logged
    assert "T0P" not in logged + str(row)


async def test_after_its_correction_what_could_not_be_built_is_told_in_order(
    world: World,
) -> None:
    world.configure(MAIL_ONLY)
    await announce(world, "default")
    await world.pool.execute(
        "UPDATE alerts.deliveries SET channel_id = 'boss', "
        "target = jsonb_set(target, '{to}', '\"a..b@x.com\"')"
    )
    await world.pool.execute("UPDATE alerts.notify_log SET channel_id = 'boss'")
    await world.pool.execute("UPDATE alerts.told SET channel_id = 'boss'")
    await world.deliver()
    assert await world.told("email") == [("firing", "critical", "failed")]
    world.configure(MAIL_ONLY.replace("{to:", "{name: boss, to:"))
    await world.adoption.adopt()
    await world.tell(RESOLVED)
    await world.flush(at(10))
    await world.deliver()
    assert [mail.to for mail in world.inbox.mails] == [("ops@example.com",)] * 2
    assert await world.told("email") == [
        ("firing", "critical", "delivered"),
        ("resolved", "critical", "delivered"),
    ]


async def refuse_strangely(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A mail server that takes no recipient and says so in its own encoding."""
    writer.write(b"220 here\r\n")
    while line := await reader.readline():
        writer.write(STRANGE_REPLY if line.upper().startswith(b"RCPT") else b"250 ok\r\n")
    writer.close()


async def test_a_mail_server_may_answer_in_any_letters(world: World) -> None:
    world.configure(MAIL_ONLY)
    await announce(world, "default")
    async with await asyncio.start_server(refuse_strangely, "127.0.0.1", 0) as server:
        courier = world.courier_with(mail_port=server.sockets[0].getsockname()[1])
        assert await world.deliver(courier) == 1
    [(kind, code, message)] = await attempts(world)
    assert (kind, code) == ("permanent_config", "550")
    assert message.endswith("no such user")


@pytest.mark.parametrize("errmsg", ["a\\u0000b", "\\ud800"])
@pytest.mark.parametrize(("code", "kind"), [("42", "permanent_config"), (None, "retryable")])
async def test_a_robot_may_answer_with_any_characters(
    world: World, errmsg: str, code: str | None, kind: str
) -> None:
    """What is no number is no code: the robot may have taken the message."""
    world.configure(ROBOT_ONLY)
    await announce(world, "default")
    body = f'{{"errcode": "{code or errmsg}", "errmsg": "{errmsg}"}}'.encode()
    world.robot.fail_next(Fault(body=body))
    assert await world.deliver() == 1
    [(said, _, _)] = await attempts(world)
    assert said == kind
    [row] = await world.rows()
    assert row["possible_duplicate"] is (code is None)


async def test_a_text_that_cannot_be_shortened_is_on_record_and_stops_nobody(
    world: World,
) -> None:
    world.configure(ROBOT_ONLY)
    await announce(world, "default")
    world.robot.fail_next(Fault(body=json.dumps(TOO_LONG).encode()))
    courier = world.courier_with({"dingtalk": UncutRobot()})
    assert await world.deliver(courier) == 2
    assert await world.told() == [("firing", "critical", "failed")]
    assert [one[:2] for one in await attempts(world)] == [
        ("permanent_content", "460101"),
        ("permanent_config", "LeakyError"),
    ]


async def test_a_group_that_cannot_be_rendered_waits_and_the_others_speak(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    other = MAIL_ONLY.replace("receiver: ops", "receiver: two").replace("name: ops", "name: two")
    world.configure(ROBOT_ONLY)
    world.configure(other, workspace="second")
    renderer = BrokenRenderer()
    world.flusher = Flusher(
        world.settings, world.pool, ManualClock(), world.configurations, renderer
    )
    before = faults("flush")
    await announce(world, "default", "second")
    assert await world.rows() == []
    [row] = await world.rows(workspace="second")
    assert row["transition"] == "firing"
    assert faults("flush") == before + 1
    logged = "".join(capsys.readouterr())
    assert "group_fault" in logged
    assert await world.flush(at(1)) == 0, "it is not tried again at once"
    renderer.broken = ""
    assert await world.flush(at(10)) == 1
    await world.deliver()
    assert await world.told() == [("firing", "critical", "delivered")]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE alerts.groups SET snapshot = '{}' WHERE workspace = 'default'",
        "UPDATE alerts.transitions SET signal = '{}' WHERE alert IN "
        "(SELECT alert FROM alerts.alerts WHERE workspace = 'default')",
    ],
)
async def test_a_group_that_cannot_be_read_waits_and_the_others_speak(
    world: World, damage: str
) -> None:
    world.configure(MAIL_ONLY)
    world.configure(MAIL_ONLY, workspace="second")
    await world.tell(FIRING)
    await world.tell(FIRING, make_breach(breach="x/1", rule="x"), workspace="second")
    await world.pool.execute(damage)
    await world.flush(at(0))
    assert await world.rows() == []
    assert len(await world.rows(workspace="second")) == 2
