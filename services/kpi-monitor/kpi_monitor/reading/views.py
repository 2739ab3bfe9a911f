"""Stored numbers as people read them: series, an explained window, the state of a source. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kpi_monitor.judging.breaches import numbers_of, value_text
from kpi_monitor.judging.feeds import FeedState, completeness, feeds_set_aside, judgeable_through
from kpi_monitor.judging.unit import Unit, is_complete, waits
from kpi_monitor.judging.verdicts import Content, Pane, Sums, contents, observe
from kpi_monitor.rules import formula
from kpi_monitor.rules.episodes import COMPARE, Observation, Reason
from kpi_monitor.rules.kpis import Kpi
from kpi_monitor.rules.rule import Rule
from kpi_monitor.totals.figures import sum_figures
from kpi_monitor.windows import Window, Windows, from_ms, instant, to_ms
from shared.kafka.gaps import Gap
from shared.keys import group_text


@dataclass(slots=True)
class _Cell:
    """What a window of a group holds, as in `judging.Content`. `late`: told after its end."""

    sums: Sums = field(default_factory=dict)
    coarse: bool = False
    late: bool = False


def series(  # noqa: PLR0917 - called in a thread
    unit: Unit,
    kpi: Kpi,
    feeds: Iterable[FeedState],
    bounds: Sequence[int],
    sums: Iterable[Any],
    gaps: Sequence[Gap] = (),
) -> list[dict[str, Any]]:
    """Items as of now, by window and group.

    `feeds`: those of the KPI's measures. `bounds`: edges of the windows (epoch ms). `sums`: rows of
    `store.find_sums`. `gaps`: when records were lost, by their receipt.
    """
    by_line: dict[str | None, list[FeedState]] = {None: []}
    for feed in feeds:
        by_line.setdefault(feed.line, []).append(feed)
        if feed.line not in unit.removed:
            by_line[None].append(feed)
    cells = _cells(sums)
    known = {}
    for line in {line for _, line in cells}:
        mine = by_line.get(line, [])
        group = {"campaign": unit.campaign} if line is None else {"line": line}
        complete = instant(completeness(mine, kpi.formula.measures))
        known[line] = group_text(group), complete, longest_grain(mine)
    items = []
    for number, line in sorted(cells, key=lambda one: (one[0], one[1] or "")):
        cell, window = cells[number, line], Window(bounds[number - 1], bounds[number])
        value = None if cell.coarse else formula.evaluate(kpi.formula, cell.sums)
        key, complete, grain = known[line]
        items.append(
            {
                "group": key,
                "start": from_ms(window.start),
                "end": from_ms(window.end),
                "value": value_text(value),
                "numbers": numbers_of("window", cell.sums),
                "complete_through": complete,
                "restated": cell.late,
                "incomplete": bool(gaps) and _is_incomplete(window, grain, gaps),
                "grain_too_coarse": cell.coarse,
            }
        )
    return items


def _cells(sums: Iterable[Any]) -> dict[tuple[int, str | None], _Cell]:
    """By the number of the window and line. A period that reaches beyond its window is in none."""
    cells: dict[tuple[int, str | None], _Cell] = {}
    for line, measure, first, last, amount, late in sums:
        for number in range(max(first, 1), last + 1):
            cell = cells.setdefault((number, line), _Cell())
            cell.coarse |= first != last
            cell.late |= late and number == first
            if first == last:
                cell.sums[measure] = cell.sums.get(measure, 0) + int(amount)
    return cells


def longest_grain(feeds: Iterable[FeedState]) -> int:
    """The length of the longest period that any of the feeds tells, in ms; 0 without feeds."""
    return max((feed.grain for feed in feeds), default=0)


def _is_incomplete(window: Window, grain: int, gaps: Iterable[Gap]) -> bool:
    """A period is told within its own length after its end: so long a gap may still concern it."""
    start, end = from_ms(window.start), from_ms(window.end + grain)
    return any(gap.end > start and (gap.start is None or gap.start < end) for gap in gaps)


def explain_window(
    rule: Rule,
    windows: Windows,
    feeds: Iterable[FeedState],
    panes: Sequence[Pane],
    start: int,
    *,
    gaps: Sequence[Gap] = (),
) -> dict[str, Any]:
    """What a rule saw in the window that starts at `start`, and what stands there now.

    The value is the one that was judged: what a source told after that is beside it, `restated`.
    """
    window = windows.containing(start)
    feeds = list(feeds)
    complete = completeness(feeds, rule.measures)
    judged = contents(windows, panes, rule.maturity).get(window.start)
    current = contents(windows, panes, None).get(window.start)
    through = judgeable_through(feeds, rule.measures, upwards=rule.condition.upwards)
    closed = through is not None and window.end + rule.maturity <= through
    seen = _seen(rule, judged, closed=closed)
    if not closed and complete is not None and window.end + rule.maturity <= complete:
        seen = seen._replace(without=Reason.SET_ASIDE)
    now = _seen(rule, current, closed=True)
    closing = window.end + rule.maturity
    return {
        **_observed(rule, seen, judged.sums if judged else {}),
        "window": {"kind": "tumbling", "start": from_ms(window.start), "end": from_ms(window.end)},
        "closed": closed,
        "complete_through": instant(complete),
        "set_aside": feeds_set_aside(feeds),
        "restated": any(
            pane.amount and pane.known >= closing and _overlap(pane, window) for pane in panes
        ),
        "value_now": value_text(now.value),
        "incomplete": _is_incomplete(window, longest_grain(feeds), gaps),
        "current": {
            "value": value_text(now.value),
            "numbers": numbers_of("window", current.sums if current else {}),
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
    sums = sum_figures(known)
    seen = observe(rule, sums, max(to_ms(one.as_of) for one in known))
    if not rule.condition.upwards and not is_complete(unit, known):
        seen = seen._replace(value=None, without=Reason.NOT_COMPLETE)
    elif not rule.condition.upwards and waits(known):
        seen = seen._replace(value=None, without=Reason.SET_ASIDE)
    return {
        **_observed(rule, seen, sums),
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


def _seen(rule: Rule, content: Content | None, *, closed: bool) -> Observation:
    if content is None:
        return Observation(0, None)
    if content.coarse:
        return Observation(content.window.end, None, Reason.GRAIN_TOO_COARSE)
    if not closed:
        return Observation(content.window.end, None, Reason.NOT_COMPLETE)
    return observe(rule, content.sums, content.window.end)


def _observed(rule: Rule, seen: Observation, sums: dict[str, int]) -> dict[str, Any]:
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
        "numbers": numbers_of(rule.kpi.kind, sums) if sums else {},
    }
