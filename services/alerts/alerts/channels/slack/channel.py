"""Slack: a webhook, or a bot that keeps an episode in one thread (alerting.md A1, A10)."""

import json
import re
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from alerts.channels.contract import ChannelLimits, Outgoing, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.message import Composed, Message
from alerts.channels.result import SendResult
from alerts.channels.slack.answers import classify_webhook
from alerts.channels.slack.blocks import MARKUP, content
from alerts.channels.slack.bot import send_in_thread
from alerts.channels.slack.entry import SlackRoom, SlackView
from alerts.channels.texts import characters
from alerts.channels.web.address import WebEntry, endpoint, send_to
from alerts.channels.web.bot import bot_endpoint
from alerts.channels.web.http import environment_values
from alerts.channels.web.robots import labelled

TEXT_CHARACTERS_MAX = 8_800
"""Of 12,000 for all texts of a message (alerting.md A10); the rest is titles and mentions."""
ALERTS_MAX = 20
"""An attachment each, far from the 40 blocks of A10 even where some texts take two."""
SENDS_PER_MINUTE = 50
"""Slack takes one a second in a channel."""

_TOKEN = re.compile(r"xox[a-z]-[!-~]{8,500}")


class Slack:
    kind = "slack"
    mentions = "mentions"
    configuration = SlackRoom
    shown = SlackView
    limits = ChannelLimits(
        text_max=TEXT_CHARACTERS_MAX,
        sends_per_minute=SENDS_PER_MINUTE,
        alerts_max=ALERTS_MAX,
        keeps_threads=True,
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
        room = msgspec.convert(outgoing.target, SlackRoom)
        if room.url_env is None:
            return await send_in_thread(room, outgoing, tools)
        values = environment_values(tools, room.url_env, None)
        if isinstance(values, SendResult):
            return values
        title, _ = labelled(outgoing)
        said = content(title, outgoing.message, outgoing.composed, room.mentions)
        body = json.dumps(said, ensure_ascii=False).encode()
        return await send_to(
            tools, values[0], body, classify_webhook, allow_private=room.allow_private
        )
