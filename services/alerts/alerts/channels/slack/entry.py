"""An entry of the file for Slack, and what is shown of it."""

import re

from pydantic import BaseModel

from alerts.channels.web.bot import BotEntry

MENTIONS_MAX = 20

_CHANNEL = re.compile(r"[CGD][A-Z0-9]{6,30}")
_PERSON = re.compile(r"[UWS][A-Z0-9]{6,30}")


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
