"""Alerts of one group → the messages a person reads, in their language.

What happened, how much against which limit, since when, the numbers behind it, the lever to pull,
the owner and how complete the data is. Words live in templates/<locale>.j2 (sandboxed), numbers in
`numbers`. Length is measured in UTF-8 bytes of JSON text, since that is what a robot counts.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from alerts.channels.markup import markdown
from alerts.channels.texts import Texts, fit, json_bytes, plain_words, shorten, without_markup
from alerts.episodes.rules import Key
from alerts.rendering.facts import facts_of
from alerts.rendering.numbers import Numbers
from alerts.rendering.view import SEVERITIES, AlertView

TEMPLATES = Path(__file__).with_name("templates")
TITLE_CHARACTERS_MAX = 120
BRIEF_CHARACTERS_MAX = 80
OPEN_LINES_MAX = 100
"""Of what is only still open: nobody reads on, and thousands would fill every message."""
_ICONS = {"info": "🔵", "warning": "🟠", "critical": "🔴"}
_COLORS = {"info": "#0969da", "warning": "#bc4c00", "critical": "#cf222e"}
_RECOVERED_COLOR, _ENDED_COLOR = "#1a7f37", "#59636e"
_ADDRESS = re.compile(r"https?://[^\s()<>\[\]\\\"'`|]{1,2000}")
"""Of a runbook, which is a link on purpose: nothing in it ends the link that is made of it."""


class Message(Struct, frozen=True):
    """One rendered message and the alerts it carries. Title and `subject` say the present state:
    mails of a thread are held together by their References, not by an old subject."""

    keys: tuple[Key, ...]
    title: str
    subject: str
    text: str
    plain: str
    html: str


class _Fact(Struct, frozen=True):
    label: str
    text: str
    link: bool = False


class _Block(Struct, frozen=True):
    """One alert in plain words; each medium escapes them where it adds its own markup."""

    key: Key
    heading: str
    headline: str
    facts: tuple[_Fact, ...]
    color: str
    colon: str

    def markdown(self) -> str:
        facts = "\n".join(
            f"- {markdown(one.label)}{self.colon}"
            + (_link(one.text) if one.link else markdown(one.text))
            for one in self.facts
        )
        return f"#### {markdown(self.heading)}\n**{markdown(self.headline)}**\n\n{facts}"

    def plain(self) -> str:
        facts = "\n".join(f"  {one.label}{self.colon}{one.text}" for one in self.facts)
        return f"{self.heading}\n{self.headline}\n{facts}"


class Renderer:
    """The templates, compiled once."""

    def __init__(self) -> None:
        self._words = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False
        )
        self._pages = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True
        )

    def render(
        self,
        views: Sequence[AlertView],
        *,
        locale: str,
        receiver: str,
        now: datetime,
        text_bytes_max: int,
    ) -> list[Message]:
        """Changed alerts in full, most severe first, then one line for each that is only still
        open; as many messages as the byte limit asks for. `views` has at least one told alert."""
        words = self.words(locale)
        zoned = [(view, _zone(view, locale, now)) for view in sorted(views, key=_urgency)]
        zones = {zone for _, zone in zoned}
        # A zone that all share is said once, at the end of the message.
        details = [(view, zone if len(zones) > 1 else "") for view, zone in zoned]
        told = [
            (view, facts_of(view, locale, now, zone))
            for view, zone in details
            if view.told != "unchanged"
        ]
        unchanged = [one for one in details if one[0].told == "unchanged"]
        shown = [
            str(words.open_line(facts_of(view, locale, now, zone)))
            for view, zone in unchanged[:OPEN_LINES_MAX]
        ]
        if len(unchanged) > OPEN_LINES_MAX:
            shown.append(str(words.left_out(len(unchanged) - OPEN_LINES_MAX)))
        blocks = [_block(words, view, facts) for view, facts in told]
        zone = str(words.zone(zones.pop())) if len(zones) == 1 else ""
        bytes_max = text_bytes_max - json_bytes(f"\n\n{zone}")
        parts = _pack(blocks, bytes_max)
        first, others = told[0][1], len(told) - 1
        title = shorten(str(words.title(first, others)), TITLE_CHARACTERS_MAX)
        preheader = shorten(str(words.preheader(first, others)), TITLE_CHARACTERS_MAX)
        messages = []
        for number, part in enumerate(parts, start=1):
            lines = shown if number == len(parts) else []
            label = f" {words.part(number, len(parts))}" if len(parts) > 1 else ""
            still_open = str(words.still_open())
            page = self._pages.get_template("mail.html.j2").render(
                locale=locale,
                blocks=part,
                open_lines=lines,
                still_open=still_open,
                receiver=receiver,
                preheader=preheader if number == 1 else "",
                zone=zone,
            )
            marked = [markdown(line) for line in lines]
            text = _join([block.markdown() for block in part], f"**{still_open}**", marked)
            plain = _join([block.plain() for block in part], still_open, lines)
            ending = f"\n\n{zone}" if zone else ""
            messages.append(
                Message(
                    keys=tuple(block.key for block in part),
                    title=title + label,
                    subject=title + label,
                    text=fit(text, bytes_max, words.left_out) + ending,
                    plain=plain + ending,
                    html=page,
                )
            )
        return messages

    def words(self, locale: str) -> Any:
        """The words of a locale: its macros, and its tables by name."""
        return self._words.get_template(f"{locale}.j2").module

    def shorten(self, texts: Texts, locale: str, bytes_max: int) -> Texts:
        """Texts that a provider found too long, cut on a line's end (see `fit`)."""
        words = self.words(locale)
        body = fit(texts.body, bytes_max, words.left_out)
        return without_markup(texts.title, body, fit(texts.plain, bytes_max, words.left_out))

    def brief(self, texts: Texts, locale: str) -> Texts:
        """The title alone, for a provider that refuses the text itself: letters, figures and
        plain punctuation, nothing a robot could take for markup or a link."""
        words = self.words(locale)
        title = shorten(plain_words(texts.title), BRIEF_CHARACTERS_MAX)
        said = f"{title}\n\n{words.refused()}"
        return without_markup(title, said, said)


def _pack(blocks: Sequence[_Block], bytes_max: int) -> list[list[_Block]]:
    """Blocks in order into as few messages as fit; a block is never divided."""
    parts: list[list[_Block]] = []
    used = 0
    for block in blocks:
        size = json_bytes(block.markdown()) + 8
        if not parts or used + size > bytes_max:
            parts.append([])
            used = 0
        parts[-1].append(block)
        used += size
    return parts


def _join(blocks: Sequence[str], still_open: str, lines: Sequence[str]) -> str:
    tail = ["\n".join([still_open, "", *(f"- {line}" for line in lines)])] if lines else []
    return "\n\n".join([*blocks, *tail])


def _block(words: Any, view: AlertView, facts: dict[str, Any]) -> _Block:
    ended_icon = "✅" if facts["recovered"] else "⚪"
    ended_color = _RECOVERED_COLOR if facts["recovered"] else _ENDED_COLOR
    icon = {"resolved": ended_icon, "withdrawn": "⚪"}.get(view.told, _ICONS[view.breach.severity])
    runbook = facts["runbook"] if _ADDRESS.fullmatch(facts["runbook"]) else None
    rows = [line.partition("\t") for line in str(words.facts(facts)).split("\n") if line.strip()]
    return _Block(
        key=view.key,
        heading=f"{icon} {words.badge(facts)} · {facts['scope']}",
        headline=str(words.headline(facts)),
        facts=tuple(_Fact(label, text, link=text == runbook) for label, _, text in rows),
        color=ended_color if view.ends_at else _COLORS[view.breach.severity],
        colon=str(words.colon),
    )


def _link(address: str) -> str:
    return f"[{markdown(address.partition('://')[2])}]({address})"


def _urgency(view: AlertView) -> tuple[bool, int, datetime, Key]:
    ended = view.told in ("resolved", "withdrawn")
    return ended, -SEVERITIES.index(view.breach.severity), view.starts_at, view.key


def _zone(view: AlertView, locale: str, now: datetime) -> str:
    """The zone of the times that a message says about an alert."""
    breach = view.breach
    instants = [view.starts_at, breach.event_time, view.ends_at or now]
    return Numbers(locale, breach.currency, breach.time_zone).zone(instants)
