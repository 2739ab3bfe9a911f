"""Alerts of one group → the messages a person reads, in their language.

What happened, how much against which limit, since when, the numbers behind it, the lever to pull,
the owner and how complete the data is. Words live in templates/<locale>.j2 (sandboxed), numbers in
`numbers`. Length is measured in UTF-8 bytes of JSON text, since that is what a robot counts.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from alerts.decide import Key
from alerts.numbers import Numbers, exceeds_one
from alerts.scope import scope_of, shared_scope
from alerts.texts import Texts, fit, json_bytes, one_line, plain_words, shorten, without_markup
from shared.events import Breach

TEMPLATES = Path(__file__).with_name("templates")
SEVERITIES = ("info", "warning", "critical")
TITLE_CHARACTERS_MAX = 120
BRIEF_CHARACTERS_MAX = 80
OPEN_LINES_MAX = 100
"""Of what is only still open: nobody reads on, and thousands would fill every message."""
NUMBERS_ORDER = (
    "actual",
    "corrections",
    "planned_to_date",
    "allocated",
    "forecast_end",
    "remaining",
    "committed",
)
SILENT_ZEROS = frozenset({"committed", "corrections"})
NOT_RECOVERED = frozenset(
    {"rule_removed", "rule_changed", "line_removed", "campaign_ended", "campaign_closed"}
)
"""Reasons that end an alert although nobody says that its figure is well again."""
_ICONS = {"info": "🔵", "warning": "🟠", "critical": "🔴"}
_COLORS = {"info": "#0969da", "warning": "#bc4c00", "critical": "#cf222e"}
_RECOVERED_COLOR, _ENDED_COLOR = "#1a7f37", "#59636e"

Saying = Literal[
    "firing",
    "level_changed",
    "resolved",
    "corrected",
    "withdrawn",
    "no_data",
    "degraded",
    "repeat",
    "unchanged",
]


class Change(Struct, frozen=True):
    """A transition that happened between two messages."""

    transition: str
    severity: str
    value: str | None
    at: datetime


class AlertView(Struct, frozen=True):
    """One alert as one message tells it. `breach` is its newest transition; `previous_severity`
    the level this receiver was last told; `history` what happened since, when more than once."""

    key: Key
    told: Saying
    breach: Breach
    starts_at: datetime
    ends_at: datetime | None
    previous_severity: str | None = None
    history: tuple[Change, ...] = ()


class Message(Struct, frozen=True):
    """One rendered message and the alerts it carries. `subject` is for a thread's first mail, and
    the thread keeps it: mail programs take another subject for another thread (alerting.md A9)."""

    keys: tuple[Key, ...]
    title: str
    subject: str
    text: str
    plain: str
    html: str


class _Block(Struct, frozen=True):
    key: Key
    heading: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    color: str

    def markdown(self) -> str:
        facts = "\n".join(
            f"- {label}：{text}" if _is_wide(label) else f"- {label}: {text}"
            for label, text in self.facts
        )
        return f"#### {self.heading}\n**{self.headline}**\n\n{facts}"

    def plain(self) -> str:
        facts = "\n".join(
            f"  {label}：{text}" if _is_wide(label) else f"  {label}: {text}"
            for label, text in self.facts
        )
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
        grouped_by: Sequence[str],
        now: datetime,
        text_bytes_max: int,
    ) -> list[Message]:
        """Changed alerts in full, most severe first, then one line for each that is only still
        open; as many messages as the byte limit asks for. `views` has at least one told alert;
        `grouped_by` names the labels they share, which is what the subject is about."""
        words: Any = self._words.get_template(f"{locale}.j2").module
        zoned = [(view, _zone(view, locale, now)) for view in sorted(views, key=_urgency)]
        zones = {zone for _, zone in zoned}
        # A zone that all share is said once, at the end of the message.
        details = [(view, zone if len(zones) > 1 else "") for view, zone in zoned]
        told = [
            (view, _facts(view, locale, now, zone))
            for view, zone in details
            if view.told != "unchanged"
        ]
        unchanged = [one for one in details if one[0].told == "unchanged"]
        shown = [
            str(words.open_line(_facts(view, locale, now, zone)))
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
        shared = shared_scope(told[0][0].breach, grouped_by, locale)
        # A figure of one line is no headline of a thread about several.
        about_one = shared.startswith(first["scope"])
        subject = shorten(str(words.subject(first, shared, about_one)), TITLE_CHARACTERS_MAX)
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
            text = _join([block.markdown() for block in part], f"**{still_open}**", lines)
            plain = _join([block.plain() for block in part], still_open, lines)
            ending = f"\n\n{zone}" if zone else ""
            messages.append(
                Message(
                    keys=tuple(block.key for block in part),
                    title=title + label,
                    subject=subject,
                    text=fit(text, bytes_max, words.left_out) + ending,
                    plain=plain + ending,
                    html=page,
                )
            )
        return messages

    def shorten(self, texts: Texts, locale: str, bytes_max: int) -> Texts:
        """Texts that a provider found too long, cut on a line's end (see `fit`)."""
        words: Any = self._words.get_template(f"{locale}.j2").module
        body = fit(texts.body, bytes_max, words.left_out)
        return without_markup(texts.title, body, fit(texts.plain, bytes_max, words.left_out))

    def brief(self, texts: Texts, locale: str) -> Texts:
        """The title alone, for a provider that refuses the text itself: letters, figures and
        plain punctuation, nothing a robot could take for markup or a link."""
        words: Any = self._words.get_template(f"{locale}.j2").module
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
    lines = [line for line in str(words.facts(facts)).split("\n") if line.strip()]
    return _Block(
        key=view.key,
        heading=f"{icon} {words.badge(facts)} · {facts['scope']}",
        headline=str(words.headline(facts)),
        facts=tuple(map(_label_and_text, lines)),
        color=ended_color if view.ends_at else _COLORS[view.breach.severity],
    )


def _label_and_text(line: str) -> tuple[str, str]:
    separator = "：" if "：" in line.split(": ", 1)[0] else ": "
    label, _, text = line.partition(separator)
    return label.strip(), text.strip()


def _is_wide(label: str) -> bool:
    return not label.isascii()


def _urgency(view: AlertView) -> tuple[bool, int, datetime, Key]:
    ended = view.told in ("resolved", "withdrawn")
    return ended, -SEVERITIES.index(view.breach.severity), view.starts_at, view.key


def _zone(view: AlertView, locale: str, now: datetime) -> str:
    """The zone of the times that a message says about an alert."""
    breach = view.breach
    instants = [view.starts_at, breach.event_time, view.ends_at or now]
    return Numbers(locale, breach.currency, breach.time_zone).zone(instants)


def _facts(view: AlertView, locale: str, now: datetime, zone: str) -> dict[str, Any]:
    """Everything a template may say about one alert, as text. `zone`: its own, where the times of
    the message are of several; else ""."""
    breach = view.breach
    numbers = Numbers(locale, breach.currency, breach.time_zone)
    ended = view.ends_at is not None
    previous = view.previous_severity or breach.previous_severity or breach.severity
    figures = _ordered(breach, numbers)
    # They are part of the spend, and are said behind it; alone they stand for themselves.
    corrected = dict(figures).get("corrections", "") if "actual" in dict(figures) else ""
    through = [source.complete_through for source in breach.sources]
    known = [at for at in through if at is not None]
    complete = min(known) if known and len(known) == len(through) else None
    return {
        "told": view.told,
        "open": not ended,
        "rule": one_line(breach.rule),
        "rule_name": one_line(breach.names.get("rule", "")),
        "reason": one_line(breach.reason),
        "recovered": breach.reason not in NOT_RECOVERED,
        "kpi": breach.kpi,
        "scope": scope_of(breach, locale),
        "zone": zone,
        "severity": breach.severity,
        "previous_severity": previous,
        "raised": SEVERITIES.index(breach.severity) > SEVERITIES.index(previous),
        "op": breach.op,
        "above": breach.op in (">", ">="),
        "over_budget": breach.kpi == "budget.used_ratio" and exceeds_one(breach.value),
        "value": numbers.kpi(breach.kpi, breach.value, breach.threshold),
        "threshold": numbers.limit(breach.kpi, breach.threshold),
        "since": numbers.instant(view.starts_at),
        "ended": numbers.instant(view.ends_at) if view.ends_at else "",
        "lasted": numbers.lasted((view.ends_at or now) - view.starts_at),
        "window": numbers.span(breach.window.start, breach.window.end) if breach.window else "",
        "numbers": [one for one in figures if not (corrected and one[0] == "corrections")],
        "corrections": corrected,
        "as_of": (
            numbers.instant(breach.event_time) if breach.numbers or breach.value is not None else ""
        ),
        "lever": one_line(breach.annotations.get("lever") or ""),
        "runbook": one_line(breach.annotations.get("runbook") or ""),
        "owner": one_line(breach.owner or ""),
        "has_sources": bool(through),
        "complete_through": numbers.instant(complete) if complete else "",
        "is_complete": complete is not None and complete >= breach.event_time,
        "history": [
            {
                "transition": change.transition,
                "severity": change.severity,
                "value": numbers.kpi(breach.kpi, change.value),
                "at": numbers.instant(change.at),
            }
            for change in view.history
        ],
    }


def _ordered(breach: Breach, numbers: Numbers) -> list[tuple[str, str]]:
    """The numbers behind a value, the telling ones first; a zero that means "nothing of this"
    and the value itself under another name are left out."""
    found = breach.numbers
    names = [name for name in NUMBERS_ORDER if name in found]
    names += [name for name in found if name not in NUMBERS_ORDER]
    return [
        (one_line(name), numbers.number(name, one_line(found[name])))
        for name in names
        if f"budget.{name}" != breach.kpi
        and not (name in SILENT_ZEROS and found[name].strip("0.") == "")
    ]
