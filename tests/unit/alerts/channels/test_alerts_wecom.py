"""WeCom: delivered only in the robot's own words, coloured, within its 4,096 bytes (A3, A10)."""

import json
import re

import httpx
import pytest

from alerts.channels.message import Composed
from alerts.channels.result import SendClass
from alerts.channels.wecom import WeCom, classify
from cli.fakes.wecom import BUSY, NO_ROBOT, NO_TYPE, OK, TOO_FAST, TOO_LONG, FakeWeCom
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

CHANNEL = WeCom()
TARGET = {"kind": "wecom", "url_env": "WECOM_URL"}
ENVIRONMENT = {"WECOM_URL": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K0"}
ANSWERS = [
    ("ok", 200, OK, SendClass.DELIVERED, "0", False),
    ("ok whatever it says", 200, {"errcode": 0, "errmsg": "x"}, SendClass.DELIVERED, "0", False),
    ("a fault says ok", 200, {**TOO_LONG, "errmsg": "ok"}, SendClass.CONTENT, "40058", False),
    ("no code", 200, {"errmsg": "ok"}, SendClass.RETRYABLE, "no_errcode", True),
    ("busy", 200, BUSY, SendClass.RETRYABLE, "-1", False),
    ("too fast", 200, TOO_FAST, SendClass.RATE_LIMITED, "45009", False),
    ("too long", 200, TOO_LONG, SendClass.CONTENT, "40058", False),
    ("an escape in it", 200, {"errcode": 40033}, SendClass.CONTENT, "40033", False),
    ("no such robot", 200, NO_ROBOT, SendClass.CONFIG, "93000", False),
    ("no such type", 200, NO_TYPE, SendClass.CONFIG, "40008", False),
    ("a code nobody knows", 200, {"errcode": 42}, SendClass.CONFIG, "42", False),
    ("a gateway's code", 502, {"errcode": 42}, SendClass.RETRYABLE, "http_502", True),
    ("ok behind an error", 500, OK, SendClass.RETRYABLE, "http_500", True),
    ("forbidden", 403, {}, SendClass.CONFIG, "http_403", False),
    ("too many", 429, {}, SendClass.RATE_LIMITED, "http_429", False),
]


@each_of(ANSWERS)
def test_an_answer_means(status: int, body: Body, meaning: Meaning) -> None:
    assert_means(classify, status, body, meaning)


def test_a_message_is_coloured_by_how_things_stand() -> None:
    note = {"lever": None, "runbook": "https://wiki.example/a_b?c=1", "bucket": None}
    told = [
        view(annotations=note),
        view("resolved", alert=2, ends_at=at(60), reason="below_reset"),
        view("resolved", alert=3, ends_at=at(60), reason="rule_removed"),
    ]
    [rendered] = RENDERER.render(told, heading(), CHANNEL, at(90))
    text = CHANNEL.compose(rendered.message, 3_560).text
    colors = re.findall(r'<font color="(\w+)">(.)[^<]*</font>', text)
    assert colors == [("warning", "🔴"), ("info", "✅"), ("comment", "⚪")]
    assert "> 处理手册：[wiki.example/a_b?c=1](https://wiki.example/a_b?c=1)" in text
    assert "**花费过快" in text


async def test_the_body_is_utf_8_and_mentions_people_behind_the_text() -> None:
    seen: list[httpx.Request] = []

    def robot(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answered(200, json.dumps(OK).encode())

    found = await send_over(
        CHANNEL,
        {**TARGET, "mentioned": ["wang.lei", "li-na"]},
        robot,
        environment=ENVIRONMENT,
        possible_duplicate=True,
    )
    assert found.kind is SendClass.DELIVERED
    assert json.loads(seen[0].content) == {
        "msgtype": "markdown",
        "markdown": {"content": "(重发/resent) 正文\n\n<@wang.lei> <@li-na>"},
    }
    assert "正文".encode() in seen[0].content
    assert seen[0].headers["host"] == "qyapi.weixin.qq.com"


async def test_the_longest_text_has_room_for_label_and_mentions_and_a_longer_is_not_sent() -> None:
    users = [f"user-{n:02d}-{'x' * 20}" for n in range(15)]
    written = make_message(written="\n".join(["长" * 50] * 40))
    with FakeWeCom() as robot:
        sent = await send_over(
            CHANNEL,
            {**TARGET, "mentioned": users, "allow_private": True},
            None,
            environment={"WECOM_URL": robot.url},
            message=written,
            possible_duplicate=True,
        )
        assert sent.kind is SendClass.DELIVERED
        [message] = robot.messages
        assert message.content.endswith(f"<@{users[-1]}>")
        assert len(message.content.encode()) > 3_800
    long = Composed("标题", "长" * 1400)
    refused = await send_over(CHANNEL, TARGET, never, environment=ENVIRONMENT, composed=long)
    assert (refused.kind, refused.provider_code) == (SendClass.CONTENT, "too_long")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("{url_env: WECOM_URL, mentioned: ['@all']}", "neither @all nor a mobile number"),
        ("{url_env: WECOM_URL, mentioned: ['13800000000']}", "address book"),
        (f"{{url_env: WECOM_URL, mentioned: [{', '.join(['a' * 60] * 9)}]}}", "mention fewer"),
        ("{url_env: WECOM_URL, secret_env: WECOM_URL}", "unknown key 'secret_env'"),
        ("{url_env: PLAIN_URL}", "begin with https://"),
        ("{url_env: NONE_URL}", "NONE_URL is not set"),
    ],
)
def test_an_entry_that_is_wrong_is_refused_with_its_line_and_the_remedy(
    line: str, word: str
) -> None:
    environment = {**ENVIRONMENT, "PLAIN_URL": "http://qyapi.weixin.qq.com/?key=K0"}
    said = refusal_of("wecom", line, environment)
    assert word in said
    assert "K0" not in said
