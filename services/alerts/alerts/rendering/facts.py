"""Everything a template may say about one alert, as text: figures formatted, names folded. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.channels.markup import one_line
from alerts.channels.texts import shorten
from alerts.incoming.signal import Figures, Signal
from alerts.rendering.numbers import Numbers, exceeds_one
from alerts.rendering.scope import scope_of
from alerts.rendering.view import SEVERITIES, AlertView

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
    {
        "rule_removed",
        "rule_changed",
        "line_removed",
        "campaign_ended",
        "campaign_closed",
        "plan_changed",
        "condition_failed",
    }
)
"""Reasons that end an alert although nobody says that its figure is well again."""
FIGURES_KINDS = frozenset({"kpi", "budget"})
"""Kinds whose value is that of a KPI; of any other the rule's name says what the value is."""
TITLE_SCOPE_CHARACTERS_MAX = 70
"""Of a title's 120: a long name must not push the figure out of it."""


def facts_of(view: AlertView, locale: str, now: datetime, zone: str) -> dict[str, Any]:
    """`zone`: the alert's own, where the times of the message are of several; else ""."""
    signal = view.signal
    figures = signal.data
    words = _words(figures, locale)
    numbers = Numbers(locale, figures.currency, signal.time_zone)
    previous = view.previous_severity or signal.previous_severity or signal.severity
    window = figures.window
    scope = scope_of(signal, locale)
    value = numbers.value(figures.unit, figures.value, figures.threshold)
    threshold = numbers.limit(figures.unit, figures.threshold)
    facts = {
        "told": view.told,
        "open": view.ends_at is None,
        "kind": signal.origin.kind,
        "kpi": words["name"],
        "short_kpi": words.get("short", words["name"]),
        "says": _said(words, words["side"], value),
        "now_says": _said(words, "now", value),
        "limit_says": _said(words, "limit", threshold),
        "is_figure": signal.origin.kind in FIGURES_KINDS and bool(figures.kpi),
        "rule": signal.origin.rule,
        "rule_name": signal.names.get("rule", ""),
        "reason": signal.reason,
        "cause": _cause(signal),
        "recovered": signal.reason not in NOT_RECOVERED,
        "scope": scope,
        "short_scope": shorten(scope, TITLE_SCOPE_CHARACTERS_MAX),
        "of_line": bool(signal.group.get("line")),
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
        "window": numbers.span(window.start, window.end) if window else "",
        "waiting_since": _waiting_since(signal, numbers),
        "set_aside": figures.set_aside,
        "named": signal.annotations.get("names") or "",
        "lever": signal.annotations.get("lever") or words.get(f"advice_{words['side']}", ""),
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
    titles = figures.titles.get(locale, {})
    told = _figures(signal, numbers, titles)
    found: dict[str, Any] = _folded(facts | told | _quality(signal, numbers))
    return found


def _words(figures: Figures, locale: str) -> dict[str, str]:
    """What is said of the KPI: its `name`, the `side` of its limit on which it is, and whatever
    more its breach brought. One of before brought nothing, and is told by its bare name."""
    said = figures.sentences.get(locale, {})
    name = figures.titles.get(locale, {}).get(figures.kpi) or figures.title or figures.kpi
    side = "above" if figures.op in (">", ">=") else "below"
    if "over" in said and exceeds_one(figures.value):
        side = "over"
    return {**said, "name": name if figures.kpi else "", "side": side}


def _said(words: Mapping[str, str], name: str, figure: str | None) -> str:
    return words.get(name, "").replace("{value}", figure) if figure is not None else ""


def _figures(signal: Signal, numbers: Numbers, titles: Mapping[str, str]) -> dict[str, Any]:
    """The numbers behind a value, the telling ones first. A zero that means "nothing of this" is
    left out, and so is the value itself under another name: it is said before them."""
    found = signal.data.numbers
    names = [name for name in NUMBERS_ORDER if name in found]
    names += [name for name in found if name not in NUMBERS_ORDER]
    figures = {
        name: _number(name, found[name], signal.data.units.get(name), numbers)
        for name in names
        if f"budget.{name}" != signal.data.kpi
        and not (signal.origin.kind == "suspense" and name == "hours")
        and not (name in SILENT_ZEROS and found[name].strip("0.") == "")
    }
    # They are part of the spend, and are said behind it; alone they stand for themselves.
    corrections = figures.pop("corrections", "") if "actual" in figures else ""
    return {
        "numbers": [
            (name, titles.get(name) or name.partition(" ")[0], text)
            for name, text in figures.items()
        ],
        "corrections": corrections,
        "amounts": [text for name, text in figures.items() if name.startswith("amount")],
    }


def _number(name: str, text: str, unit: str | None, numbers: Numbers) -> str:
    """Of several currencies each amount has its own name, "amount USD", and is in its currency."""
    currency = name.partition(" ")[2]
    return (numbers.of_currency(currency) if currency else numbers).value(unit, text) or text


def _waiting_since(signal: Signal, numbers: Numbers) -> str:
    """The instant since when money waits in suspense: hours of waiting are old as soon as said."""
    if signal.origin.kind != "suspense" or signal.data.value is None:
        return ""
    hours = Decimal(signal.data.value)
    return numbers.instant(signal.as_of - timedelta(seconds=round(hours * 3600)))


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
