"""WeCom group robot: markdown messages, and its answer read (alerting.md A3, A10).

The robot answers every fault with HTTP 200; only a body with `errcode` 0 means delivered. Its
markdown has no escape, so what would act in a name is shown by its full-width twin.
"""

import json
import re

import msgspec
from pydantic import BaseModel

from alerts.channels.contract import ChannelLimits, Outgoing, Tools
from alerts.channels.markup import lookalikes
from alerts.channels.message import Tone
from alerts.channels.result import SendClass, SendResult
from alerts.channels.texts import utf8_bytes
from alerts.channels.web.address import WebEntry, send_to
from alerts.channels.web.answers import Codes
from alerts.channels.web.http import environment_values
from alerts.channels.web.robots import ChatRobot, labelled, too_long
from alerts.channels.writing import Markup, twin_link

CONTENT_BYTES_MAX = 4_096
"""Of the markdown alone; the robot counts its bytes (alerting.md A3)."""
MENTIONS_BYTES_MAX = 500
TEXT_BYTES_MAX = 3_560
"""For the text alone: the rest is the mentions and the label of a second copy."""
SENDS_PER_MINUTE = 18
"""The robot takes 20 (secondary); this is Paceline's margin (alerting.md A10)."""

_USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_MOBILE = re.compile(r"1\d{10}")
_CODES = Codes(
    key="errcode",
    message_key="errmsg",
    classes={
        "0": SendClass.DELIVERED,
        "-1": SendClass.RETRYABLE,
        "45009": SendClass.RATE_LIMITED,
        "40058": SendClass.CONTENT,
        "40033": SendClass.CONTENT,
        "93000": SendClass.CONFIG,
        "40008": SendClass.CONFIG,
    },
)
classify = _CODES.classify


MARKUP = Markup(
    escape=lookalikes,
    link=twin_link,
    heading='<font color="{color}">{}</font>',
    headline="**{}**",
    strong="**{}**",
    bullet="> ",
    # The three that it has: green, grey and orange.
    colors={
        Tone.CRITICAL: "warning",
        Tone.WARNING: "warning",
        Tone.INFO: "comment",
        Tone.RECOVERED: "info",
        Tone.ENDED: "comment",
    },
    measure=utf8_bytes,
)


class WeComRobot(WebEntry, frozen=True, kw_only=True, tag="wecom", tag_field="kind"):
    """A robot; whoever has its address may speak through it, there is no signature. Its markdown
    mentions people by their user ids alone."""

    mentioned: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for user in self.mentioned:
            if not _USER_ID.fullmatch(user) or _MOBILE.fullmatch(user):
                raise ValueError(
                    f"{user!r} is no user id: markdown mentions neither @all nor a mobile number, "
                    "write the account (账号) of the address book"
                )
        if utf8_bytes(_mentions(self.mentioned)) > MENTIONS_BYTES_MAX:
            raise ValueError("so many people have no room in a message: mention fewer")


class WeComView(BaseModel):
    """The name of an environment variable; what it holds is never shown."""

    name: str | None
    url_env: str
    allow_private: bool
    mentioned: list[str]


class WeCom(ChatRobot):
    kind = "wecom"
    mentions = "mentioned"
    markup = MARKUP
    configuration = WeComRobot
    shown = WeComView
    limits = ChannelLimits(
        text_max=TEXT_BYTES_MAX, sends_per_minute=SENDS_PER_MINUTE, measure=utf8_bytes
    )

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        robot = msgspec.convert(outgoing.target, WeComRobot)
        values = environment_values(tools, robot.url_env, None)
        if isinstance(values, SendResult):
            return values
        _, text = labelled(outgoing)
        content = text + _mentions(robot.mentioned)
        body = {"msgtype": "markdown", "markdown": {"content": content}}
        return too_long(content.encode(), CONTENT_BYTES_MAX) or await send_to(
            tools,
            values[0],
            json.dumps(body, ensure_ascii=False).encode(),
            classify,
            allow_private=robot.allow_private,
        )


def _mentions(users: tuple[str, ...]) -> str:
    return "\n\n" + " ".join(f"<@{user}>" for user in users) if users else ""
