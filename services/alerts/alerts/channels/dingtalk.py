"""DingTalk custom robot: signed markdown messages, and its answer read (alerting.md A2, A10).

The robot answers every fault with HTTP 200; only a body with `errcode` 0 means delivered.
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from urllib.parse import quote

import msgspec
from pydantic import BaseModel

from alerts.channels.contract import ChannelLimits, Outgoing, Tools
from alerts.channels.markup import markdown
from alerts.channels.message import FactLine
from alerts.channels.result import SendClass, SendResult, clip
from alerts.channels.web.address import send_to
from alerts.channels.web.answers import Codes, fields_of
from alerts.channels.web.http import SUCCESS, environment_values
from alerts.channels.web.robots import ChatRobot, KeywordEntry, labelled, too_long, with_keyword
from alerts.channels.writing import Markup

BODY_BYTES_MAX = 19_900
"""The robot refuses above 20,000; this is Paceline's margin (alerting.md A10)."""
TEXT_BYTES_MAX = 18_500
"""For the text alone: the rest is the envelope, the title and the mentions."""
SENDS_PER_MINUTE = 18
PUNISHED_PARK_S = 600.0
"""A robot that was blocked stays blocked for ten minutes (secondary, alerting.md A2)."""

_MOBILE = re.compile(r"\+?[\d-]{5,20}")
_CODES = Codes(
    key="errcode",
    message_key="errmsg",
    classes={
        "0": SendClass.DELIVERED,
        "-1": SendClass.RETRYABLE,
        "130101": SendClass.RATE_LIMITED,
        "410100": SendClass.RATE_LIMITED,
        "460101": SendClass.CONTENT,
        "101002": SendClass.CONTENT,
        "400402": SendClass.CONTENT,
        "310000": SendClass.CONFIG,
    },
)


def _link(line: FactLine) -> str:
    return f"[{markdown(line.link_text)}]({line.text})"


MARKUP = Markup(
    escape=markdown, link=_link, heading="#### {}", headline="**{}**\n", strong="**{}**"
)


def sign(secret: str, timestamp_ms: int) -> str:
    """Base64 of HMAC-SHA256 with key `secret` over "<ms>\\n<secret>"; not yet URL-encoded."""
    digest = hmac.new(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(digest.digest()).decode()


def signed_url(url: str, secret: str | None, timestamp_ms: int) -> str:
    """The address with `timestamp` and `sign` (URL-encoded once); unchanged without a secret."""
    if not secret:
        return url
    signature = quote(sign(secret, timestamp_ms), safe="")
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}timestamp={timestamp_ms}&sign={signature}"


def build_body(title: str, text: str, at_mobiles: tuple[str, ...]) -> bytes:
    """The request body in UTF-8; a mentioned mobile must also stand in the text."""
    mentions = " ".join(f"@{mobile}" for mobile in at_mobiles)
    body = {
        "msgtype": "markdown",
        "markdown": {"title": title, "text": f"{text}\n\n{mentions}" if mentions else text},
        "at": {"atMobiles": list(at_mobiles), "isAtAll": False},
    }
    return json.dumps(body, ensure_ascii=False).encode()


def classify(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """What an answer means. A robot that is blocked says so in a shape of its own."""
    answer = fields_of(body)
    punished = answer.get("punish") or answer.get("status") not in (None, 0, "0")
    if punished and (status in SUCCESS or _CODES.of(answer) == "0"):
        return SendResult(
            kind=SendClass.RATE_LIMITED,
            provider_code="punish",
            provider_message=clip(str(answer.get("punish") or answer.get("status"))),
            http_status=status,
            retry_after_s=PUNISHED_PARK_S,
        )
    return _CODES.classify(status, body, retry_after)


class Robot(KeywordEntry, frozen=True, kw_only=True, tag="dingtalk", tag_field="kind"):
    """A robot; its address and signing secret are read from the environment when sending. Files
    from before `allow_private` may lead to a gateway of their own, so it is allowed by default."""

    allow_private: bool = True
    at_mobiles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for mobile in self.at_mobiles:
            if not _MOBILE.fullmatch(mobile):
                raise ValueError(f"{mobile!r} is no mobile number")


class DingTalkView(BaseModel):
    """Names of environment variables; what they hold is never shown."""

    name: str | None
    url_env: str
    secret_env: str | None
    allow_private: bool
    keyword: str | None


class DingTalk(ChatRobot):
    kind = "dingtalk"
    mentions = "at_mobiles"
    markup = MARKUP
    configuration = Robot
    shown = DingTalkView
    limits = ChannelLimits(text_max=TEXT_BYTES_MAX, sends_per_minute=SENDS_PER_MINUTE)

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        robot = msgspec.convert(outgoing.target, Robot)
        values = environment_values(tools, robot.url_env, robot.secret_env)
        if isinstance(values, SendResult):
            return values
        url, secret = values
        title, text = labelled(outgoing)
        body = build_body(title, with_keyword(text, robot.keyword), robot.at_mobiles)
        signed = signed_url(url, secret, _milliseconds(outgoing.at))
        return too_long(body, BODY_BYTES_MAX) or await send_to(
            tools, signed, body, classify, allow_private=robot.allow_private
        )


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
