"""The KPIs that rules and series may name, as data: one line each (platforms.md section 5)."""

from dataclasses import dataclass
from typing import Literal

from kpi_monitor.rules import formula

NOT_ADDITIVE = frozenset({"reach", "frequency", "unique_users", "unique_clicks", "followers"})
"""Measures whose sum over periods or lines means nothing: distinct counts and gauges."""

BUDGET_USED = "budget.used_ratio"
BUDGET_PACING = "budget.pacing_ratio"


@dataclass(frozen=True, slots=True)
class Kpi:
    """A name people use, its formula, and where its numbers come from.

    `kind` "window": sums of panes over windows. `kind` "budget": the latest totals of a line.
    """

    name: str
    title: str
    formula: formula.Formula
    kind: Literal["window", "budget"]
    group: Literal["traffic", "conversion", "cost", "budget"]


def _table(*rows: tuple[str, str, str, str]) -> dict[str, Kpi]:
    table: dict[str, Kpi] = {}
    for name, title, text, group in rows:
        kind: Literal["window", "budget"] = "budget" if group == "budget" else "window"
        table[name] = Kpi(name, title, formula.parse(text), kind, group)  # type: ignore[arg-type]
    return table


KPIS = _table(
    ("ctr", "Click-through rate", "clicks / impressions", "traffic"),
    ("cvr", "Conversion rate per click", "conversions / clicks", "conversion"),
    ("cpc", "Cost per click", "spend / clicks", "cost"),
    ("cpm", "Cost per thousand impressions", "spend / impressions * 1000", "cost"),
    ("cpa", "Cost per conversion", "spend / conversions", "cost"),
    ("roas", "Revenue per unit of spend", "revenue / spend", "cost"),
    (BUDGET_USED, "Share of the allocated budget used", "actual / allocated", "budget"),
    (BUDGET_PACING, "Spend against the plan to date", "actual / planned_to_date", "budget"),
)
