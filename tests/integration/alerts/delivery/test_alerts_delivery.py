"""Faults of providers and of ourselves: nothing is lost, nothing is called delivered too soon."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from alerts.channels.contract import Outgoing, Tools
from alerts.channels.dingtalk import DingTalk
from alerts.channels.result import SendResult
from cli.fakes.dingtalk import TOO_FAST, TOO_LONG
from cli.fakes.mail import FakeMail
from cli.fakes.server import Fault
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Envelope
from shared.events.notifications import Notification
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history

ROBOT_ONLY = CONFIGURATION[: CONFIGURATION.index("    email_configs")]
MAIL_ONLY = "".join(
    line
    for line in CONFIGURATION.splitlines(keepends=True)
    if "dingtalk" not in line and "url_env" not in line
)
FIRING, RESOLVED = make_history(("firing", "critical", "1.6"), ("resolved", "critical", "1.1"))


class KilledError(BaseException):
    """The process died here."""


class DyingRobot(DingTalk):
    """Sends, and dies before the answer is recorded."""

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        await super().send(outgoing, tools)
        raise KilledError


class MuteRobot(DingTalk):
    """Sends, and keeps the answer to itself."""

    def __init__(self) -> None:
        self.sent: list[asyncio.Task[SendResult]] = []

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        self.sent.append(asyncio.create_task(super().send(outgoing, tools)))
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.configure(ROBOT_ONLY)
        yield found


async def attempts(world: World, number: int = 0) -> list[tuple[str, str]]:
    row = (await world.rows())[number]
    return [(one["class"], one["provider_code"]) for one in row["attempts"]]


async def test_a_wrong_signature_is_not_tried_again_at_once_and_says_so(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.environment["OPS_DINGTALK_SECRET"] = "SEC-wrong"
    await world.tell(FIRING)
    await world.flush(at(0))
    assert await world.deliver() == 1
    assert await world.told() == [("firing", "critical", "failed")]
    assert await attempts(world) == [("permanent_config", "310000")]
    assert world.robot.messages == []
    logged = "".join(capsys.readouterr())
    assert "310000" in logged
    assert "access_token" not in logged
    assert "SEC-wrong" not in logged


async def test_too_fast_parks_the_destination_and_nothing_is_lost(world: World) -> None:
    world.robot.fail_next(Fault(body=json.dumps(TOO_FAST).encode()))
    await world.tell(FIRING)
    await world.flush(at(0))
    assert await world.deliver() == 1
    assert await world.told() == [("firing", "critical", "parked")]
    assert await world.deliver() == 0
    await world.due_again()
    assert await world.deliver() == 1
    assert await world.told() == [("firing", "critical", "delivered")]
    assert await attempts(world) == [("rate_limited", "130101"), ("delivered", "0")]


@pytest.mark.parametrize("places", [["OPS_DINGTALK_URL"], ["OPS_DINGTALK_URL", "AGAIN"]])
async def test_a_robot_gets_at_most_eighteen_messages_a_minute(
    world: World, places: list[str]
) -> None:
    """By whatever names and variables receivers know it."""
    world.environment["AGAIN"] = world.environment["OPS_DINGTALK_URL"]
    head, receiver = ROBOT_ONLY.split("receivers:\n")
    names = {f"room-{number}": places[number % len(places)] for number in range(20)}
    route = "".join(f"    - {{receiver: {name}, continue: true}}\n" for name in names)
    receivers = [
        receiver.replace("name: ops", f"name: {name}").replace(
            "{url_env: OPS_DINGTALK_URL", f"{{name: {name}, url_env: {place}"
        )
        for name, place in {"ops": "OPS_DINGTALK_URL", **names}.items()
    ]
    world.configure(f"{head}  routes:\n{route}receivers:\n{''.join(receivers)}")
    await world.tell(FIRING)
    await world.flush(at(0))
    await world.deliver()
    assert len(world.robot.messages) == 18
    assert {answer["errcode"] for answer in world.robot.answers} == {0}
    await world.due_again()
    await world.deliver()
    assert [state for _, _, state in await world.told()] == ["delivered"] * 20


async def test_a_crash_after_sending_leads_to_a_labelled_second_copy(world: World) -> None:
    await world.tell(FIRING)
    await world.flush(at(0))
    with pytest.raises(KilledError):
        await world.courier_with({"dingtalk": DyingRobot()}).send_one()
    assert await world.deliver() == 0
    assert await world.told() == [("firing", "critical", "sending")]
    await world.pool.execute("UPDATE alerts.deliveries SET claimed_until = now()")
    assert await world.deliver() == 1
    first, second = world.robot.messages
    assert second.title == f"(重发/resent) {first.title}"
    row = (await world.rows())[0]
    assert (row["state"], row["possible_duplicate"]) == ("delivered", True)


async def test_no_answer_is_tried_again_with_a_label(world: World) -> None:
    await world.tell(FIRING)
    await world.flush(at(0))
    mute = MuteRobot()
    hurried = world.courier_with({"dingtalk": mute}, send_timeout_s=0.05)
    assert await world.deliver(hurried) == 1
    await asyncio.gather(*mute.sent)
    await world.due_again()
    assert await world.deliver() == 1
    first, second = world.robot.messages
    assert second.title == f"(重发/resent) {first.title}"
    assert await attempts(world) == [("retryable", "timeout"), ("delivered", "0")]


async def test_a_resolve_never_overtakes_its_firing(world: World) -> None:
    world.robot.fail_next(Fault(status=502), Fault(status=502))
    await world.tell(FIRING)
    await world.flush(at(0))
    await world.deliver()
    await world.tell(RESOLVED)
    await world.flush(at(10))
    for _ in range(3):
        await world.due_again()
        await world.deliver()
    first, second = (message.title for message in world.robot.messages)
    assert first.startswith("(重发/resent) 【严重】"), "a gateway may have passed it on"
    assert second.startswith("【已恢复")
    assert await attempts(world) == [
        ("retryable", "http_502"),
        ("retryable", "http_502"),
        ("delivered", "0"),
    ]


async def test_a_message_the_robot_finds_too_long_is_told_in_parts(world: World) -> None:
    too_long = Fault(body=json.dumps(TOO_LONG).encode())
    world.configure(ROBOT_ONLY.replace("[campaign, line]", "[campaign]"))
    breaches = []
    for number in range(30):
        line = f"L{number:02d}"
        labels = {"campaign": "double11-2025", "line": line, "rule": "pacing-high"}
        name = f"pacing-high/line:{line}/1"
        breaches.append(make_breach(breach=name, group={"line": line}, labels=labels))
    world.robot.fail_next(too_long)
    await world.tell(*breaches)
    await world.flush(at(0))
    await world.deliver()
    texts = [message.text for message in world.robot.messages]
    told = [re.findall(r"L\d\d", text) for text in texts]
    assert sorted({one for lines in told for one in lines}) == [f"L{n:02d}" for n in range(30)]
    assert "省略" not in "".join(texts)
    rows = await world.rows()
    assert {row["state"] for row in rows} == {"delivered"}
    said = [row["body"]["text"] for row in rows if row["body"]]
    assert all(text in "".join(said) for text in texts), "the record has each part"


async def test_mail_goes_out_when_its_server_is_back(world: World) -> None:
    world.configure(MAIL_ONLY)
    with FakeMail() as probe:
        port = probe.port
    courier = world.courier_with(mail_port=port)
    await world.tell(FIRING)
    await world.flush(at(0))
    await world.deliver(courier)
    assert await world.told("email") == [("firing", "critical", "pending")]
    with FakeMail(port) as inbox:
        await world.due_again()
        await world.deliver(courier)
        assert len(inbox.mails) == 1
    assert await world.told("email") == [("firing", "critical", "delivered")]
    assert (await attempts(world))[0] == ("retryable", "connect")
    [refused, _] = (await world.rows())[0]["attempts"]
    assert f"no session with 127.0.0.1:{port} " in refused["provider_message"]
    assert "PACELINE_SMTP_PORT" in refused["provider_message"]
    assert (await world.rows())[0]["possible_duplicate"] is False


async def test_each_recipient_is_judged_alone(world: World) -> None:
    world.configure(MAIL_ONLY.replace("[ops@example.com]", "[ops@example.com, late@example.com]"))
    answers = {"late@example.com": ["450 not now"]}

    def refuse(recipient: str) -> str | None:
        waiting = answers.get(recipient)
        return waiting.pop() if waiting else None

    with FakeMail(refuse=refuse) as inbox:
        courier = world.courier_with(mail_port=inbox.port)
        await world.tell(FIRING)
        await world.flush(at(0))
        await world.deliver(courier)
        await world.due_again()
        await world.deliver(courier)
        assert [one.to for one in inbox.mails] == [("ops@example.com",), ("late@example.com",)]
        first, second = inbox.mails
        assert first.message["Message-ID"] != second.message["Message-ID"], "a delivery each"
        assert first.text == second.text
    assert await world.told("email") == [("firing", "critical", "delivered")] * 2


async def test_several_couriers_send_each_message_once(world: World) -> None:
    world.configure(MAIL_ONLY.replace("[campaign, line]", "[campaign, line, rule]"))
    for number in range(30):
        name = f"rule-{number}"
        labels = {"campaign": "double11-2025", "line": "L03", "rule": name}
        await world.tell(make_breach(breach=f"{name}/line:L03/1", rule=name, labels=labels))
    await world.flush(at(0))
    await asyncio.gather(*(world.deliver() for _ in range(4)))
    assert len(world.inbox.mails) == 30
    assert len({mail.message["Message-ID"] for mail in world.inbox.mails}) == 30


async def test_every_decision_and_attempt_is_an_audit_record(world: World) -> None:
    await world.tell(FIRING)
    await world.flush(at(0))
    await world.deliver()
    async with world.pool.acquire() as conn:
        values = await conn.fetch("SELECT topic, value FROM alerts.outbox ORDER BY id")
    events = [json.loads(row["value"]) for row in values]
    assert {row["topic"] for row in values} == {"notifications.v1"}
    assert [event["data"]["state"] for event in events] == ["pending", "delivered"]
    assert events[1]["data"]["attempts"][0]["class"] == "delivered"
    assert len({event["id"] for event in events}) == 2
    typed = msgspec.json.Decoder(Envelope[Notification])
    items = [typed.decode(row["value"]).data for row in values]
    assert [item.state for item in items] == ["pending", "delivered"]
    assert items[1].explain.complete_through == at(0)
