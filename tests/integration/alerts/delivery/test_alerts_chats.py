"""Each chat through the real courier, answered as its provider answers (alerting.md A10)."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from alerts.channels.feishu import Feishu
from alerts.channels.message import Composed
from alerts.channels.result import SendClass, result_of
from alerts.delivery import store
from alerts.delivery.verdict import Waits, judge
from cli.fakes import feishu, slack, teams, telegram, wecom
from cli.fakes.discord import FakeDiscord
from cli.fakes.feishu import FakeFeishu
from cli.fakes.server import Fault
from cli.fakes.slack import FakeSlack
from cli.fakes.teams import FakeTeams
from cli.fakes.telegram import FakeTelegram
from cli.fakes.wecom import FakeWeCom
from shared.database.clock import set_manual
from shared.database.pool import transaction
from shared.events import Breach
from shared.events.notifications import Attempt
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at, make_breach, make_history

CONFIGURATION = """\
route: {{receiver: ops, group_by: [campaign], group_wait: 0s, group_interval: 1s}}
receivers:
  - name: ops
    {kind}_configs:
      - {entry}
"""
FIRING, RESOLVED = make_history(("firing", "critical", "1.6"), ("resolved", "critical", "1.1"))


def fault(answer: Mapping[str, Any], status: int = 200) -> Fault:
    return Fault(status=status, body=json.dumps(answer).encode())


class Chat(NamedTuple):
    """A provider: its fake, an entry that leads there, and what it says; `taken` is the state and
    the code of a message that it has, `address` what of the fake goes into CHAT_URL."""

    kind: str
    fake: Callable[[], Any]
    entry: str
    environment: Mapping[str, str]
    taken: tuple[str, str]
    too_fast: Fault
    refused: Fault
    text: Callable[[Any], str]
    too_long: Fault | None = None
    address: str = "url"


def shown(sent: Mapping[str, Any]) -> str:
    """All that people see of a message in blocks."""
    return "\n".join(text for _, text in slack.texts([sent["blocks"], sent["attachments"]]))


CHATS = [
    Chat(
        kind="discord",
        fake=FakeDiscord,
        entry="{url_env: CHAT_URL, allow_private: true}",
        environment={},
        taken=("delivered", "ok"),
        too_fast=fault({"message": "You are being rate limited.", "retry_after": 64.57}, 429),
        too_long=fault({"message": "Invalid Form Body", "code": 50035}, 400),
        refused=fault({"message": "Unknown Webhook", "code": 10015}, 404),
        text=lambda sent: "\n".join(
            f"{one.get('title', '')}\n{one['description']}" for one in sent["embeds"]
        ),
    ),
    Chat(
        kind="feishu",
        fake=lambda: FakeFeishu("the-secret", keyword="Paceline"),
        entry="{url_env: CHAT_URL, secret_env: CHAT_SECRET, allow_private: true, "
        "keyword: Paceline, at_user_ids: [all]}",
        environment={"CHAT_SECRET": "the-secret"},
        taken=("delivered", "0"),
        too_fast=fault(feishu.TOO_FAST, 400),
        too_long=fault(feishu.TOO_LONG),
        refused=fault(feishu.SIGN_NOT_MATCH),
        text=lambda message: message.text,
    ),
    Chat(
        kind="slack",
        fake=FakeSlack,
        entry="{url_env: CHAT_URL, allow_private: true}",
        environment={},
        taken=("delivered", "ok"),
        too_fast=Fault(status=429, headers=((b"retry-after", b"30"),)),
        too_long=Fault(status=400, body=b"invalid_payload"),
        refused=Fault(status=404, body=b"no_service"),
        text=lambda message: shown(message.versions[0]),
    ),
    Chat(
        kind="slack",
        fake=FakeSlack,
        entry=f"{{token_env: CHAT_TOKEN, channel: {slack.CHANNEL}, api_url_env: CHAT_URL, "
        "allow_private: true}",
        environment={"CHAT_TOKEN": slack.TOKEN},
        taken=("delivered", "ok"),
        too_fast=fault({"ok": False, "error": "ratelimited"}),
        too_long=fault({"ok": False, "error": "msg_blocks_too_long"}),
        refused=fault({"ok": False, "error": "not_in_channel"}),
        text=lambda message: shown(message.versions[0]),
        address="api_url",
    ),
    Chat(
        kind="telegram",
        fake=FakeTelegram,
        entry=f"{{token_env: CHAT_TOKEN, chat_id: {telegram.CHAT}, api_url_env: CHAT_URL, "
        "allow_private: true}",
        environment={"CHAT_TOKEN": telegram.TOKEN},
        taken=("delivered", "ok"),
        too_fast=fault({"ok": False, "description": "", "parameters": {"retry_after": 35}}, 429),
        too_long=fault({"ok": False, "description": "Bad Request: message is too long"}, 400),
        refused=fault({"ok": False, "description": "Forbidden: bot was kicked"}, 403),
        text=lambda sent: sent["text"],
        address="api_url",
    ),
    Chat(
        kind="teams",
        fake=FakeTeams,
        entry="{url_env: CHAT_URL, allow_private: true, mentions: {Ann: ann@example.com}}",
        environment={},
        taken=("accepted", "http_202"),
        too_fast=fault(teams.TOO_FAST, 429),
        refused=fault(teams.REFUSED, 401),
        text=lambda card: f"{card.title}\n{card.text}",
    ),
    Chat(
        kind="wecom",
        fake=FakeWeCom,
        entry="{url_env: CHAT_URL, allow_private: true, mentioned: [wang.lei]}",
        environment={},
        taken=("delivered", "0"),
        too_fast=fault(wecom.TOO_FAST),
        too_long=fault(wecom.TOO_LONG),
        refused=fault(wecom.NO_ROBOT),
        text=lambda message: message.content,
    ),
]
NAMES = [f"{one.kind} by {one.address}" for one in CHATS]
by_kind = pytest.mark.parametrize("chat", CHATS, ids=NAMES)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


def lead(world: World, chat: Chat, robot: Any) -> None:
    """The receiver hears over this chat alone."""
    world.environment.update({"CHAT_URL": getattr(robot, chat.address), **chat.environment})
    world.configure(CONFIGURATION.format(kind=chat.kind, entry=chat.entry))


async def states(world: World) -> list[tuple[str, list[str]]]:
    """The state of each message, and the codes of its attempts."""
    return [
        (row["state"], [one["provider_code"] for one in row["attempts"]])
        for row in await world.rows()
    ]


@by_kind
async def test_a_pause_parks_and_a_refusal_waits_for_a_correction(world: World, chat: Chat) -> None:
    state, code = chat.taken
    with chat.fake() as robot:
        lead(world, chat, robot)
        robot.fail_next(chat.too_fast, chat.refused)
        await world.tell(FIRING)
        await world.flush(at(0))
        assert await world.deliver() == 1
        [row] = await world.rows()
        assert row["state"] == "parked"
        assert await world.deliver() == 0
        await world.due_again()
        assert await world.deliver() == 1
        [row] = await world.rows()
        assert (row["state"], row["delivered_at"]) == ("failed", None)
        assert robot.messages == []
        await world.adoption.adopt()
        await world.tell(RESOLVED)
        await world.flush(at(10))
        assert await world.deliver() == 2
        await world.due_again("pending", "sending", "parked", "failed", state)
        assert await world.deliver() == 0, "what has arrived is not sent again"
        texts = [chat.text(one) for one in robot.messages]
    rows = await world.rows()
    assert [row["state"] for row in rows] == [state] * 2
    assert rows[0]["attempts"][-1]["provider_code"] == code
    assert [row["delivered_at"] is None for row in rows] == [state == "accepted"] * 2
    assert ["已恢复" in text for text in texts] == [False, True]


def storm(count: int) -> list[Breach]:
    """One group of many lines."""
    found = []
    for number in range(count):
        line = f"L{number:02d}"
        labels = {"campaign": "double11-2025", "line": line, "rule": "pacing-high"}
        name = f"pacing-high/line:{line}/1"
        found.append(make_breach(breach=name, group={"line": line}, labels=labels))
    return found


@by_kind
async def test_a_storm_is_told_in_messages_that_fit(world: World, chat: Chat) -> None:
    with chat.fake() as robot:
        lead(world, chat, robot)
        if chat.too_long:
            robot.fail_next(chat.too_long)
        await world.tell(*storm(25))
        await world.flush(at(0))
        await world.deliver()
        texts = "".join(chat.text(one) for one in robot.messages)
    rows = await world.rows()
    assert {row["state"] for row in rows} == {chat.taken[0]}
    assert all(f"L{number:02d}" in texts for number in range(25))
    assert "省略" not in texts


async def test_a_bot_gets_at_most_four_messages_in_a_second(world: World) -> None:
    """The database's clock stands still inside a transaction."""
    [chat] = [one for one in CHATS if one.kind == "feishu"]
    with chat.fake() as robot:
        lead(world, chat, robot)
        world.configure(
            CONFIGURATION.format(kind=chat.kind, entry=chat.entry).replace(
                "[campaign]", "[campaign, line]"
            )
        )
        await world.tell(*storm(6))
        await world.flush(at(0))
        limits = {chat.kind: Feishu.limits}
        async with transaction(world.pool) as conn:
            claimed = [await store.take(conn, claim_s=60, limits=limits) for _ in range(6)]
            wait_s = await conn.fetchval(
                "SELECT extract(epoch FROM blocked_until - now())::float8 FROM alerts.destinations"
            )
    assert [len(one) for one in claimed] == [1] * 4 + [0] * 2
    assert wait_s == 1.0


async def test_what_was_accepted_late_is_not_sent_again_nor_called_refused(world: World) -> None:
    """Its claim had run out, and somebody else was sending it already."""
    chat = next(one for one in CHATS if one.taken[0] == "accepted")
    with chat.fake() as robot:
        lead(world, chat, robot)
    await world.tell(FIRING)
    await world.flush(at(0))
    claimed = []
    for _ in range(2):
        async with transaction(world.pool) as conn:
            claimed += await store.take(conn, claim_s=60, limits={})
        await world.pool.execute("UPDATE alerts.deliveries SET claimed_until = now()")
    for one, kind in zip(claimed, (SendClass.ACCEPTED, SendClass.CONFIG), strict=True):
        result = result_of(kind, "http", "")
        outcome = judge(one, Composed("t", "x"), result, Waits(1, 1, 60, 60))
        attempt = Attempt(
            at=at(0),
            http_status=None,
            provider_code="http",
            provider_message="",
            class_=kind.value,
            duration_ms=1,
        )
        async with transaction(world.pool) as conn:
            [(_, written, _)] = await store.add_attempts(
                conn, [store.AttemptRow(one, outcome, attempt)]
            )
        assert bool(written) is (kind is SendClass.ACCEPTED)
    await world.due_again("accepted")
    assert await world.deliver() == 0
    [row] = await world.rows()
    assert (row["state"], len(row["attempts"])) == ("accepted", 1)
