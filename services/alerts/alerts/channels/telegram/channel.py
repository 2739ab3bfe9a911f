"""Telegram: a bot's messages to one chat (alerting.md A7, A10)."""

import json
import re
from collections.abc import Mapping

import msgspec
from pydantic import BaseModel

from alerts.channels.contract import ChannelLimits, Outgoing, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.message import Composed, Message
from alerts.channels.result import SendClass, SendResult, result_of
from alerts.channels.telegram.answers import classify
from alerts.channels.telegram.tags import MARKUP, visible
from alerts.channels.web.address import send_to
from alerts.channels.web.bot import BotEntry, bot_endpoint, token_and_api
from alerts.channels.web.robots import labelled

API_URL = "https://api.telegram.org"
MESSAGE_CHARACTERS_MAX = 4_096
"""Of what is shown, behind the parsing of its entities."""
TEXT_CHARACTERS_MAX = 3_700
"""The rest is the label of a second copy and the mentions."""
SENDS_PER_MINUTE = 18
"""A group takes 20 (secondary); this is Paceline's margin."""
MENTIONS_MAX = 10

_CHAT = re.compile(r"-?[1-9][0-9]{0,19}|@[A-Za-z][A-Za-z0-9_]{3,31}")
_PERSON = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}")
_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}")


class TelegramChat(BotEntry, frozen=True, kw_only=True, tag="telegram", tag_field="kind"):
    """A chat that the bot is in, or one topic of a group."""

    chat_id: str
    topic: int | None = None
    mentions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.token_env is None:
            raise ValueError("'token_env' is missing: the variable with the bot's token")
        if not _CHAT.fullmatch(self.chat_id):
            raise ValueError(
                f"{self.chat_id!r} is no chat: its id, such as -1001234567890, or @channel"
            )
        for one in self.mentions:
            if not _PERSON.fullmatch(one):
                raise ValueError(f"{one!r} is no name of a person, such as @ann_lee")
        if len(self.mentions) > MENTIONS_MAX:
            raise ValueError(f"at most {MENTIONS_MAX} mentions")


class TelegramView(BaseModel):
    """Names of environment variables; what they hold is never shown."""

    name: str | None
    token_env: str
    chat_id: str
    topic: int | None
    api_url_env: str | None
    allow_private: bool
    mentions: list[str]


class Telegram:
    kind = "telegram"
    mentions = "mentions"
    configuration = TelegramChat
    shown = TelegramView
    limits = ChannelLimits(
        text_max=TEXT_CHARACTERS_MAX, sends_per_minute=SENDS_PER_MINUTE, measure=visible
    )

    def destinations(self, entry: TelegramChat, environment: Mapping[str, str]) -> list[Endpoint]:
        """One chat, or one topic of it."""
        topic = f"/{entry.topic}" if entry.topic is not None else ""
        return [bot_endpoint(self.kind, entry, f"{entry.chat_id}{topic}", _TOKEN, environment)]

    def compose(self, message: Message, text_max: int) -> Composed:
        """HTML as Telegram reads it."""
        return MARKUP.compose(message, text_max)

    async def send(self, outgoing: Outgoing, tools: Tools) -> SendResult:
        chat = msgspec.convert(outgoing.target, TelegramChat)
        opened = token_and_api(tools, chat, API_URL)
        if isinstance(opened, SendResult):
            return opened
        token, api_url = opened
        _, text = labelled(outgoing)
        shown = "\n\n".join(filter(None, [text, " ".join(chat.mentions)]))
        if visible(shown) > MESSAGE_CHARACTERS_MAX:
            return result_of(SendClass.CONTENT, "too_long", f"{visible(shown)} characters")
        said = {
            "chat_id": chat.chat_id if chat.chat_id.startswith("@") else int(chat.chat_id),
            "text": shown,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            **({"message_thread_id": chat.topic} if chat.topic is not None else {}),
        }
        return await send_to(
            tools,
            f"{api_url}/bot{token}/sendMessage",
            json.dumps(said, ensure_ascii=False).encode(),
            classify,
            allow_private=chat.allow_private,
        )
