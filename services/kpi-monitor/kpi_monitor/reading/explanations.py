"""Why a rule did what it did: what it saw in a window, or sees in the latest totals. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from kpi_monitor.reading import views
from kpi_monitor.rules.episodes import COMPARE, Observation, Reason
from kpi_monitor.rules.families import totals, windows
from kpi_monitor.rules.feeds import FeedState, completeness, feeds_set_aside, judgeable_through
from kpi_monitor.rules.kpis import numbers_text, value_text
from kpi_monitor.rules.rule import Rule
from kpi_monitor.rules.unit import Pane, Unit
from kpi_monitor.windows import Window, Windows, from_ms, instant
from shared.kafka.gaps import Gap


def explain_window(
    rule: Rule,
    tiling: Windows,
    feeds: Iterable[FeedState],
    panes: Sequence[Pane],
    start: int,
    *,
    gaps: Sequence[Gap] = (),
) -> dict[str, Any]:
    """What a rule saw in the window that starts at `start`, and what stands there now.

    The value is the one that was judged: what a source told after that is beside it, `restated`.
    """
    window = tiling.containing(start)
    feeds = list(feeds)
    complete = completeness(feeds, rule.measures)
    judged = windows.contents(tiling, panes, rule.maturity).get(window.start)
    current = windows.contents(tiling, panes, None).get(window.start)
    through = judgeable_through(feeds, rule.measures, upwards=rule.condition.upwards)
    closed = through is not None and window.end + rule.maturity <= through
    seen = _seen(rule, judged, closed=closed)
    if not closed and complete is not None and window.end + rule.maturity <= complete:
        seen = seen._replace(without=Reason.SET_ASIDE)
    now = _seen(rule, current, closed=True)
    closing = window.end + rule.maturity
    return {
        **_observed(rule, seen, numbers_text(judged.sums if judged else {})),
        "window": {"kind": "tumbling", "start": from_ms(window.start), "end": from_ms(window.end)},
        "closed": closed,
        "complete_through": instant(complete),
        "set_aside": feeds_set_aside(feeds),
        "restated": any(
            pane.amount and pane.known >= closing and _overlap(pane, window) for pane in panes
        ),
        "value_now": value_text(now.value),
        "incomplete": views.is_incomplete(window, views.longest_grain(feeds), gaps),
        "current": {
            "value": value_text(now.value),
            "numbers": numbers_text(current.sums if current else {}),
        },
        "sources": [
            {
                "source": feed.source,
                "line": feed.line,
                "measure": feed.measure,
                "complete_through": instant(feed.complete),
            }
            for feed in feeds
        ],
    }


def _overlap(pane: Pane, window: Window) -> bool:
    return pane.start < window.end and pane.end > window.start


def explain_totals(rule: Rule, unit: Unit, lines: Sequence[str]) -> dict[str, Any]:
    """What a budget rule sees in the latest totals of `lines`."""
    known = [unit.lines[line] for line in lines if line in unit.lines]
    if not known:
        empty: dict[str, Any] = {"window": None, "as_of": None, "plan_version": None, "sources": []}
        return {**_observed(rule, Observation(0, None), {}), "set_aside": 0, **empty}
    seen = totals.look(unit, rule, known)
    return {
        **_observed(rule, seen, totals.figures_text(seen.sums)),
        "set_aside": sum(one.set_aside for one in known),
        "window": None,
        "as_of": max(one.as_of for one in known),
        "plan_version": max(one.plan_version for one in known),
        "sources": [
            {
                "source": f"budget/{one.line}",
                "line": one.line,
                "seq": one.seq,
                "complete_through": one.complete_through,
                "anchor": one.anchor,
                "freshness": one.freshness,
            }
            for one in known
        ],
    }


def _seen(rule: Rule, content: windows.Content | None, *, closed: bool) -> Observation:
    if content is None:
        return Observation(0, None)
    if not closed and not content.coarse:
        return Observation(content.window.end, None, Reason.NOT_COMPLETE)
    return windows.look(rule, content)


def _observed(rule: Rule, seen: Observation, numbers: dict[str, str]) -> dict[str, Any]:
    compare, value = COMPARE[rule.condition.operator], seen.value
    crossed = [
        level
        for level in rule.condition.levels
        if value is not None and compare(value, level.limit)
    ]
    return {
        "rule": rule.rule,
        "rule_version": rule.version,
        "kpi": rule.kpi.name,
        "formula": rule.kpi.formula.text,
        "value": value_text(value),
        "why_no_value": None if value is not None else seen.without.value,
        "op": rule.condition.operator,
        "threshold": crossed[-1].text if crossed else rule.condition.levels[0].text,
        "crossed": [level.text for level in crossed],
        "suppressed_to": seen.ceiling,
        "reset": rule.condition.reset_text,
        "numbers": numbers,
    }
