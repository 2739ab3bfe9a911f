"""What the panes of a group put into each of its windows. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from kpi_monitor.rules.episodes import Observation, Reason
from kpi_monitor.rules.rule import Rule
from kpi_monitor.rules.unit import Pane
from kpi_monitor.windows import Window, Windows


class Content(NamedTuple):
    """What a window holds, micros by measure. `coarse`: a period reaches beyond it."""

    window: Window
    sums: dict[str, int]
    coarse: bool


def contents(windows: Windows, panes: Iterable[Pane], maturity: int | None) -> dict[int, Content]:
    """Sums by window start. `maturity` ms: as known when the window was judged; None: as of now."""
    sums: dict[Window, dict[str, int]] = {}
    coarse: set[Window] = set()
    for pane in panes:
        window = windows.containing(pane.start)
        touched = [window] if pane.end <= window.end else _overlapped(windows, window, pane.end)
        if maturity is not None:
            touched = [one for one in touched if pane.known < one.end + maturity]
        for one in touched:
            sums.setdefault(one, {})
        if pane.end > window.end:
            coarse.update(touched)
        elif touched:
            sums[window][pane.measure] = sums[window].get(pane.measure, 0) + pane.amount
    return {
        window.start: Content(window, found, window in coarse) for window, found in sums.items()
    }


def look(rule: Rule, content: Content) -> Observation:
    if content.coarse:
        return Observation(content.window.end, None, Reason.GRAIN_TOO_COARSE, sums=content.sums)
    return rule.observe(content.sums, content.window.end, content.window)


def _overlapped(windows: Windows, window: Window, end: int) -> list[Window]:
    """The windows that a too long period touches; at most a day of five-minute windows."""
    touched = [window]
    while touched[-1].end < end:
        touched.append(windows.containing(touched[-1].end))
    return touched
