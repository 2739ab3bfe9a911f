"""Alerts of one group → the messages a person reads, in their language.

What happened, how much against which limit, since when, the numbers behind it, the lever to pull,
the owner and how complete the data is. The words of a locale live in locales/, how a message is put
together of them in templates/message.j2 (sandboxed), numbers in `numbers`. A message is data; its
channel gives it a form, and says how much fits into one.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct
from msgspec.structs import replace

from alerts.channels.contract import Channel
from alerts.channels.markup import one_line
from alerts.channels.message import AlertFacts, Block, FactLine, Message, StillOpen, Tone, Words
from alerts.channels.texts import shorten
from alerts.episodes.rules import Key
from alerts.rendering.facts import facts_of
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.locales.vocabulary import Vocabulary
from alerts.rendering.numbers import Numbers
from alerts.rendering.past import past_text
from alerts.rendering.pictures import with_pictures
from alerts.rendering.responses import call_text, response_data
from alerts.rendering.summary import Summary, summary_text, summary_title
from alerts.rendering.view import SEVERITIES, AlertView
from alerts.response.links import Links, MailLink

TEMPLATES = Path(__file__).with_name("templates")
TITLE_CHARACTERS_MAX = 120
OPEN_LINES_MAX = 100
"""Of what is only still open: nobody reads on, and thousands would fill every message."""
STORM_MIN = 50
"""More than so many at once that do not fit into one message are a storm."""
LISTED_MAX = 200
"""Of what is told to people: 5,000 alerts were 145 messages of a robot that takes 18 a minute. The
most urgent stand in full, the others are counted."""
REMINDING = ("repeat", "answered")
"""What is no news of an alert, and told all the same."""
_ICONS = {"info": "🔵", "warning": "🟠", "critical": "🔴"}
_COLORS = {
    Tone.INFO: "#0969da",
    Tone.WARNING: "#bc4c00",
    Tone.CRITICAL: "#cf222e",
    Tone.RECOVERED: "#1a7f37",
    Tone.ENDED: "#59636e",
}
_ADDRESS = re.compile(r"https?://[^\s()<>\[\]\\\"'`|]{1,2000}")
"""Of a runbook, which is a link on purpose: nothing in it ends the link that is made of it."""


class Rendered(Struct, frozen=True):
    keys: tuple[Key, ...]
    message: Message


class Heading(Struct, frozen=True, kw_only=True):
    """What a message says of its group: to whom, why, and which alerts belong to it."""

    receiver: str
    locale: str
    reason: str = ""
    group_key: str = ""
    group_labels: Mapping[str, str] = {}
    workspace: str = ""
    digest: bool = False
    """Of a message of how things stand: what is no news is a line of it."""


class Renderer:
    """The template, compiled once, with the words of each locale."""

    def __init__(self, links: Links | None = None) -> None:
        """With `links` each open alert that is told has one to its page."""
        self._links = links
        template = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False
        ).get_template("message.j2")
        self._macros: Mapping[str, Any] = {
            locale: template.make_module({"w": words}) for locale, words in VOCABULARIES.items()
        }

    def render(
        self, views: Sequence[AlertView], heading: Heading, channel: Channel, now: datetime
    ) -> list[Rendered]:
        """Changed alerts in full, most severe first, then one line for each that is only still
        open; as many messages as the channel's limit asks for. `views` has at least one told
        alert."""
        locale = heading.locale
        words, macros = VOCABULARIES[locale], self._macros[locale]
        no_news = ("unchanged", *REMINDING) if heading.digest else ("unchanged",)
        ordered = sorted(views, key=_urgency)
        news = [view for view in ordered if view.told not in no_news]
        familiar = [view for view in ordered if view.told in no_news]
        listed = news if channel.limits.lists_all else news[:LISTED_MAX]
        zoned = [(view, _zone(view, locale, now)) for view in (*listed, *familiar[:OPEN_LINES_MAX])]
        zones = {zone for _, zone in zoned}
        # A zone that all share is said once, at the end of the message.
        details = [
            (view, self._facts(view, heading, now, zone if len(zones) > 1 else ""))
            for view, zone in zoned
        ]
        _tell_rules_apart([facts for _, facts in details], words)
        told, lines = details[: len(listed)], details[len(listed) :]
        first, others = details[0][1], len(news or familiar) - 1
        title = str(macros.title(first, others))
        if heading.digest:
            ended = sum(view.ends_at is not None for view in views)
            title = words.digest_title.format(open=len(views) - ended, over=ended)
        title = shorten(title, TITLE_CHARACTERS_MAX)
        whole = Message(
            title=title,
            locale=locale,
            receiver=heading.receiver,
            status="resolved" if all(view.ends_at for view in views) else "firing",
            reason=heading.reason,
            group_key=heading.group_key,
            group_labels=heading.group_labels,
            words=_words(words),
            preheader=shorten(str(macros.preheader(first, others)), TITLE_CHARACTERS_MAX),
            blocks=with_pictures(
                [_block(macros, view, facts) for view, facts in told],
                [view for view, _ in told],
                locale,
                channel.limits.pictures_max,
            ),
            unlisted=len(news) - len(listed),
            owners=_owners(news),
            still_open=tuple(
                StillOpen(str(macros.open_line(facts)), _alert(view)) for view, facts in lines
            ),
            left_out=len(familiar) - len(lines),
            zone=words.times.format(zone=zones.pop()) if len(zones) == 1 else "",
        )
        found = _divided(whole, [view.key for view in listed], channel, words)
        # What a line reminds of, or a number counts, is told by the message that has them.
        shown = sum(len(one.keys) for one in found)
        counted = [*news[shown:], *(one for one in familiar if one.told in REMINDING)]
        found[-1] = replace(found[-1], keys=(*found[-1].keys, *(one.key for one in counted)))
        return found

    def block(self, view: AlertView, locale: str, now: datetime) -> tuple[Block, str]:
        """One alert as its page shows it, and the zone of its times."""
        words, heading = VOCABULARIES[locale], Heading(receiver="", locale=locale)
        facts = self._facts(view, heading, now, "")
        zone = words.times.format(zone=_zone(view, locale, now))
        return _block(self._macros[locale], view, facts), zone

    def summary(self, summary: Summary, heading: Heading, now: datetime) -> Message:
        """What was in a period."""
        locale = heading.locale
        words, macros = VOCABULARIES[locale], self._macros[locale]
        longest = [
            str(macros.open_line(self._facts(view, heading, now, _zone(view, locale, now))))
            for view in summary.longest
        ]
        numbers = Numbers(locale, None, summary.location)
        text = summary_text(summary, words, numbers, longest)
        return _written(heading, summary_title(summary, words), text)

    def nothing(self, heading: Heading, muted: int) -> Message:
        """A digest that has nothing to tell."""
        words = VOCABULARIES[heading.locale]
        text = words.digest_muted.format(n=muted) if muted else words.digest_empty
        return _written(heading, words.digest_title.format(open=muted, over=0), text)

    def _facts(self, view: AlertView, heading: Heading, now: datetime, zone: str) -> dict[str, Any]:
        facts = {
            **facts_of(view, heading.locale, now, zone),
            "respond": "",
            "answer": VOCABULARIES[heading.locale].answer,
            "call": "",
            "earlier": "",
        }
        if view.past is not None and view.told == "firing":
            numbers = Numbers(heading.locale, None, view.signal.time_zone)
            facts["earlier"] = past_text(view.past, heading.locale, numbers)
        if view.ends_at is None:
            facts["call"] = call_text(heading.reason, view.response, heading.locale)
            if self._links is not None and heading.workspace:
                link = (heading.workspace, view.key.alert, heading.receiver)
                facts["respond"] = self._links.address(*link, now)
        return facts

    def leave(self, link: MailLink) -> str | None:
        """Where a mailbox unsubscribes; None without links."""
        return self._links.unsubscribe(link) if self._links else None

    def trial(self, receiver: str, locale: str, by: str) -> Message:
        """A message that only shows that it arrives."""
        words = VOCABULARIES[locale]
        return Message(
            title=words.trial_title,
            locale=locale,
            receiver=receiver,
            words=_words(words),
            written=words.trial.format(receiver=one_line(receiver), by=one_line(by)),
            reason="test",
        )


def _written(heading: Heading, title: str, text: str) -> Message:
    """One that tells of no alert by itself. Some chats show no title: it is in the text as well."""
    return Message(
        title=title,
        locale=heading.locale,
        receiver=heading.receiver,
        words=_words(VOCABULARIES[heading.locale]),
        written=f"{title}\n\n{text}",
        reason=heading.reason,
        group_key=heading.group_key,
    )


def _tell_rules_apart(details: Sequence[dict[str, Any]], words: Vocabulary) -> None:
    """Two rules may have one name: where a message speaks of both, their ids stand behind it."""
    rules: dict[str, set[str]] = {}
    for facts in details:
        rules.setdefault(facts["rule_name"], set()).add(facts["rule"])
    for facts in details:
        name = facts["rule_name"]
        if name and len(rules[name]) > 1:
            facts["rule_name"] = name + words.brackets.format(facts["rule"])


def _divided(
    whole: Message, keys: Sequence[Key], channel: Channel, words: Vocabulary
) -> list[Rendered]:
    """The message in as few as the channel's limit allows; a block is never divided. What is only
    still open is in the last one. A storm is one message: the most urgent, and how many more."""
    limits = channel.limits
    room = limits.text_max - limits.measure(f"\n\n{whole.zone}")
    parts: list[int] = []
    used = 0
    if not whole.blocks:
        parts.append(0)
    for block in whole.blocks:
        alone = replace(whole, blocks=(block,), unlisted=0, still_open=(), left_out=0, zone="")
        size = limits.measure(channel.compose(alone, limits.text_max).text) + 8
        if not parts or used + size > room or parts[-1] == limits.alerts_max:
            parts.append(0)
            used = 0
        parts[-1] += 1
        used += size
    many = len(whole.blocks) + whole.unlisted
    if len(parts) > 1 and many > STORM_MIN and not limits.lists_all:
        # The place of the last one is for the line that counts the others.
        parts = [max(1, parts[0] - 1)]
        whole = replace(whole, unlisted=many - parts[0])
    found, begin = [], 0
    for number, count in enumerate(parts, start=1):
        last, end = number == len(parts), begin + count
        label = " " + words.part.format(number=number, count=len(parts)) if len(parts) > 1 else ""
        message = replace(
            whole,
            title=whole.title + label,
            preheader=whole.preheader if number == 1 else "",
            blocks=whole.blocks[begin:end],
            unlisted=whole.unlisted if last else 0,
            still_open=whole.still_open if last else (),
            left_out=whole.left_out if last else 0,
            continued=number > 1,
        )
        found.append(Rendered(tuple(keys[begin:end]), message))
        begin = end
    return found


def _words(words: Vocabulary) -> Words:
    return Words(
        colon=words.colon,
        unlisted=words.unlisted,
        still_open=words.still_open,
        left_out=words.left_out,
        refused=words.refused,
        resent=words.resent,
        leave=words.leave,
        cannot_leave=words.cannot_leave,
    )


def _block(macros: Any, view: AlertView, facts: dict[str, Any]) -> Block:
    ended_icon = "✅" if facts["recovered"] else "⚪"
    ended = Tone.RECOVERED if facts["recovered"] else Tone.ENDED
    tone = ended if view.ends_at else Tone(view.signal.severity)
    icon = {"resolved": ended_icon, "withdrawn": "⚪"}.get(view.told, _ICONS[view.signal.severity])
    names = ("runbook", "link", "respond")
    links = {facts[name] for name in names if _ADDRESS.fullmatch(facts[name])}
    words = {facts["respond"]: facts["answer"]}
    rows = [line.partition("\t") for line in str(macros.facts(facts)).split("\n") if line.strip()]
    return Block(
        heading=f"{icon} {macros.badge(facts)} · {facts['scope']}",
        headline=str(macros.headline(facts)),
        facts=tuple(
            FactLine(label, text, text in links, words.get(text, "")) for label, _, text in rows
        ),
        color=_COLORS[tone],
        alert=_alert(view, facts["respond"]),
        tone=tone,
    )


def _owners(views: Sequence[AlertView]) -> tuple[str, ...]:
    owners = [view.signal.owner for view in views if view.ends_at is None and view.signal.owner]
    return tuple(dict.fromkeys(owners))


def _alert(view: AlertView, respond: str = "") -> AlertFacts:
    signal = view.signal
    foreign = signal.is_foreign
    return AlertFacts(
        fingerprint=view.fingerprint,
        status="resolved" if view.ends_at else "firing",
        labels=view.labels if foreign else {**view.labels, "severity": signal.severity},
        annotations={
            name: text or "" for name, text in signal.annotations.items() if text or foreign
        },
        starts_at=view.starts_at,
        ends_at=view.ends_at,
        is_foreign=foreign,
        link=signal.link,
        response=response_data(view.response),
        respond=respond,
    )


def _urgency(view: AlertView) -> tuple[bool, int, datetime, Key]:
    ended = view.told in ("resolved", "withdrawn")
    return ended, -SEVERITIES.index(view.signal.severity), view.starts_at, view.key


def _zone(view: AlertView, locale: str, now: datetime) -> str:
    """The zone of the times that a message says about an alert."""
    signal = view.signal
    instants = [view.starts_at, signal.event_time, view.ends_at or now]
    return Numbers(locale, signal.data.currency, signal.time_zone).zone(instants)
