"""Feishu: signed as in the vector, and delivered only in the bot's own words (A4, A10, A11)."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from alerts.channels.feishu import Feishu, classify, sign
from alerts.channels.message import Composed, Tone
from alerts.channels.result import SendClass, SendResult
from cli.fakes import feishu as fake
from cli.fakes.feishu import FakeFeishu
from tests.unit.alerts.answers import Body, Meaning, each_of
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import RENDERER, heading, view
from tests.unit.alerts.sending import (
    answered,
    assert_means,
    make_message,
    never,
    refusal_of,
    send_over,
)

CHANNEL = Feishu()
TARGET = {"kind": "feishu", "url_env": "BOT_URL"}
URL = "https://open.feishu.cn/open-apis/bot/v2/hook/T0"
ENVIRONMENT = {"BOT_URL": URL, "BOT_SECRET": "demo"}


def test_the_signature_equals_the_vector() -> None:
    assert sign("demo", 1599360473) == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


LEGACY = {"StatusCode": 0, "StatusMessage": "success"}
ANSWERS = [
    ("ok", 200, fake.OK, SendClass.DELIVERED, "0", False),
    ("ok without the old fields", 200, {"code": 0}, SendClass.DELIVERED, "0", False),
    ("the old fields alone", 200, LEGACY, SendClass.RETRYABLE, "no_code", True),
    ("a fault beside an old 0", 200, {**LEGACY, "code": 19021}, SendClass.CONFIG, "19021", False),
    ("wrong signature", 200, fake.SIGN_NOT_MATCH, SendClass.CONFIG, "19021", False),
    ("no keyword", 200, fake.NO_KEYWORD, SendClass.CONFIG, "19024", False),
    ("another network", 200, {"code": 19022}, SendClass.CONFIG, "19022", False),
    ("too fast", 400, fake.TOO_FAST, SendClass.RATE_LIMITED, "9499", False),
    ("too fast with a 200", 200, fake.TOO_FAST, SendClass.RATE_LIMITED, "9499", False),
    ("cannot be read", 400, fake.NOT_READ, SendClass.CONTENT, "9499", False),
    ("under pressure", 200, fake.PRESSURE, SendClass.RATE_LIMITED, "11232", False),
    ("too long", 200, fake.TOO_LONG, SendClass.CONTENT, "19036", False),
    ("of the other interface", 200, {"code": 99991400}, SendClass.CONFIG, "99991400", False),
    ("of a gateway", 502, {"code": 502}, SendClass.RETRYABLE, "http_502", True),
    ("ok behind an error", 500, fake.OK, SendClass.RETRYABLE, "http_500", True),
    ("gone", 404, {}, SendClass.CONFIG, "http_404", False),
]


@each_of(ANSWERS)
def test_an_answer_means(status: int, body: Body, meaning: Meaning) -> None:
    assert_means(classify, status, body, meaning)


class Bot:
    """Takes everything and keeps it."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return answered(200, json.dumps(fake.OK).encode())

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.seen[-1].content)
        return found


async def send(bot: Bot, target: dict[str, Any], **changes: Any) -> SendResult:
    environment = changes.pop("environment", ENVIRONMENT)
    return await send_over(CHANNEL, {**TARGET, **target}, bot, environment=environment, **changes)


async def test_a_card_is_an_object_signed_in_the_body_and_mentions_behind_the_text() -> None:
    bot = Bot()
    target = {"secret_env": "BOT_SECRET", "keyword": "预算", "at_user_ids": ["all", "ou_1"]}
    message = make_message(title="标题 <at id=all></at> [x](https://evil.example)")
    found = await send(bot, target, message=message, possible_duplicate=True)
    assert found.kind is SendClass.DELIVERED
    title = "标题 ＜at id=all＞＜/at＞ ［x］(https：//evil.example)"
    text = "正文\n\n预算\n\n<at id=all></at> <at id=ou_1></at>"
    seconds = int(at(0).timestamp())
    assert bot.body == {
        "timestamp": str(seconds),
        "sign": sign("demo", seconds),
        "msg_type": "interactive",
        "card": {
            "config": {"wide_screen_mode": True},
            "header": {"title": {"tag": "plain_text", "content": f"(重发/resent) {title}"}},
            "elements": [
                {
                    "tag": "div",
                    "text": {"tag": "lark_md", "content": f"(重发/resent) {text}"},
                }
            ],
        },
    }
    assert "正文".encode() in bot.seen[0].content


async def test_a_query_is_not_sent_and_nothing_is_signed_without_a_secret() -> None:
    bot = Bot()
    await send(bot, {}, environment={"BOT_URL": f"{URL}?from=wizard#top"})
    assert bot.seen[0].url.raw_path == b"/open-apis/bot/v2/hook/T0"
    assert bot.seen[0].headers["host"] == "open.feishu.cn"
    assert not {"sign", "timestamp"} & bot.body.keys()


@pytest.mark.parametrize(
    ("told", "changes", "tone", "template"),
    [
        ("firing", {}, Tone.CRITICAL, "red"),
        ("firing", {"severity": "warning"}, Tone.WARNING, "orange"),
        ("firing", {"severity": "info"}, Tone.INFO, None),
        ("resolved", {"ends_at": at(60), "reason": "below_reset"}, Tone.RECOVERED, "green"),
        ("resolved", {"ends_at": at(60), "reason": "rule_removed"}, Tone.ENDED, None),
    ],
)
async def test_the_header_has_the_colour_of_how_things_stand(
    told: str, changes: dict[str, Any], tone: Tone, template: str | None
) -> None:
    [rendered] = RENDERER.render([view(told, **changes)], heading(), CHANNEL, at(90))
    assert rendered.message.tone is tone
    bot = Bot()
    await send(bot, {}, message=rendered.message)
    assert bot.body["card"]["header"].get("template") == template


async def test_the_longest_message_is_taken_and_a_longer_one_is_not_sent() -> None:
    users = [f"ou_{n:02d}{'x' * 27}" for n in range(13)]
    with FakeFeishu("demo") as bot:
        sent = await send_over(
            CHANNEL,
            {
                **TARGET,
                "secret_env": "BOT_SECRET",
                "allow_private": True,
                "keyword": "预" * 50,
                "at_user_ids": users,
            },
            None,
            environment={"BOT_URL": bot.url, "BOT_SECRET": "demo"},
            message=make_message(title="标" * 120, written="\n".join(['"长"' * 20] * 400)),
            possible_duplicate=True,
            at=datetime.now(UTC),
        )
        assert sent.kind is SendClass.DELIVERED
        assert len(bot.messages[0].text.encode()) > 12_000
    long = Composed("标题", "长" * 7000)
    refused = await send_over(CHANNEL, TARGET, never, environment=ENVIRONMENT, composed=long)
    assert (refused.kind, refused.provider_code) == (SendClass.CONTENT, "too_long")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("{url_env: BOT_URL, at_user_ids: ['<at>']}", "write an ou_"),
        (f"{{url_env: BOT_URL, at_user_ids: [{', '.join(['a' * 60] * 9)}]}}", "mention fewer"),
        ("{url_env: BOT_URL, at_mobiles: ['1']}", "unknown key 'at_mobiles'"),
        (f"{{url_env: BOT_URL, keyword: {'k' * 51}}}", "is no keyword: write up to 50"),
        ("{url_env: BOT_URL, secret_env: NO_SECRET}", "NO_SECRET is not set"),
        ("{url_env: PLAIN_URL}", "begin with https://"),
    ],
)
def test_an_entry_that_is_wrong_is_refused_with_its_line_and_the_remedy(
    line: str, word: str
) -> None:
    environment = {**ENVIRONMENT, "PLAIN_URL": URL.replace("https", "http")}
    said = refusal_of("feishu", line, environment)
    assert word in said
    assert "hook" not in said
