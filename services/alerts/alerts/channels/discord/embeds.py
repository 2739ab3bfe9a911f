"""A message as Discord takes it: an embed for each alert, in the colour of its state (alerting.md
A6)."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from alerts.channels.message import Composed, FactLine, Message
from alerts.channels.texts import characters, divided, shorten
from alerts.channels.writing import Markup

TITLE_CHARACTERS_MAX = 256
DESCRIPTION_CHARACTERS_MAX = 4_096
LABEL_CHARACTERS_MAX = 80

_ACTS = re.compile(r"[\\`*_~|<>\[\]]|:(?=//)|@(?=everyone|here)|^[-#+]", re.IGNORECASE)
"""Discord takes a backslash before each of these away, and shows what stands behind it."""
_UNIT = re.compile(r"\[[^\]\\]*(?:\\.[^\]\\]*)*\]\([^()]*\)|\\.|.", re.DOTALL)


def escaped(text: str) -> str:
    """`text` shown as typed: no emphasis, link, mention or address that a client would make one."""
    return _ACTS.sub(r"\\\g<0>", text)


def _link(line: FactLine) -> str:
    label = shorten(line.link_text, LABEL_CHARACTERS_MAX)
    return f"[{escaped(label)}]({line.text})"


MARKUP = Markup(
    escape=escaped,
    link=_link,
    heading="{}",
    headline="**{}**",
    strong="**{}**",
    measure=characters,
)


def content(
    title: str, message: Message, composed: Composed, mentions: Sequence[str]
) -> dict[str, Any]:
    """Embeds, and who is mentioned: nobody else. A message that had to be cut is shown as its text
    is."""
    whole = composed.whole and not message.written
    embeds = _alerts(message) if whole else _text(message, composed)
    first, *others = list(embeds) or [{}]
    roles = [one.removeprefix("&") for one in mentions if one.startswith("&")]
    users = [one for one in mentions if not one.startswith("&")]
    called = " ".join(f"<@{one}>" for one in mentions)
    return {
        **({"content": called} if called else {}),
        "embeds": [{"title": _title(title), **first}, *others],
        "allowed_mentions": {
            "parse": [],
            **({"users": users} if users else {}),
            **({"roles": roles} if roles else {}),
        },
    }


def _title(title: str) -> str:
    shown = escaped(title)
    fits = characters(shown) <= TITLE_CHARACTERS_MAX
    # Half of it: each character may need a backslash.
    return shown if fits else escaped(shorten(title, TITLE_CHARACTERS_MAX // 2))


def _alerts(message: Message) -> Iterator[dict[str, Any]]:
    for block in message.blocks:
        yield from _embeds(MARKUP.block(block, message.words.colon), block.color)
    still_open = MARKUP.text(replace(message, blocks=()))
    yield from _embeds(f"{still_open}\n\n{escaped(message.zone)}")


def _text(message: Message, composed: Composed) -> Iterator[dict[str, Any]]:
    yield from _embeds(composed.text, message.blocks[0].color if message.blocks else "")


def _embeds(text: str, color: str = "") -> Iterator[dict[str, Any]]:
    colored = {"color": int(color.removeprefix("#"), 16)} if color else {}
    for piece in divided(text, DESCRIPTION_CHARACTERS_MAX, _UNIT, characters):
        yield {**colored, "description": piece}
