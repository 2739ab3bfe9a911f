"""A KPI over windows as people read it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kpi_monitor.rules import formula
from kpi_monitor.rules.feeds import FeedState, completeness
from kpi_monitor.rules.kpis import Kpi, numbers_text, value_text
from kpi_monitor.rules.unit import Unit
from kpi_monitor.windows import Window, from_ms, instant
from shared.kafka.gaps import Gap
from shared.keys import group_text


@dataclass(slots=True)
class _Cell:
    """What a window of a group holds, as in `families.windows.Content`; `late`: told after its
    end."""

    sums: dict[str, int] = field(default_factory=dict)
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
                "numbers": numbers_text(cell.sums),
                "complete_through": complete,
                "restated": cell.late,
                "incomplete": bool(gaps) and is_incomplete(window, grain, gaps),
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


def is_incomplete(window: Window, grain: int, gaps: Iterable[Gap]) -> bool:
    """A period is told within its own length after its end: so long a gap may still concern it."""
    start, end = from_ms(window.start), from_ms(window.end + grain)
    return any(gap.end > start and (gap.start is None or gap.start < end) for gap in gaps)
