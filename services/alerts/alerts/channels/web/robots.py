"""What robots of chats have in common: an entry is one address, a message is text with markup; a
word that messages must have, a label, a limit."""

import re
from collections.abc import Mapping

from alerts.channels.contract import Outgoing
from alerts.channels.destinations import Endpoint
from alerts.channels.message import Composed, Message
from alerts.channels.result import SendClass, SendResult, result_of
from alerts.channels.web.address import SignedEntry, WebEntry, endpoint
from alerts.channels.writing import Markup

_KEYWORD = re.compile(r"\S(?:.{0,48}\S)?")


class ChatRobot:
    """The part of a channel that does not depend on its provider."""

    kind: str
    markup: Markup

    def destinations(self, entry: WebEntry, environment: Mapping[str, str]) -> list[Endpoint]:
        """One robot. Raises EntryError."""
        return [endpoint(self.kind, entry, environment)]

    def compose(self, message: Message, text_max: int) -> Composed:
        """The text as the robot takes it."""
        return self.markup.compose(message, text_max)


class KeywordEntry(SignedEntry, frozen=True, kw_only=True):
    """With `keyword`, the word that the robot asks for: without it a message is refused."""

    keyword: str | None = None

    def __post_init__(self) -> None:
        if self.keyword is not None and not _KEYWORD.fullmatch(self.keyword):
            raise ValueError(
                f"{self.keyword[:60]!r} is no keyword: write up to 50 characters in one line"
            )


def with_keyword(text: str, keyword: str | None) -> str:
    """The text, and behind it the keyword if it is not in it."""
    return text if not keyword or keyword in text else f"{text}\n\n{keyword}"


def labelled(outgoing: Outgoing) -> tuple[str, str]:
    """Title and text, which say that they may be a second copy."""
    label = f"{outgoing.message.words.resent} " if outgoing.possible_duplicate else ""
    return label + outgoing.composed.title, label + outgoing.composed.text


def too_long(content: bytes, bytes_max: int) -> SendResult | None:
    """The refusal that is sure to come, without asking for it."""
    if len(content) <= bytes_max:
        return None
    return result_of(SendClass.CONTENT, "too_long", f"{len(content)} bytes, not sent")
