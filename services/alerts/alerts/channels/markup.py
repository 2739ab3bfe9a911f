"""What keeps a name a name: nothing that anybody called something is markup, link or control.

Words and names are put together as plain text first. Each medium escapes the whole of it once,
where it adds its own markup, so that no name can be forgotten: Markdown here, HTML by its template,
plain text and titles by `one_line` alone.
"""

import re

from alerts.channels.texts import NAME_CHARACTERS_MAX, shorten

REPLACEMENT = "\ufffd"
"""Shown in the place of a character that nobody should see act."""

_SPACES = re.compile(r"[^\S\u00a0]+")
"""All but the no-break spaces, which keep a figure on one line."""
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls, what turns the direction of the letters behind it, and halves of characters."""
_BACKSLASHED = re.compile(r"[\\`*_\[\]#]|(?<=\])\(")
"""What every renderer of Markdown takes literally behind a backslash; of parentheses the one that
would begin an address."""
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "~": "&#126;"})
"""Not in that oldest list: as references they are no tag, quote, table or stroke in any."""
_LOOKALIKES = str.maketrans("<>[]*`~|#\\:._&-+)", "＜＞［］＊｀～｜＃＼：．＿＆－＋）")
_ACTING = re.compile(r"[<>\[\]*`~|#\\]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,31};)")
"""An underscore inside of a word acts nowhere, and a name like `ctr_low` is read as it is."""
_ITEM = re.compile(r"\A\s*(?:\d{1,9}[.)]|[-+])(?=\s|\Z)")
"""At the beginning of a text: the first item of a list."""
_LINK = re.compile(r":(?=//)|(?<=www)\.|(?<=mailto):|(?<=javascript):", re.IGNORECASE)


def one_line(text: str) -> str:
    """A tenant's text without line breaks, controls or endless length, so it cannot forge another
    line or turn one round; "" of one that shows nothing, so that an id can stand in its place."""
    if not any(character.isprintable() and character != " " for character in text):
        return ""
    return shorten(_UNSEEN.sub(REPLACEMENT, _SPACES.sub(" ", text).strip()), NAME_CHARACTERS_MAX)


def markdown(text: str) -> str:
    """`text` shown as typed where Markdown is read (alerting.md A2): no emphasis, heading, quote,
    tag or link, and no bare address that a client would make one.

    Underscores inside of a word are left alone, as every renderer does; a name like `ctr_low`
    would else be hard to read where a client shows the backslash.
    """
    escaped = _BACKSLASHED.sub(_backslashed, text).translate(_ENTITIES)
    return _LINK.sub(lambda found: f"&#{ord(found[0])};", escaped)


def lookalikes(text: str) -> str:
    """`text` as it is read where a medium has no escape, or none that all its programs know: what
    would act there is its full-width twin, which acts in none."""
    for acting in (_ACTING, _LINK, _ITEM):
        text = acting.sub(_lookalike, text)
    return text


def _lookalike(found: re.Match[str]) -> str:
    return found[0].translate(_LOOKALIKES)


def _backslashed(found: re.Match[str]) -> str:
    text, at = found.string, found.start()
    inside = 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
    return found[0] if found[0] == "_" and inside else "\\" + found[0]
