"""Telegram: HTML in which no name acts, and delivered only with `ok: true` (A7)."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.channels.message import Composed, StillOpen, brief
from alerts.channels.result import SendResult
from alerts.channels.telegram.answers import classify
from alerts.channels.telegram.channel import TEXT_CHARACTERS_MAX, Telegram, TelegramChat
from alerts.channels.telegram.tags import JOINER, harmless, visible
from cli.fakes.server import Fault
from cli.fakes.telegram import CHAT, TOKEN, FakeTelegram, ShownText, fault_of
from tests.unit.alerts.answers import (
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
from tests.unit.alerts.sending import assert_means, never, refusal_of, send_over

TELEGRAM = Telegram()


def no(code: int, description: object, **parameters: Any) -> bytes:
    said = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return json.dumps(said).encode()


ANSWERS = [
    ("ok", 200, b'{"ok":true,"result":{"message_id":7}}', DELIVERED, "ok", False),
    ("ok as a text", 200, b'{"ok":"true"}', RETRYABLE, "no_ok", True),
    ("ok twice", 200, b'{"ok":false,"ok":true}', RETRYABLE, "no_ok", True),
    ("not ok behind a success", 200, no(400, "odd"), RETRYABLE, "no_ok", True),
    ("a page", 200, PAGE, RETRYABLE, "no_ok", True),
    ("nothing", 204, b"", RETRYABLE, "no_ok", True),
    ("ok behind a 502", 502, b'{"ok":true}', RETRYABLE, "http_502", True),
    (
        "too fast",
        429,
        no(429, "Too Many Requests", retry_after=35),
        RATE_LIMITED,
        "http_429",
        False,
    ),
    ("too long", 400, no(400, "Bad Request: message is too long"), CONTENT, "http_400", False),
    ("a bad tag", 400, no(400, "Bad Request: can't parse entities"), CONTENT, "http_400", False),
    ("no text", 400, no(400, "Bad Request: message text is empty"), CONTENT, "http_400", False),
    ("no chat", 400, no(400, "Bad Request: chat not found"), CONFIG, "http_400", False),
    ("a 400 in words nobody knows", 400, PAGE, CONFIG, "http_400", False),
    ("moved", 400, no(400, "upgraded", migrate_to_chat_id=-1005), CONFIG, "migrated", False),
    ("no such bot", 404, no(404, "Not Found"), CONFIG, "http_404", False),
    ("a bad token", 401, no(401, "Unauthorized"), CONFIG, "http_401", False),
    ("removed", 403, no(403, "Forbidden: bot was kicked"), CONFIG, "http_403", False),
    ("a fault of theirs", 500, no(500, "Internal Server Error"), RETRYABLE, "http_500", True),
]


@each_of(ANSWERS)
def test_an_answer_means(status: int, body: Body, meaning: Meaning) -> None:
    assert_means(classify, status, body, meaning)


def test_how_long_telegram_asks_to_wait_is_how_long_we_do() -> None:
    assert classify(429, no(429, "Too Many Requests", retry_after=35), "99").retry_after_s == 35
    assert classify(429, no(429, "Too Many Requests"), "7").retry_after_s == 7
    assert classify(429, PAGE).retry_after_s == 60


def test_what_to_correct_is_said() -> None:
    moved = classify(400, no(400, "upgraded", migrate_to_chat_id=-1005)).provider_message
    assert moved == "the group is a supergroup now: write chat_id: -1005 in this entry"
    assert "see chat_id" in classify(400, no(400, "chat not found")).provider_message
    assert "@BotFather" in classify(401, no(401, "Unauthorized")).provider_message


def test_an_alert_is_a_few_lines_and_its_runbook_a_link() -> None:
    found = TELEGRAM.compose(told(make_block(), zone="时间：上海"), TEXT_CHARACTERS_MAX)
    assert found.whole
    assert found.text == (
        "🔴 严重 · L03\n<b>L03 花费过快</b>\n• 负责人：L03\n"
        '• 处理手册：<a href="https://wiki.example/a_b?c=1&amp;d=*2*">'
        f"wiki.{JOINER}example/{JOINER}a_b?c=1&amp;d=*2*</a>\n\n时间：上海"
    )


LIVE = re.compile(r"[@#/]\w|\$[A-Za-z]|\w\.[A-Za-z]|://|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]")
NAMES = [
    ("<b>x</b>", "no tag"),
    ('<a href="tg://user?id=1">x</a>', "no link, no person"),
    ("&lt;b&gt;", "nobody's reference"),
    ("@ann_lee", "no mention"),
    ("#spring", "no hashtag"),
    ("/stop", "no command"),
    ("$ABC", "no share"),
    ("https://evil.example/x", "no address"),
    ("evil.example", "none without a scheme either"),
    ("10.0.0.7:80", "nor one in numbers"),
    ("ann@evil.example", "no mail address"),
]


@pytest.mark.parametrize(("name", "reason"), NAMES)
def test_what_would_act_is_shown_and_does_not(name: str, reason: str) -> None:
    shown = ShownText(harmless(name))
    assert shown.text.replace(JOINER, "") == name
    assert not LIVE.search(shown.text), reason
    assert (shown.links, shown.wrong) == ([], False)


@pytest.mark.parametrize("text", ["¥1,234.00 160.5% 12:00", "L03 - CTR_low (v2)", "2025.11.03"])
def test_nothing_else_is_touched(text: str) -> None:
    assert harmless(text) == text


names = st.lists(
    st.sampled_from([*(name for name, _ in NAMES), "预算", "🔴", "a ", "&", "<", '"']),
    min_size=1,
    max_size=60,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(names, st.integers(1, 12), st.sampled_from([TEXT_CHARACTERS_MAX, 300, 20]))
def test_whatever_people_call_things_telegram_takes_it(
    name: str, alerts: int, text_max: int
) -> None:
    many = tuple(StillOpen(f"{n} {name}", FACTS) for n in range(100))
    whole = told(*[make_block(name)] * alerts, still_open=many, title=f"L03 {name}", zone="z")
    for of in (whole, brief(whole), replace(whole, still_open=())):
        text = TELEGRAM.compose(of, text_max).text
        assert visible(text) <= text_max
        shown = ShownText(text)
        assert visible(text) == len(shown.text.encode("utf-16-le")) // 2
        assert fault_of({"parse_mode": "HTML", "text": text}) is None
        assert set(shown.links) <= {RUNBOOK}, "the runbook is the only link"
        assert not LIVE.search(shown.text)


TARGET = {
    "kind": "telegram",
    "token_env": "TELEGRAM_TOKEN",
    "chat_id": str(CHAT),
    "api_url_env": "TELEGRAM_API",
    "allow_private": True,
}


async def send(
    telegram: FakeTelegram,
    environment: Mapping[str, str] = {},
    target: Mapping[str, Any] = {},
    **changes: Any,
) -> SendResult:
    known = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": telegram.api_url, **environment}
    return await send_over(TELEGRAM, {**TARGET, **target}, None, environment=known, **changes)


async def test_a_bot_speaks_in_its_chat_and_the_id_is_kept() -> None:
    with FakeTelegram() as telegram:
        of = {"topic": 7, "mentions": ["@ann_lee", "@bob_wu"]}
        found = await send(telegram, target=of, possible_duplicate=True)
        assert (found.kind, found.message_id) == (DELIVERED, "1")
        [sent] = telegram.messages
        assert sent == {
            "chat_id": CHAT,
            "text": "(重发/resent) 正文\n\n@ann_lee @bob_wu",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "message_thread_id": 7,
        }


async def test_what_is_wrong_is_said_without_the_token() -> None:
    with FakeTelegram() as telegram:
        telegram.moved_to = -1005
        assert (await send(telegram)).provider_code == "migrated"
        wrong = await send(telegram, {"TELEGRAM_TOKEN": TOKEN.replace("AA", "BB")})
        assert (wrong.kind, wrong.provider_code) == (CONFIG, "http_401")
        telegram.fail_next(Fault(status=400, body=no(400, f"no bot{TOKEN}")))
        assert TOKEN[11:] not in (await send(telegram)).provider_message
        gone = await send(telegram, {"TELEGRAM_API": ""})
        assert (gone.kind, gone.provider_message) == (CONFIG, "TELEGRAM_API is not set")


async def test_what_is_sure_to_be_too_long_is_not_sent() -> None:
    environment = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API": "https://telegram.example"}
    composed = Composed("标题", "<b>" + "长" * 4_097 + "</b>")
    found = await send_over(TELEGRAM, TARGET, never, environment=environment, composed=composed)
    assert (found.kind, found.provider_code) == (CONTENT, "too_long")


ENVIRONMENT = {"TOKEN": TOKEN, "AGAIN": TOKEN, "NO_TOKEN": "SECRET"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{chat_id: 7}", "'token_env' is missing"),
        ("{token_env: TOKEN}", "chat_id"),
        ("{token_env: TOKEN, chat_id: ops}", "is no chat"),
        ("{token_env: TOKEN, chat_id: 0}", "is no chat"),
        ("{token_env: TOKEN, chat_id: 7, mentions: [ann]}", "is no name of a person"),
        ("{token_env: NO_TOKEN, chat_id: 7}", "holds no token"),
        ("{token_env: TOKEN, chat_id: 7, parse_mode: x}", "parse_mode"),
    ],
)
def test_an_entry_that_cannot_work_is_refused_in_its_line(entry: str, said: str) -> None:
    refused = refusal_of("telegram", entry, ENVIRONMENT)
    assert said in refused
    assert "SECRET" not in refused


def test_the_topics_of_a_group_are_two_channels_with_one_budget() -> None:
    def endpoint(**entry: Any) -> tuple[str, str]:
        [found] = TELEGRAM.destinations(TelegramChat(**entry), ENVIRONMENT)
        return found.name, found.budget("default", ENVIRONMENT)

    name, budget = endpoint(token_env="TOKEN", chat_id=str(CHAT))
    assert name == f"telegram:TOKEN/{CHAT}"
    assert endpoint(token_env="AGAIN", chat_id=str(CHAT), topic=7) == (
        f"telegram:AGAIN/{CHAT}/7",
        budget,
    )
    assert endpoint(token_env="TOKEN", chat_id="@ops_room")[1] != budget
