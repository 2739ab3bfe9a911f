"""Feishu and Lark custom bot: a card, signed in its body, and its answer read (alerting.md A4).

A fault may come with HTTP 200; only a body with `code` 0 means delivered. The Markdown of a card
has escapes that not all programs know, so what would act in a name is shown by its full-width twin.
"""

import base64
import hashlib
import hmac
import json
import re
from typing import Any

import msgspec
from msgspec.structs import replace
from pydantic import BaseModel

from alerts.channels.contract import ChannelLimits, Outgoing, Tools
from alerts.channels.markup import lookalikes
from alerts.channels.message import Tone
from alerts.channels.result import SendClass, SendResult
from alerts.channels.texts import utf8_bytes
from alerts.channels.web.address import send_to
from alerts.channels.web.answers import Codes
from alerts.channels.web.http import environment_values
from alerts.channels.web.robots import ChatRobot, KeywordEntry, labelled, too_long, with_keyword
from alerts.channels.writing import Markup, twin_link

BODY_BYTES_MAX = 20_000
"""Of the whole request; the bot refuses above 20 KB (alerting.md A4)."""
MENTIONS_BYTES_MAX = 600
TEXT_BYTES_MAX = 18_000
"""For the text alone: the rest is the card, its title, the signature, keyword and mentions."""
SENDS_PER_MINUTE = 90
SENDS_PER_SECOND = 4
"""The bot takes 100 and 5; these are Paceline's margins (alerting.md A10)."""
ALL = "all"
"""Among the user ids: everybody in the group."""

_USER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HURRIED = "9499"
_CODES = Codes(
    key="code",
    message_key="msg",
    classes={
        "0": SendClass.DELIVERED,
        _HURRIED: SendClass.RATE_LIMITED,
        "11232": SendClass.RATE_LIMITED,
        "19036": SendClass.CONTENT,
        "19021": SendClass.CONFIG,
        "19022": SendClass.CONFIG,
        "19024": SendClass.CONFIG,
    },
)
_TEMPLATES = {Tone.CRITICAL: "red", Tone.WARNING: "orange", Tone.RECOVERED: "green"}
"""Colours of a card's header; the others have the plain one."""
MARKUP = Markup(escape=lookalikes, link=twin_link, heading="**{}**", headline="{}", strong="**{}**")


def sign(secret: str, timestamp_s: int) -> str:
    """Base64 of HMAC-SHA256 with key "<s>\\n<secret>" over nothing."""
    digest = hmac.new(f"{timestamp_s}\n{secret}".encode(), b"", hashlib.sha256)
    return base64.b64encode(digest.digest()).decode()


def classify(status: int, body: bytes, retry_after: str | None = None) -> SendResult:
    """What an answer means. One code stands for two faults, which its words tell apart: too many
    requests, and one that the bot cannot read."""
    found = _CODES.classify(status, body, retry_after)
    if found.provider_code == _HURRIED and found.provider_message.lower() == "bad request":
        return replace(found, kind=SendClass.CONTENT, retry_after_s=None)
    return found


class FeishuBot(KeywordEntry, frozen=True, kw_only=True, tag="feishu", tag_field="kind"):
    """A bot of Feishu or Lark. `at_user_ids` mentions people by open id or user id, `all` all."""

    at_user_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for user in self.at_user_ids:
            if not _USER_ID.fullmatch(user):
                raise ValueError(f"{user!r} is no user id: write an ou_…, a user id, or all")
        if utf8_bytes(_mentions(self.at_user_ids)) > MENTIONS_BYTES_MAX:
            raise ValueError("so many people have no room in a message: mention fewer")


class FeishuView(BaseModel):
    """Names of environment variables; what they hold is never shown."""

    name: str | None
    url_env: str
    secret_env: str | None
    allow_private: bool
    keyword: str | None
    at_user_ids: list[str]


class Feishu(ChatRobot):
    kind = "feishu"
    mentions = "at_user_ids"
    markup = MARKUP
    configuration = FeishuBot
    shown = FeishuView
    limits = ChannelLimits(
        text_max=TEXT_BYTES_MAX,
        sends_per_minute=SENDS_PER_MINUTE,
        sends_per_second=SENDS_PER_SECOND,
    )

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        bot = msgspec.convert(outgoing.target, FeishuBot)
        values = environment_values(tools, bot.url_env, bot.secret_env)
        if isinstance(values, SendResult):
            return values
        url, secret = values
        title, text = labelled(outgoing)
        text = with_keyword(text, bot.keyword) + _mentions(bot.at_user_ids)
        body = json.dumps(
            {
                **_signature(secret, int(outgoing.at.timestamp())),
                "msg_type": "interactive",
                "card": card(lookalikes(title), text, outgoing.message.tone),
            },
            ensure_ascii=False,
        ).encode()
        return too_long(body, BODY_BYTES_MAX) or await send_to(
            tools, _bare(url), body, classify, allow_private=bot.allow_private
        )


def card(title: str, text: str, tone: Tone) -> dict[str, Any]:
    """The card as an object, as a webhook takes it."""
    header: dict[str, Any] = {"title": {"tag": "plain_text", "content": title}}
    if tone in _TEMPLATES:
        header["template"] = _TEMPLATES[tone]
    return {
        "config": {"wide_screen_mode": True},
        "header": header,
        "elements": [{"tag": "div", "text": {"tag": "lark_md", "content": text}}],
    }


def _signature(secret: str | None, timestamp_s: int) -> dict[str, str]:
    if not secret:
        return {}
    return {"timestamp": str(timestamp_s), "sign": sign(secret, timestamp_s)}


def _bare(url: str) -> str:
    """Without a query: with one, the bot refuses every card (alerting.md A4)."""
    return url.partition("?")[0].partition("#")[0]


def _mentions(users: tuple[str, ...]) -> str:
    return "\n\n" + " ".join(f"<at id={user}></at>" for user in users) if users else ""
