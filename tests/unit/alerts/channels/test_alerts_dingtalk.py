"""DingTalk: signed as in the vectors, and delivered only in the robot's own words (M1)."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.dingtalk import (
    DingTalk,
    build_body,
    classify,
    sign,
    signed_url,
)
from alerts.channels.message import Composed
from alerts.channels.result import SendClass, SendResult
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
from tests.unit.alerts.sending import Provider, answered, assert_means, never, send_over


def test_the_signature_equals_the_vector() -> None:
    assert sign("this is secret", 1577262236757) == "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="


def test_the_signature_is_url_encoded_once() -> None:
    url = signed_url("https://o/robot/send?access_token=T", "this is secret", 1577262236757)
    assert url == (
        "https://o/robot/send?access_token=T&timestamp=1577262236757"
        "&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D"
    )
    assert signed_url("https://o/x", None, 1) == "https://o/x"


def test_a_mentioned_mobile_stands_in_the_text_and_chinese_stays_three_bytes() -> None:
    body = build_body("标题", "正文", ("13800000000",))
    sent = json.loads(body)
    assert sent["markdown"] == {"title": "标题", "text": "正文\n\n@13800000000"}
    assert sent["at"] == {"atMobiles": ["13800000000"], "isAtAll": False}
    assert "标题".encode() in body


OK = b'{"errcode":0,"errmsg":"ok"}'
SIGN = b'{"errcode":310000,"errmsg":"sign not match"}'
FAST = b'{"errcode":130101,"errmsg":"send too fast"}'
LONG = b'{"errcode":460101,"errmsg":"too long"}'
TITLE = b'{"errcode":400402,"errmsg":"title"}'
BUSY = b'{"errcode":-1,"errmsg":"system busy"}'
PUNISHED = b'{"status":1111,"punish":"slow"}'
ANSWERS = [
    ("ok", 200, OK, DELIVERED, "0", False),
    ("ok as a text", 200, b'{"errcode":"0"}', DELIVERED, "0", False),
    ("another 2xx in the robot's words", 201, OK, DELIVERED, "0", False),
    ("200 without errcode is no delivery", 200, b"{}", RETRYABLE, "no_errcode", True),
    ("200 with a page is no delivery", 200, PAGE, RETRYABLE, "no_errcode", True),
    ("200 with nothing is no delivery", 200, b"", RETRYABLE, "no_errcode", True),
    ("a list is no answer", 200, b"[0]", RETRYABLE, "no_errcode", True),
    ("null is no code", 200, b'{"errcode":null}', RETRYABLE, "no_errcode", True),
    ("false is no 0", 200, b'{"errcode":false}', RETRYABLE, "no_errcode", True),
    ("a decimal is no code", 200, b'{"errcode":0.0}', RETRYABLE, "no_errcode", True),
    ("minus nought is no code", 200, b'{"errcode":"-0"}', RETRYABLE, "no_errcode", True),
    ("noughts are no code", 200, b'{"errcode":"000"}', RETRYABLE, "no_errcode", True),
    ("two codes, the last 0", 200, b'{"errcode":1,"errcode":0}', RETRYABLE, "no_errcode", True),
    ("two codes, the last not 0", 200, b'{"errcode":0,"errcode":1}', RETRYABLE, "no_errcode", True),
    ("a word is no code", 200, b'{"errcode":"ok"}', RETRYABLE, "no_errcode", True),
    ("half an answer", 200, b'{"errcode":0,"err', RETRYABLE, "no_errcode", True),
    ("no content", 204, b"", RETRYABLE, "no_errcode", True),
    ("accepted by somebody", 202, PAGE, RETRYABLE, "no_errcode", True),
    ("punished", 200, PUNISHED, RATE_LIMITED, "punish", False),
    ("punished with an errcode", 200, b'{"errcode":0,"status":1}', RATE_LIMITED, "punish", False),
    ("wrong signature", 200, SIGN, CONFIG, "310000", False),
    ("wrong signature behind a 400", 400, SIGN, CONFIG, "310000", False),
    ("too fast", 200, FAST, RATE_LIMITED, "130101", False),
    ("too long", 200, LONG, CONTENT, "460101", False),
    ("no title", 200, TITLE, CONTENT, "400402", False),
    ("busy", 200, BUSY, RETRYABLE, "-1", False),
    ("unknown code fails visibly", 200, b'{"errcode":42}', CONFIG, "42", False),
    ("a gateway that passed it on", 502, PAGE, RETRYABLE, "http_502", True),
    ("a gateway that waited in vain", 504, b"", RETRYABLE, "http_504", True),
    ("a gateway's own JSON", 502, b'{"status":502}', RETRYABLE, "http_502", True),
    ("an error after the work", 500, PAGE, RETRYABLE, "http_500", True),
    ("reset behind a proxy", 503, b"upstream reset", RETRYABLE, "http_503", True),
    ("500 is no delivery whatever it says", 500, OK, RETRYABLE, "http_500", True),
    ("403 is no delivery whatever it says", 403, OK, CONFIG, "http_403", True),
    ("a redirect is no delivery whatever it says", 302, OK, CONFIG, "http_302", True),
    ("too many", 429, b"", RATE_LIMITED, "http_429", False),
    ("forbidden", 403, PAGE, CONFIG, "http_403", False),
    ("gone", 404, b"", CONFIG, "http_404", False),
    ("redirect", 302, b"", CONFIG, "http_302", True),
    ("see other, after the work", 303, b"", CONFIG, "http_303", True),
    ("timed out in the middle", 408, b"", RETRYABLE, "http_408", True),
    ("too large", 413, b"", CONTENT, "http_413", False),
]


@each_of(ANSWERS)
def test_an_answer_means(status: int, body: Body, meaning: Meaning) -> None:
    assert_means(classify, status, body, meaning)


@given(
    st.integers(100, 599),
    st.binary(max_size=40)
    | st.builds(
        lambda code, more: json.dumps({"errcode": code, **more}).encode(),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        st.dictionaries(st.sampled_from(["status", "punish", "errmsg"]), st.text(max_size=5)),
    ),
)
def test_delivered_is_only_what_the_robot_says_behind_a_success(status: int, body: bytes) -> None:
    found = classify(status, body)
    if found.kind is SendClass.DELIVERED:
        assert 200 <= status < 300
        assert json.loads(body)["errcode"] in (0, "0")


def test_retry_after_is_honoured() -> None:
    assert classify(429, b"", "7").retry_after_s == 7
    assert classify(429, b"", "soon").retry_after_s == 60
    assert classify(429, b"", "²").retry_after_s == 60
    assert classify(429, b"", "9" * 30).retry_after_s == 3600


TARGET = {
    "kind": "dingtalk",
    "url_env": "OPS_DINGTALK_URL",
    "secret_env": "OPS_DINGTALK_SECRET",
}


async def send(handler: Provider, target: Mapping[str, Any] = TARGET, **changes: Any) -> SendResult:
    return await send_over(DingTalk(), target, handler, **changes)


async def test_a_request_carries_signature_and_markdown() -> None:
    seen: list[httpx.Request] = []

    def robot(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answered(200, b'{"errcode": 0, "errmsg": "ok"}')

    assert (await send(robot)).kind is SendClass.DELIVERED
    query = seen[0].url.params
    assert sign("SECfixed", int(query["timestamp"])) == query["sign"]
    assert json.loads(seen[0].content)["msgtype"] == "markdown"


@pytest.mark.parametrize(
    ("error", "code", "maybe"),
    [
        (httpx.ConnectError("https://oapi/?access_token=T0"), "connect", False),
        (httpx.ReadTimeout("https://oapi/?access_token=T0"), "no_answer", True),
        (httpx.RemoteProtocolError("https://oapi/?access_token=T0"), "no_answer", True),
    ],
)
async def test_a_network_fault_is_retried_and_shows_no_secret(
    error: Exception, code: str, maybe: bool
) -> None:
    def robot(_: httpx.Request) -> httpx.Response:
        raise error

    found = await send(robot)
    assert (found.kind, found.provider_code, found.maybe_delivered) == (
        SendClass.RETRYABLE,
        code,
        maybe,
    )
    assert "T0" not in found.provider_message


async def test_an_oversize_body_is_not_sent_at_all() -> None:
    found = await send(never, composed=Composed("标题", "长" * 7000))
    assert (found.kind, found.provider_code) == (SendClass.CONTENT, "too_long")


async def test_of_a_strangers_endless_page_only_the_beginning_is_read() -> None:
    sent = 0

    async def page() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(10_000):
            sent += 65_536
            yield b"x" * 65_536

    def robot(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=page())

    found = await send(robot)
    assert (found.kind, found.provider_code) == (SendClass.RETRYABLE, "no_errcode")
    assert sent < 1_000_000


async def test_a_variable_that_vanished_is_a_fault_of_configuration() -> None:
    found = await send(never, {"kind": "dingtalk", "url_env": "GONE_URL"})
    assert (found.kind, found.provider_message) == (SendClass.CONFIG, "GONE_URL is not set")


async def test_a_keyword_is_added_to_a_text_that_has_it_not() -> None:
    seen: list[str] = []

    def robot(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content)["markdown"]["text"])
        return answered(200, OK)

    for keyword in ("预算", "正文"):
        await send(robot, {**TARGET, "keyword": keyword, "at_mobiles": ["13800000000"]})
    assert seen == ["正文\n\n预算\n\n@13800000000", "正文\n\n@13800000000"]
