"""A message as Slack takes it: blocks with mrkdwn, and for each alert an attachment that has the
colour of its state (alerting.md A1).

Slack reads `*`, `_`, `~` and backticks as markup, the wide ones as well, and has no escape for
them: letters that look alike stand in their place. `verbatim` keeps it from making links and
mentions of what people called something.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from alerts.channels.message import Composed, FactLine, Message
from alerts.channels.texts import characters, divided, plain_words, shorten
from alerts.channels.writing import Markup

HEADER_CHARACTERS_MAX = 150
SECTION_CHARACTERS_MAX = 2_900
FALLBACK_CHARACTERS_MAX = 60
LABEL_CHARACTERS_MAX = 80
ADDRESS_CHARACTERS_MAX = 2_000

_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ALIKE = str.maketrans("*~`＊＿｀", "∗∼ˋ﹡⸏ˋ")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""Inside of a word it never acts, and `ctr_low` is read as it is."""
_UNIT = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)


def mrkdwn(text: str) -> str:
    """`text` shown as typed: no emphasis, code, mention or link."""
    return _UNDERSCORE.sub("ˍ", text.translate(_REFERENCES).translate(_ALIKE))


def _link(line: FactLine) -> str:
    escaped = line.text.translate(_REFERENCES)
    if len(escaped) > ADDRESS_CHARACTERS_MAX:
        # A link is never cut in two: one without room in a section is shown only.
        return mrkdwn(shorten(line.text.partition("://")[2], LABEL_CHARACTERS_MAX))
    return f"<{escaped}|{mrkdwn(shorten(line.link_text, LABEL_CHARACTERS_MAX))}>"


MARKUP = Markup(
    escape=mrkdwn,
    link=_link,
    heading="{}",
    headline="*{}*",
    strong="*{}*",
    bullet="• ",
    measure=characters,
)


def content(
    title: str, message: Message, composed: Composed, mentions: Sequence[str]
) -> dict[str, Any]:
    """Text for notifications, blocks and attachments. A message that had to be cut is shown as its
    text is."""
    header = {"type": "plain_text", "text": shorten(title, HEADER_CHARACTERS_MAX), "emoji": False}
    whole = composed.whole and not message.written
    return {
        "text": mrkdwn(title),
        "blocks": [
            {"type": "header", "text": header},
            *_sections(" ".join(map(_mention, mentions))),
        ],
        "attachments": list(_alerts(message) if whole else _text(message, composed)),
    }


def _alerts(message: Message) -> Iterator[dict[str, Any]]:
    for block in message.blocks:
        text = MARKUP.block(block, message.words.colon)
        yield _attachment(block.headline, text, color=block.color)
    still_open = replace(message, blocks=())
    if ending := f"{MARKUP.text(still_open)}\n\n{mrkdwn(message.zone)}".strip():
        yield _attachment(message.zone or message.words.still_open, ending)


def _text(message: Message, composed: Composed) -> Iterator[dict[str, Any]]:
    color = {"color": message.blocks[0].color} if message.blocks else {}
    yield _attachment(composed.title, composed.text, **color)


def _attachment(fallback: str, text: str, **more: str) -> dict[str, Any]:
    plain = shorten(plain_words(fallback), FALLBACK_CHARACTERS_MAX)
    return {**more, "fallback": plain, "blocks": _sections(text)}


def _sections(text: str) -> list[dict[str, Any]]:
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": piece, "verbatim": True}}
        for piece in divided(text, SECTION_CHARACTERS_MAX, _UNIT, characters)
    ]


def _mention(identity: str) -> str:
    return f"<!subteam^{identity}>" if identity.startswith("S") else f"<@{identity}>"
