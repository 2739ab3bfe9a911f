"""What each channel and each category costs, and its share of the campaign (K27, K29)."""

from collections.abc import Iterable, Mapping
from typing import Any

from budget.figures import pacing
from budget.figures.pacing import PacingFigures
from budget.totals.totals import TotalsQuery, figures_view, read_figures
from shared.database.pool import Conn
from shared.money import format_ratio


async def read_shares(conn: Conn, asked: TotalsQuery) -> dict[str, Any]:
    """The figures of lines of one channel, and of one category, as the plan of the moment names
    them; a line that the plan leaves out keeps its channel. Raises what `read_figures` raises."""
    read = await read_figures(conn, asked)
    planned = {line["line"]: line for line in read.plan.body["lines"]} if read.plan else {}
    by: dict[str, dict[str | None, dict[str, PacingFigures]]] = {"channel": {}, "category": {}}
    for row, told in read.lines:
        line = planned.get(row.line, {"channel": row.channel, "category": None})
        for kind, groups in by.items():
            groups.setdefault(line[kind], {})[row.line] = told
    return {
        "campaign": asked.campaign,
        "currency": read.campaign.currency,
        "known_at": asked.limits.known_at or asked.now,
        "through": asked.limits.through,
        "channels": list(_groups("channel", by["channel"], asked)),
        "categories": list(_groups("category", by["category"], asked)),
    }


def _groups(
    kind: str, groups: Mapping[str | None, Mapping[str, PacingFigures]], asked: TotalsQuery
) -> Iterable[dict[str, Any]]:
    """By name, what has none last."""
    sums = {name: pacing.total(list(of.values()), asked.moment) for name, of in groups.items()}
    allocated = sum(one.allocated for one in sums.values())
    actual = sum(one.actual for one in sums.values())
    for name in sorted(sums, key=lambda name: (name is None, name or "")):
        told = sums[name]
        yield {
            kind: name,
            "lines": sorted(groups[name]),
            "allocated_share": format_ratio(told.allocated, allocated),
            "actual_share": format_ratio(told.actual, actual),
            **figures_view(told),
        }
