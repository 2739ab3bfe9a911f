"""DingTalk: signed as in the vectors, and delivered only in the robot's own words (M1)."""

import json

import httpx
import pytest

from alerts.channels.dingtalk import (
    DingTalkSender,
    build_body,
    classify,
    sign,
    signed_url,
)
from alerts.channels.result import SendClass
from alerts.config import DingTalkTarget
from tests.unit.alerts.builders import ENVIRONMENT


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


ANSWERS = [
    ("ok", 200, b'{"errcode":0,"errmsg":"ok"}', SendClass.DELIVERED, "0"),
    ("200 without errcode is no delivery", 200, b"{}", SendClass.RETRYABLE, "no_errcode"),
    ("200 with a page is no delivery", 200, b"<html>", SendClass.RETRYABLE, "no_errcode"),
    ("a list is no answer", 200, b"[0]", SendClass.RETRYABLE, "no_errcode"),
    ("punished", 200, b'{"status":1111,"punish":"slow"}', SendClass.RATE_LIMITED, "punish"),
    (
        "punished with an errcode",
        200,
        b'{"errcode":0,"status":1}',
        SendClass.RATE_LIMITED,
        "punish",
    ),
    (
        "wrong signature",
        200,
        b'{"errcode":310000,"errmsg":"sign not match"}',
        SendClass.CONFIG,
        "310000",
    ),
    (
        "too fast",
        200,
        b'{"errcode":130101,"errmsg":"send too fast"}',
        SendClass.RATE_LIMITED,
        "130101",
    ),
    ("too long", 200, b'{"errcode":460101,"errmsg":"too long"}', SendClass.CONTENT, "460101"),
    ("no title", 200, b'{"errcode":400402,"errmsg":"title"}', SendClass.CONTENT, "400402"),
    ("busy", 200, b'{"errcode":-1,"errmsg":"system busy"}', SendClass.RETRYABLE, "-1"),
    ("unknown code fails visibly", 200, b'{"errcode":42}', SendClass.CONFIG, "42"),
    ("bad gateway", 502, b"<html>", SendClass.RETRYABLE, "http_502"),
    ("too many", 429, b"", SendClass.RATE_LIMITED, "http_429"),
    ("gone", 404, b"", SendClass.CONFIG, "http_404"),
    ("redirect", 302, b"", SendClass.CONFIG, "http_302"),
    ("too large", 413, b"", SendClass.CONTENT, "http_413"),
]


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"), [row[1:] for row in ANSWERS], ids=[r[0] for r in ANSWERS]
)
def test_an_answer_means(status: int, body: bytes, kind: SendClass, code: str) -> None:
    found = classify(status, body)
    assert (found.kind, found.provider_code, found.http_status) == (kind, code, status)


def test_retry_after_is_honoured() -> None:
    assert classify(429, b"", "7").retry_after_s == 7
    assert classify(429, b"", "soon").retry_after_s == 60
    assert classify(429, b"", "²").retry_after_s == 60
    assert classify(429, b"", "9" * 30).retry_after_s == 3600


TARGET = DingTalkTarget("OPS_DINGTALK_URL", "OPS_DINGTALK_SECRET")


async def send(handler, text: str = "正文", target: DingTalkTarget = TARGET):  # type: ignore[no-untyped-def]
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        return await DingTalkSender(ENVIRONMENT, client, 1.0).send(target, "标题", text)


async def test_a_request_carries_signature_and_markdown() -> None:
    seen: list[httpx.Request] = []

    def robot(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"errcode": 0, "errmsg": "ok"})

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
    def robot(_: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing may be sent")

    found = await send(robot, "长" * 7000)
    assert (found.kind, found.provider_code) == (SendClass.CONTENT, "too_long")


async def test_a_variable_that_vanished_is_a_fault_of_configuration() -> None:
    def robot(_: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing may be sent")

    found = await send(robot, target=DingTalkTarget("GONE_URL"))
    assert (found.kind, found.provider_message) == (SendClass.CONFIG, "GONE_URL is not set")
