"""What robots of chats have in common: a word that their messages must have, a label, a limit."""

import re

from alerts.channels.contract import RESENT, Outgoing
from alerts.channels.result import SendClass, SendResult, result_of
from alerts.channels.web.address import SignedEntry

_KEYWORD = re.compile(r"\S(?:.{0,48}\S)?")


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
    label = f"{RESENT} " if outgoing.possible_duplicate else ""
    return label + outgoing.composed.title, label + outgoing.composed.text


def too_long(content: bytes, bytes_max: int) -> SendResult | None:
    """The refusal that is sure to come, without asking for it."""
    if len(content) <= bytes_max:
        return None
    return result_of(SendClass.CONTENT, "too_long", f"{len(content)} bytes, not sent")
