"""Discord: embeds of a webhook, delivered when it says the message's id (alerting.md A6)."""

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from pydantic import BaseModel

from alerts.channels.contract import ChannelLimits, Outgoing, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.discord.answers import classify
from alerts.channels.discord.embeds import MARKUP, content
from alerts.channels.message import Composed, Message
from alerts.channels.result import SendResult
from alerts.channels.texts import characters
from alerts.channels.web.address import WebEntry, endpoint, send_to
from alerts.channels.web.http import environment_values
from alerts.channels.web.robots import labelled

TEXT_CHARACTERS_MAX = 5_700
"""Of 6,000 over all embeds of a message; the rest is its title."""
ALERTS_MAX = 8
"""Of ten embeds: one alert may need two, and one is for what is only still open."""
MENTIONS_MAX = 20

_PERSON = re.compile(r"&?[0-9]{15,20}")
_THREAD = re.compile(r"[0-9]{15,20}")


class DiscordHook(WebEntry, frozen=True, kw_only=True, tag="discord", tag_field="kind"):
    """A webhook of a channel, or of one of its threads."""

    thread_id: str | None = None
    mentions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.thread_id is not None and not _THREAD.fullmatch(self.thread_id):
            raise ValueError(f"{self.thread_id!r} is no id of a thread: its digits, in quotes")
        for one in self.mentions:
            if not _PERSON.fullmatch(one):
                raise ValueError(f"{one!r} is no id of a member, or & and the id of a role")
        if len(self.mentions) > MENTIONS_MAX:
            raise ValueError(f"at most {MENTIONS_MAX} mentions: name a role (&…)")


class DiscordView(BaseModel):
    """Names of environment variables; what they hold is never shown."""

    name: str | None
    url_env: str
    allow_private: bool
    thread_id: str | None
    mentions: list[str]


class Discord:
    """How many messages a webhook takes is in no document: what it refuses for that waits."""

    kind = "discord"
    mentions = "mentions"
    configuration = DiscordHook
    shown = DiscordView
    limits = ChannelLimits(text_max=TEXT_CHARACTERS_MAX, alerts_max=ALERTS_MAX, measure=characters)

    def destinations(self, entry: DiscordHook, environment: Mapping[str, str]) -> list[Endpoint]:
        """One channel, or one thread of it."""
        return [endpoint(self.kind, entry, environment, room=entry.thread_id)]

    def compose(self, message: Message, text_max: int) -> Composed:
        """Markdown as Discord reads it; its embeds are made of the message when it is sent."""
        return MARKUP.compose(message, text_max)

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        hook = msgspec.convert(outgoing.target, DiscordHook)
        values = environment_values(tools, hook.url_env, None)
        if isinstance(values, SendResult):
            return values
        title, _ = labelled(outgoing)
        said = content(title, outgoing.message, outgoing.composed, hook.mentions)
        return await send_to(
            tools,
            _asking(values[0], hook.thread_id),
            json.dumps(said, ensure_ascii=False).encode(),
            classify,
            allow_private=hook.allow_private,
        )


def _asking(url: str, thread_id: str | None) -> str:
    """The address with the wish for an answer: without it, what is not saved is no error."""
    asked = {"wait": "true", **({"thread_id": thread_id} if thread_id else {})}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}"
