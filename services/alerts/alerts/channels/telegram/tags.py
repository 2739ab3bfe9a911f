"""Text as Telegram reads it: a few tags of HTML (alerting.md A7).

By itself it makes links of what looks like an address, a mention, a hashtag or a command; a word
joiner in the middle, which nobody sees, keeps it from that. Lengths are those of what is shown,
without tags and references.
"""

import re
from html import escape, unescape

from alerts.channels.message import FactLine
from alerts.channels.texts import characters, shorten
from alerts.channels.writing import Markup

JOINER = "\u2060"
LABEL_CHARACTERS_MAX = 80

_TAG = re.compile(r"<[^<>]*>")
_ACTS = re.compile(
    r"(?<=[@#/])(?=\w)"  # a mention, a hashtag, a command
    r"|(?<=\$)(?=[A-Za-z])"  # a share
    r"|(?<=\.)(?=[^\W\d_])"  # a domain, but no figure
    r"|(?<=:)(?=//)"
    r"|(?<=[0-9]\.)(?=[0-9]{1,3}\.[0-9]{1,3}\.[0-9])"  # an address in numbers
)


def harmless(text: str) -> str:
    """`text` shown as typed: no tag, and nothing in it is a link."""
    return escape(_ACTS.sub(JOINER, text), quote=False)


def visible(text: str) -> int:
    """Characters that are shown, as Telegram counts them."""
    return characters(unescape(_TAG.sub("", text)))


def _link(line: FactLine) -> str:
    label = shorten(line.link_text, LABEL_CHARACTERS_MAX)
    return f'<a href="{escape(line.text)}">{harmless(label)}</a>'


MARKUP = Markup(
    escape=harmless,
    link=_link,
    heading="{}",
    headline="<b>{}</b>",
    strong="<b>{}</b>",
    bullet="• ",
    measure=visible,
)
