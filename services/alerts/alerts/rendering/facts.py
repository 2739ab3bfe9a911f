"""Everything a template may say about one alert, as text: figures formatted, names folded. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from alerts.channels.markup import one_line
from alerts.channels.texts import shorten
from alerts.incoming.signal import Figures, Signal
from alerts.rendering.forecast import forecast_facts
from alerts.rendering.foreign import foreign_facts
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.numbers import Numbers, exceeds_one
from alerts.rendering.responses import response_facts
from alerts.rendering.scope import scope_of
from alerts.rendering.view import SEVERITIES, AlertView

T = TypeVar("T")
D = TypeVar("D")
NOT_RECOVERED = frozenset(
    {
        "rule_removed",
        "rule_changed",
        "line_removed",
        "campaign_ended",
        "campaign_closed",
        "plan_changed",
        "condition_failed",
        "timed_out",
        "end_reached",
    }
)
"""Reasons that end an alert although nobody says that its figure is well again."""
_PLACE = re.compile(r"\{\w+\}")
OVER_ONE = {"says": "over", "advice": "advice_over"}
"""Which sentences stand in the place of which when the value is above 1."""
TITLE_SCOPE_CHARACTERS_MAX = 70
"""Of a title's 120: a long name must not push the figure out of it."""


def facts_of(view: AlertView, locale: str, now: datetime, zone: str) -> dict[str, Any]:
    """`zone`: the alert's own, where the times of the message are of several; else ""."""
    signal = view.signal
    figures = signal.data
    titles = brought(figures.titles, locale)
    name = titles.get(figures.kpi) or figures.title or figures.kpi
    numbers = Numbers(locale, figures.currency, signal.time_zone)
    previous = view.previous_severity or signal.previous_severity or signal.severity
    window = figures.window
    scope = scope_of(signal, locale)
    value = numbers.value(figures.unit, figures.value, figures.threshold)
    threshold = numbers.limit(figures.unit, figures.threshold)
    told = _figures(signal, numbers, titles, VOCABULARIES[locale].enumeration)
    # The instant since when something waits: hours of waiting are old as soon as said.
    value_hours = figures.value if figures.unit == "hours" else None
    shown = {
        "{value}": value or "",
        "{limit}": threshold or "",
        **told.pop("in_sentences"),
        "{since}": numbers.before(signal.as_of, value_hours),
    }
    said = _sentences(figures, locale, shown)
    foreign = foreign_facts(signal, locale)
    facts = {
        **_saying(view, numbers),
        "open": view.ends_at is None,
        "kpi": name,
        "short_kpi": said.get("short", name),
        "says": said.get("says", "") if value is not None else "",
        "now_says": said.get("now", ""),
        "limit_says": said.get("limit", ""),
        "recovered_says": said.get("recovered", ""),
        "is_figure": bool(figures.kpi),
        "rule": signal.origin.rule,
        "rule_name": signal.names.get("rule", ""),
        "reason": signal.reason,
        "cause": _cause(signal),
        "recovered": signal.reason not in NOT_RECOVERED,
        "scope": scope,
        "short_scope": shorten(scope, TITLE_SCOPE_CHARACTERS_MAX),
        "zone": zone,
        "severity": signal.severity,
        "previous_severity": previous,
        "raised": SEVERITIES.index(signal.severity) > SEVERITIES.index(previous),
        "op": figures.op,
        "above": figures.op in (">", ">="),
        "value": value,
        "threshold": threshold,
        "since": numbers.instant(view.starts_at),
        "ended": numbers.instant(view.ends_at) if view.ends_at else "",
        "lasted": numbers.lasted((view.ends_at or now) - view.starts_at),
        "flapping": _flapping(view, numbers, VOCABULARIES[locale].flapping),
        "window": numbers.span(window.start, window.end) if window else "",
        "set_aside": figures.set_aside,
        "named": signal.annotations.get("names") or "",
        "lever": signal.annotations.get("lever") or said.get("advice", ""),
        "runbook": signal.annotations.get("runbook") or "",
        "owner": signal.owner or "",
        "history": [
            {
                "transition": change.transition,
                "severity": change.severity,
                "value": numbers.value(figures.unit, change.value),
                "at": numbers.instant(change.at),
            }
            for change in view.history
        ],
    }
    facts |= told | _quality(signal, numbers) | forecast_facts(view, locale, numbers) | foreign
    return {name: _folded(one) for name, one in facts.items()}


def _saying(view: AlertView, numbers: Numbers) -> dict[str, Any]:
    """What the message is for, and what people have answered: that somebody has is a reminder."""
    answered = view.told == "answered"
    return {
        "told": "repeat" if answered else view.told,
        "answered": answered,
        "response": response_facts(view.response, numbers),
    }


def _flapping(view: AlertView, numbers: Numbers, words: str) -> str:
    spell = view.spell
    if spell is None:
        return ""
    return words.format(
        count=spell.openings,
        since=numbers.instant(spell.since),
        span=numbers.lasted(spell.settled_after),
    )


def brought(words: Mapping[str, Mapping[str, str]], locale: str) -> dict[str, str]:
    """What a breach brought in this locale; where it has none, in the one that stands in."""
    return {**words.get(VOCABULARIES[locale].instead, {}), **words.get(locale, {})}


def _sentences(figures: Figures, locale: str, shown: Mapping[str, str]) -> dict[str, str]:
    """What its breach brought to be said of it, with what is shown of its figures. One of before
    brought nothing, and is told by a name and a figure."""
    said = brought(figures.sentences, locale)
    if exceeds_one(figures.value):
        said |= {name: said[other] for name, other in OVER_ONE.items() if other in said}
    return {
        name: _PLACE.sub(lambda place: shown.get(place[0], ""), one) for name, one in said.items()
    }


def _figures(
    signal: Signal, numbers: Numbers, titles: Mapping[str, str], enumeration: str
) -> dict[str, Any]:
    """The numbers behind a value, the telling ones first, each with what is a part of it; and by
    their place in a sentence, `{amounts}` of `amount CNY` and others. The value itself as one of
    them, such as `hours`, is left out: it is said before."""
    data = signal.data
    found = {
        name: text for name, text in data.numbers.items() if name not in (data.number, data.unit)
    }
    places = {one.name: place for place, one in enumerate(data.shown)}
    ways = {one.name: one for one in data.shown}
    told: dict[str, dict[str, Any]] = {}
    sentences: dict[str, list[str]] = {}
    for name in sorted(found, key=lambda name: _of_name(places, name, len(places))):
        way = _of_name(ways, name, None)
        if way and way.unless_zero and found[name].strip("0.") == "":
            continue
        base = name.partition(" ")[0]
        title, text = _of_name(titles, name, base), _number(name, found[name], data.units, numbers)
        told[name] = {"title": title, "text": text, "parts": []}
        sentences.setdefault(f"{{{base}s}}", []).append(text)
    for name in list(told):
        way = ways.get(name)
        if way and way.part_of in told:
            told[way.part_of]["parts"].append(told.pop(name))
    in_sentences = {place: enumeration.join(texts) for place, texts in sentences.items()}
    return {"numbers": list(told.values()), "in_sentences": in_sentences}


def _number(name: str, text: str, units: Mapping[str, str], numbers: Numbers) -> str:
    """An amount that says its own currency, "amount USD", is in that."""
    currency = name.partition(" ")[2]
    formats = numbers.of_currency(currency) if currency else numbers
    return formats.value(_of_name(units, name, None), text) or text


def _of_name(said: Mapping[str, T], name: str, otherwise: D) -> T | D:
    """What is said of a number; newer figures of an amount may have it in other currencies."""
    return said.get(name, said.get(name.partition(" ")[0], otherwise))


def _quality(signal: Signal, numbers: Numbers) -> dict[str, Any]:
    """As of when the figures are, and how complete."""
    at = signal.as_of
    complete = signal.data.complete_through
    has_figures = bool(signal.data.numbers) or signal.data.value is not None
    return {
        "as_of": numbers.instant(at) if has_figures else "",
        "has_sources": bool(signal.data.sources),
        "complete_through": numbers.instant(complete) if complete else "",
        "is_complete": complete is not None and complete >= at,
    }


def _cause(signal: Signal) -> dict[str, Any] | None:
    cause = signal.cause
    if cause is None:
        return {"kind": "plan", "version": None} if signal.reason == "plan_changed" else None
    return {"kind": cause.kind, "version": cause.version, "document": cause.document or ""}


def _folded(value: Any) -> Any:
    """Every text in it on one line and without controls, wherever it came from."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {name: _folded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_folded(one) for one in value]
    return value
