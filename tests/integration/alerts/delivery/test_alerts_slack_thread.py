"""Slack through the whole service: an episode is one thread whose root says how things stand."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.fakes.server import Fault
from cli.fakes.slack import CHANNEL, TOKEN, FakeSlack
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach, make_history

HEAD = CONFIGURATION[: CONFIGURATION.index("    dingtalk_configs")]
BOT = (
    f"{HEAD}    slack_configs: [{{token_env: SLACK_TOKEN, channel: {CHANNEL}, "
    "api_url_env: SLACK_API, allow_private: true, name: room}]\n"
)
HOOK = f"{HEAD}    slack_configs: [{{url_env: SLACK_URL, allow_private: true, name: room}}]\n"
WARNING, CRITICAL, RESOLVED = make_history(
    ("firing", "warning", "1.3"),
    ("level_changed", "critical", "1.6"),
    ("resolved", "critical", "1.1"),
)
AGAIN = make_history(("firing", "critical", "1.7"), breach="pacing-high/line:L03/2")


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as found:
        yield found


@pytest.fixture
async def world(database_url: str, tmp_path: Path, slack: FakeSlack) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        found.environment |= {
            "SLACK_URL": slack.url,
            "SLACK_API": slack.api_url,
            "SLACK_TOKEN": TOKEN,
        }
        found.configure(BOT)
        yield found


async def say(world: World, minute: int, *breaches: object) -> None:
    """These breaches are told at that minute."""
    await world.tell(*breaches)  # type: ignore[arg-type]
    await world.flush(at(minute))
    await world.deliver()


async def test_an_episode_is_a_thread_and_its_root_says_how_things_stand(
    world: World, slack: FakeSlack
) -> None:
    await say(world, 0, WARNING)
    world.restart()
    await say(world, 10, CRITICAL)
    await say(world, 20, RESOLVED)
    root, second, third = slack.messages
    assert [one.thread_ts for one in slack.messages] == [None, root.ts, root.ts]
    assert [one["blocks"][0]["text"]["text"] for one in root.versions] == [
        root.versions[0]["blocks"][0]["text"]["text"],
        second.title,
        third.title,
    ]
    assert root.title.startswith("【已恢复")
    assert root.versions[-1]["attachments"][0]["color"] == "#1a7f37"
    await say(world, 30, *AGAIN)
    assert slack.messages[3].thread_ts is None, "another episode is another thread"
    rows = await world.pool.fetch(
        "SELECT message_id, thread_id FROM alerts.deliveries ORDER BY position"
    )
    of = [f"{CHANNEL}/{one.ts}" for one in slack.messages]
    assert [tuple(row) for row in rows] == [
        (of[0], of[0]),
        (of[1], of[0]),
        (of[2], of[0]),
        (of[3], of[3]),
    ]
    assert {state for _, _, state in await world.told("slack")} == {"delivered"}


async def test_a_root_that_somebody_deleted_is_followed_by_another_and_nothing_is_lost(
    world: World, slack: FakeSlack
) -> None:
    await say(world, 0, WARNING)
    slack.messages[0].deleted = True
    await say(world, 10, CRITICAL)
    await say(world, 20, RESOLVED)
    _, second, third = slack.messages
    assert (second.thread_ts, third.thread_ts) == (None, second.ts)
    assert second.title == third.title
    assert {state for _, _, state in await world.told("slack")} == {"delivered"}


async def test_a_root_that_cannot_be_updated_now_keeps_its_message_waiting(
    world: World, slack: FakeSlack
) -> None:
    await say(world, 0, WARNING)
    slack.fail_next(Fault(status=429, headers=((b"retry-after", b"30"),)))
    await say(world, 10, CRITICAL)
    assert await world.told("slack") == [
        ("firing", "warning", "delivered"),
        ("level_changed", "critical", "parked"),
    ]
    await world.due_again()
    await world.deliver()
    root, reply = slack.messages
    assert (reply.thread_ts, len(root.versions)) == (root.ts, 2)
    assert "重发" not in reply.title


async def test_of_a_message_in_parts_the_first_is_the_root_and_stays_what_it_is(
    world: World, slack: FakeSlack
) -> None:
    world.configure(BOT.replace("[campaign, line]", "[campaign]"))
    slack.fail_next(Fault(body=b'{"ok":false,"error":"msg_blocks_too_long"}'))
    await say(world, 0, *(make_breach(**of_line(number)) for number in range(25)))
    root, *parts = slack.messages
    assert len(parts) == 2, "a half of twenty, the other half, and the five that had no room"
    assert {one.thread_ts for one in parts} == {root.ts}
    assert len(root.versions) == 1
    states = {state for _, _, state in await world.told("slack")}
    assert states == {"delivered"}


def of_line(number: int) -> dict[str, Any]:
    labels = {"campaign": "double11-2025", "line": f"L{number:02}", "rule": "pacing-high"}
    return {
        "breach": f"pacing-high/line:L{number:02}/1",
        "group": {"line": f"L{number:02}"},
        "labels": labels,
    }


async def test_a_webhook_that_becomes_a_bot_begins_a_thread_with_its_next_message(
    world: World, slack: FakeSlack
) -> None:
    world.configure(HOOK)
    await say(world, 0, WARNING)
    world.configure(BOT)
    await say(world, 10, CRITICAL)
    await say(world, 20, RESOLVED)
    assert slack.calls == ["webhook", "chat.postMessage", "chat.update", "chat.postMessage"]
    _, root, reply = slack.messages
    assert (root.thread_ts, reply.thread_ts) == (None, root.ts)


async def test_neither_a_token_nor_an_address_is_shown_anywhere(
    world: World, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    slack.fail_next(Fault(status=400, body=f"{TOKEN} {slack.url}".encode()))
    await say(world, 0, WARNING)
    shown = "".join(capsys.readouterr()) + str(await world.rows())
    assert "http_400" in shown
    assert TOKEN not in shown
