"""Discord: embeds within its limits, and delivered only when it says the message's id (A6)."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.channels.discord.answers import classify
from alerts.channels.discord.channel import ALERTS_MAX, TEXT_CHARACTERS_MAX, Discord
from alerts.channels.discord.embeds import content, escaped
from alerts.channels.message import FactLine, Message, StillOpen, brief
from alerts.channels.result import SendResult
from alerts.configuration.tree import parse_configuration
from cli.fakes.discord import SECRET, FakeDiscord, fault_of
from cli.fakes.server import Fault
from tests.unit.alerts.answers import (
    ACCEPTED,
    CONFIG,
    CONTENT,
    DELIVERED,
    PAGE,
    RATE_LIMITED,
    RETRYABLE,
    Body,
    Meaning,
    each_of,
)
from tests.unit.alerts.blocks import FACTS, RUNBOOK, make_block, told
from tests.unit.alerts.sending import assert_means, refusal_of, send_over

DISCORD = Discord()
FAST = b'{"message":"You are being rate limited.","retry_after":64.57,"global":false}'
ANSWERS = [
    ("a message", 200, b'{"id":"112233445566778899"}', DELIVERED, "ok", False),
    ("a page is no message", 200, PAGE, RETRYABLE, "no_id", True),
    ("nothing is no message", 200, b"", RETRYABLE, "no_id", True),
    ("a number is no id", 200, b'{"id":7}', RETRYABLE, "no_id", True),
    ("two ids", 200, b'{"id":"1","id":"2"}', RETRYABLE, "no_id", True),
    ("nobody says whether it is saved", 204, b"", ACCEPTED, "http_204", False),
    ("too long", 400, b'{"message":"Invalid Form Body","code":50035}', CONTENT, "http_400", False),
    ("a 400 without a code", 400, PAGE, CONTENT, "http_400", False),
    ("no webhook", 404, b'{"message":"Unknown Webhook","code":10015}', CONFIG, "10015", False),
    ("no thread", 400, b'{"message":"Unknown Channel","code":10003}', CONFIG, "10003", False),
    ("half an address", 401, b'{"code":50027}', CONFIG, "50027", False),
    ("forbidden", 403, b'{"code":0}', CONFIG, "http_403", False),
    ("too fast", 429, FAST, RATE_LIMITED, "http_429", False),
    ("a 502 with a page", 502, PAGE, RETRYABLE, "http_502", True),
    ("a message behind a 500", 500, b'{"id":"1"}', RETRYABLE, "http_500", True),
    ("a redirect", 302, b"", CONFIG, "http_302", True),
]


@each_of(ANSWERS)
def test_an_answer_means(status: int, body: Body, meaning: Meaning) -> None:
    assert_means(classify, status, body, meaning)


def test_how_long_discord_asks_to_wait_is_how_long_we_do() -> None:
    assert classify(429, FAST, "99").retry_after_s == 64.57
    assert classify(429, PAGE, "7").retry_after_s == 7
    assert classify(429, b'{"retry_after":1e999}').retry_after_s == 3600
    assert classify(429, b'{"retry_after":-1}').retry_after_s == 60
    assert classify(429, b'{"retry_after":"soon"}').retry_after_s == 60


def sent(of: Message, text_max: int = TEXT_CHARACTERS_MAX, *mentions: str) -> dict[str, Any]:
    return content(of.title, of, DISCORD.compose(of, text_max), mentions)


def test_each_alert_is_an_embed_in_the_colour_of_its_state() -> None:
    open_line = StillOpen("警告 · L05", FACTS)
    found = sent(told(make_block(), make_block("L04", "#1a7f37"), still_open=(open_line,)))
    assert found["allowed_mentions"] == {"parse": []}
    assert "content" not in found
    first, second, ending = found["embeds"]
    assert first == {
        "title": "标题",
        "color": 0xCF222E,
        "description": "🔴 严重 · L03\n**L03 花费过快**\n- 负责人：L03\n"
        f"- 处理手册：[wiki.example/a\\_b?c=1&d=\\*2\\*]({RUNBOOK})",
    }
    assert second["color"] == 0x1A7F37
    assert ending == {"description": "**仍在进行**\n\n- 警告 · L05"}


def test_who_is_mentioned_is_named_and_nobody_else_is() -> None:
    found = sent(told(make_block()), TEXT_CHARACTERS_MAX, "112233445566778899", "&998877665544332")
    assert found["content"] == "<@112233445566778899> <@&998877665544332>"
    assert found["allowed_mentions"] == {
        "parse": [],
        "users": ["112233445566778899"],
        "roles": ["998877665544332"],
    }


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("[x](https://e.x)", r"\[x\](https\://e.x)", "no link, and no bare address"),
        ("<@112233445566778899>", r"\<@112233445566778899\>", "no mention"),
        ("@everyone @here", r"\@everyone \@here", "nor of everybody"),
        ("*b* __u__ ~~s~~ ||h|| `c`", r"\*b\* \_\_u\_\_ \~\~s\~\~ \|\|h\|\| \`c\`", "no emphasis"),
        ("# big", r"\# big", "no heading"),
        ("a\\*b*", r"a\\\*b\*", "no backslash of somebody's own"),
        ("50%, 1,000 - #3 12:00", "50%, 1,000 - #3 12:00", "nothing else is touched"),
    ],
)
def test_what_would_act_is_shown_and_does_not(name: str, text: str, reason: str) -> None:
    assert escaped(name) == text, reason
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text) == name


names = st.lists(
    st.sampled_from(["<", ">", "*", "_", "|", "[x](https://e.x)", "\\", "预算", "🔴", "a "]),
    min_size=1,
    max_size=80,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(names, st.integers(1, ALERTS_MAX), st.sampled_from([TEXT_CHARACTERS_MAX, 4_000, 60]))
def test_whatever_people_call_things_discord_takes_it(
    name: str, alerts: int, text_max: int
) -> None:
    many = tuple(StillOpen(f"{n} {name}", FACTS) for n in range(100))
    whole = told(*[make_block(name)] * alerts, still_open=many, title=name[:150], zone="z")
    for of in (whole, brief(whole), replace(whole, still_open=())):
        found = sent(of, text_max, *["112233445566778899"] * 20)
        assert fault_of(found) is None
        for embed in found["embeds"]:
            bare = re.sub(r"\\[^0-9A-Za-z\s]", "", embed.get("description", ""))
            links = re.findall(r"\]\(([^)]*)\)", bare)
            assert set(links) <= {RUNBOOK}, "the runbook is the only link"


def test_an_address_that_fills_half_an_embed_stays_a_link() -> None:
    address = "https://wiki.example/" + "_" * 1_970
    facts = (*make_block().facts, FactLine("处理手册", address, link=True))
    found = sent(told(replace(make_block(), facts=facts)))
    assert fault_of(found) is None
    assert f"]({address})" in found["embeds"][0]["description"]


def test_a_text_longer_than_an_embed_goes_on_in_the_next_one() -> None:
    long = replace(make_block(), facts=tuple(FactLine("数", "预算" * 100) for _ in range(25)))
    first, second = sent(told(long))["embeds"]
    whole = DISCORD.compose(told(long), TEXT_CHARACTERS_MAX).text
    assert f"{first['description']}\n{second['description']}" == whole
    assert first["color"] == second["color"]


async def send(
    discord: FakeDiscord, environment: Mapping[str, str] = {}, **target: Any
) -> SendResult:
    entry = {"kind": "discord", "url_env": "DISCORD_URL", "allow_private": True, **target}
    known = {"DISCORD_URL": discord.url, **environment}
    return await send_over(DISCORD, entry, None, environment=known)


async def test_a_webhook_is_asked_for_an_answer_and_its_id_is_kept() -> None:
    with FakeDiscord() as discord:
        found = await send(discord, thread_id="112233445566778899")
        assert (found.kind, found.message_id) == (DELIVERED, "112233445566778001")
        assert discord.queries == [{"wait": ["true"], "thread_id": ["112233445566778899"]}]
        await send(discord, {"DISCORD_URL": f"{discord.url}?thread_id=1"})
        assert discord.queries[1] == {"thread_id": ["1"], "wait": ["true"]}


async def test_what_is_wrong_is_said_without_the_address() -> None:
    with FakeDiscord() as discord:
        gone = await send(discord, {"DISCORD_URL": f"{discord.url}-gone"})
        assert (gone.kind, gone.provider_code) == (CONFIG, "10015")
        assert "make one and set its address" in gone.provider_message
        discord.fail_next(Fault(status=400, body=json.dumps({"message": discord.url}).encode()))
        assert SECRET not in (await send(discord)).provider_message


FILE = "route: {receiver: ops}\nreceivers:\n  - name: ops\n    discord_configs:\n      - "


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{url_env: URL, thread_id: ops}", "is no id of a thread"),
        ("{url_env: URL, mentions: ['@ann']}", "is no id of a member"),
        ("{url_env: URL, wait: true}", "wait"),
        ("{name: x}", "url_env"),
    ],
)
def test_an_entry_that_cannot_work_is_refused_in_its_line(entry: str, said: str) -> None:
    refused = refusal_of("discord", entry, {"URL": "https://discord.com/api/webhooks/1/x"})
    assert said in refused
    assert "SECRET" not in refused


def test_two_threads_of_one_webhook_are_two_channels() -> None:
    text = FILE + "{url_env: URL}\n      - {url_env: URL, thread_id: '112233445566778899'}"
    found = parse_configuration("default", "f.yml", text, {"URL": "https://discord.com/x"})
    assert [one.name for one in found.receivers["ops"].channels] == [
        "discord:URL",
        "discord:URL/112233445566778899",
    ]
