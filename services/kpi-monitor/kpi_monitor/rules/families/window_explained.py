"""What a rule saw in a window when it closed, and what stands there now. Pure."""

from collections.abc import Sequence
from typing import Any

from kpi_monitor.rules.episodes import Observation, Reason
from kpi_monitor.rules.families.explained import explained
from kpi_monitor.rules.families.window_contents import Content, contents, look
from kpi_monitor.rules.feeds import completeness, feeds_set_aside
from kpi_monitor.rules.kpis import numbers_text, value_text
from kpi_monitor.rules.rule import Rule
from kpi_monitor.rules.unit import Group, Pane
from kpi_monitor.windows import Window, Windows, from_ms, instant


def explain_window(
    group: Group, tiling: Windows, window: Window, panes: Sequence[Pane]
) -> dict[str, Any]:
    """The value is the one that was judged: what a source told after that is beside it,
    `restated`."""
    rule, feeds, through = group.rule, group.feeds, group.complete
    closing = window.end + rule.maturity
    complete = completeness(feeds, rule.measures)
    judged = contents(tiling, panes, rule.maturity).get(window.start)
    current = contents(tiling, panes, None).get(window.start)
    closed = through is not None and closing <= through
    seen = _seen(rule, judged, closed=closed)
    if not closed and complete is not None and closing <= complete:
        seen = seen._replace(without=Reason.SET_ASIDE)
    now = _seen(rule, current, closed=True)
    return {
        **explained(rule, seen, numbers_text(judged.sums if judged else {})),
        "window": {"kind": "tumbling", "start": from_ms(window.start), "end": from_ms(window.end)},
        "closed": closed,
        "complete_through": instant(complete),
        "set_aside": feeds_set_aside(feeds),
        "restated": any(
            pane.amount and pane.known >= closing and _overlap(pane, window) for pane in panes
        ),
        "value_now": value_text(now.value),
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


def _seen(rule: Rule, content: Content | None, *, closed: bool) -> Observation:
    if content is None:
        return Observation(0, None)
    if not closed and not content.coarse:
        return Observation(content.window.end, None, Reason.NOT_COMPLETE)
    return look(rule, content)
