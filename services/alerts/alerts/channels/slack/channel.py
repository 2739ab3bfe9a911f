"""Slack: an incoming webhook, or a bot that keeps an episode in one thread (alerting.md A1, A10).

A bot's first message of an episode is the root. Later ones stand below it, and the root shows what
the newest says: it is updated before the newest is sent, for an update does no harm twice.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace
from pydantic import BaseModel

from alerts.channels.contract import ChannelLimits, Outgoing, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.message import Composed, Message
from alerts.channels.result import SendClass, SendResult
from alerts.channels.slack.answers import classify_api, classify_webhook
from alerts.channels.slack.blocks import MARKUP, content
from alerts.channels.texts import characters
from alerts.channels.web.address import WebEntry, endpoint, send_to
from alerts.channels.web.bot import BotEntry, bot_endpoint, token_and_api
from alerts.channels.web.http import environment_values
from alerts.channels.web.robots import labelled

API_URL = "https://slack.com/api"
TEXT_CHARACTERS_MAX = 8_800
"""Of 12,000 for all texts of a message (alerting.md A10); the rest is titles and mentions."""
ALERTS_MAX = 20
"""An attachment each, far from the 40 blocks of A10 even where some texts take two."""
SENDS_PER_MINUTE = 50
"""Slack takes one a second in a channel."""
MENTIONS_MAX = 20
CALL_SHARE = 0.3
"""Of the time of an attempt: below a root it may take three calls, and where the first has no
answer in time nothing was sent."""

GONE = ("message_not_found", "thread_not_found")
"""Somebody deleted the root: another is begun."""
KEPT = ("cant_update_message", "edit_window_closed")
"""The root stays as it is, such as that of another bot."""

Call = Callable[[str, Mapping[str, Any]], Awaitable[SendResult]]
"""Method of the Web API and its arguments → the answer."""

_CHANNEL = re.compile(r"[CGD][A-Z0-9]{6,30}")
_PERSON = re.compile(r"[UWS][A-Z0-9]{6,30}")
_TOKEN = re.compile(r"xox[a-z]-[!-~]{8,500}")


class SlackRoom(BotEntry, frozen=True, kw_only=True, tag="slack", tag_field="kind"):
    """A channel of Slack, by a webhook's address or by a bot's token and the channel's id."""

    url_env: str | None = None
    channel: str | None = None
    mentions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.url_env is None) is (self.token_env is None):
            raise ValueError("write either url_env, of a webhook, or token_env and channel")
        if (self.channel is None) is not (self.token_env is None):
            raise ValueError("channel and token_env go together: a webhook has its own channel")
        if self.url_env is not None and self.api_url_env is not None:
            raise ValueError("api_url_env is for a bot: a webhook has its own address")
        if self.channel is not None and not _CHANNEL.fullmatch(self.channel):
            raise ValueError(
                f"{self.channel!r} is no id of a channel, such as C0123ABCD: see its details"
            )
        for one in self.mentions:
            if not _PERSON.fullmatch(one):
                raise ValueError(f"{one!r} is no id of a member (U…) or of a user group (S…)")
        if len(self.mentions) > MENTIONS_MAX:
            raise ValueError(f"at most {MENTIONS_MAX} mentions: name a user group (S…)")


class SlackView(BaseModel):
    """Names of environment variables; what they hold is never shown."""

    name: str | None
    url_env: str | None
    token_env: str | None
    channel: str | None
    api_url_env: str | None
    allow_private: bool
    mentions: list[str]


class Slack:
    kind = "slack"
    configuration = SlackRoom
    shown = SlackView
    limits = ChannelLimits(
        text_max=TEXT_CHARACTERS_MAX,
        sends_per_minute=SENDS_PER_MINUTE,
        alerts_max=ALERTS_MAX,
        measure=characters,
    )

    def destinations(self, entry: SlackRoom, environment: Mapping[str, str]) -> list[Endpoint]:
        """One channel."""
        if entry.url_env is None:
            room = entry.channel or ""
            return [bot_endpoint(self.kind, entry, room, _TOKEN, environment)]
        hook = WebEntry(name=entry.name, url_env=entry.url_env, allow_private=entry.allow_private)
        target = msgspec.to_builtins(replace(entry, name=None))
        return [replace(endpoint(self.kind, hook, environment), target=target)]

    def compose(self, message: Message, text_max: int) -> Composed:
        """Mrkdwn; its blocks are made of the message when it is sent."""
        return MARKUP.compose(message, text_max)

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        """One message, and the root of its thread brought up to date."""
        room = msgspec.convert(outgoing.target, SlackRoom)
        title, _ = labelled(outgoing)
        said = content(title, outgoing.message, outgoing.composed, room.mentions)
        if room.url_env is not None:
            values = environment_values(tools, room.url_env, None)
            if isinstance(values, SendResult):
                return values
            url, body = values[0], _body(said)
            return await send_to(
                tools, url, body, classify_webhook, allow_private=room.allow_private
            )
        opened = token_and_api(tools, room, API_URL)
        if isinstance(opened, SendResult):
            return opened
        root = _root(outgoing.thread_id, room.channel)
        timeout_s = tools.timeout_s * (CALL_SHARE if root else 1)
        hurried = replace(tools, timeout_s=timeout_s)
        call = partial(_call, hurried, *opened, allow_private=room.allow_private)
        return await _thread(call, room.channel or "", root, said, outgoing.message)


async def _thread(
    call: Call, channel: str, root: str | None, said: Mapping[str, Any], message: Message
) -> SendResult:
    """The root of the thread is updated, then the message is sent: below it, or as another root."""
    if root and not message.continued:
        updated = await call("chat.update", {**said, "channel": channel, "ts": root})
        if updated.provider_code in GONE:
            root = None
        elif updated.kind is not SendClass.DELIVERED and updated.provider_code not in KEPT:
            return replace(updated, maybe_delivered=False)
    new = {**said, "channel": channel, "unfurl_links": False, "unfurl_media": False}
    sent = await call("chat.postMessage", {**new, "thread_ts": root} if root else new)
    if root and sent.provider_code in GONE:
        root = None
        sent = await call("chat.postMessage", new)
    return replace(sent, thread_id=f"{channel}/{root}" if root else sent.message_id)


def _root(thread_id: str | None, channel: str | None) -> str | None:
    """The `ts` of a root in this channel: a corrected entry may lead to another one."""
    where, _, ts = (thread_id or "").partition("/")
    return ts if where == channel and ts else None


async def _call(
    tools: Tools,
    token: str,
    api_url: str,
    method: str,
    arguments: Mapping[str, Any],
    *,
    allow_private: bool,
) -> SendResult:
    return await send_to(
        tools,
        f"{api_url}/{method}",
        _body(arguments),
        classify_api,
        allow_private=allow_private,
        headers={"authorization": f"Bearer {token}"},
    )


def _body(arguments: Mapping[str, Any]) -> bytes:
    return json.dumps(arguments, ensure_ascii=False).encode()
