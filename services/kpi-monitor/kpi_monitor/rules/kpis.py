"""The KPIs that rules and series may name, as data: one line each (platforms.md section 5).

Their titles are those of `words`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kpi_monitor.rules import formula
from kpi_monitor.rules.words.en import ENGLISH
from shared.errors import InvalidError
from shared.money import MONEY_MEASURES, format_micros, format_quantity, format_ratio

NOT_ADDITIVE = frozenset({"reach", "frequency", "unique_users", "unique_clicks", "followers"})
"""Measures whose sum over periods or lines means nothing: distinct counts and gauges."""

BUDGET_USED = "budget.used_ratio"
BUDGET_PACING = "budget.pacing_ratio"
GroupName = Literal["traffic", "conversion", "cost", "budget"]
UnitName = Literal["percent", "money", "count", "ratio", "minutes", "hours"]
"""How a number is to be read; a percentage is stated as a ratio, 0.015 for 1.5 %."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """A name people use, its formula, its unit, and where its numbers come from.

    `kind` names the family that judges it (`families/table.py`). `window`: sums of panes over
    windows. `budget`: the latest totals of a line.
    """

    name: str
    title: str
    formula: formula.Formula
    kind: str
    group: GroupName
    unit: UnitName


def _table(*rows: tuple[str, str, str, GroupName, UnitName]) -> dict[str, Kpi]:
    return {
        name: Kpi(name, ENGLISH.titles[name], formula.parse(text), kind, group, unit)
        for name, text, kind, group, unit in rows
    }


KPIS = _table(
    ("ctr", "clicks / impressions", "window", "traffic", "percent"),
    ("cvr", "conversions / clicks", "window", "conversion", "percent"),
    ("cpc", "spend / clicks", "window", "cost", "money"),
    ("cpm", "spend / impressions * 1000", "window", "cost", "money"),
    ("cpa", "spend / conversions", "window", "cost", "money"),
    ("roas", "revenue / spend", "window", "cost", "ratio"),
    (BUDGET_USED, "actual / allocated", "budget", "budget", "percent"),
    (BUDGET_PACING, "actual / planned_to_date", "budget", "budget", "percent"),
)


def find_kpi(name: str) -> Kpi:
    """A KPI by its name. Raises InvalidError `kpi_unknown`."""
    found = KPIS.get(name)
    if found is None:
        raise InvalidError("kpi_unknown", f"{name!r} is none of {', '.join(sorted(KPIS))}")
    return found


def value_text(value: Fraction | None) -> str | None:
    """A ratio with six decimals; None stays None."""
    return None if value is None else format_ratio(value.numerator, value.denominator)


def numbers_text(sums: Mapping[str, int]) -> dict[str, str]:
    return {
        name: (format_micros if name in MONEY_MEASURES else format_quantity)(sums[name])
        for name in sorted(sums)
    }


def units_of(measures: Iterable[str]) -> dict[str, str]:
    return {name: "money" if name in MONEY_MEASURES else "count" for name in measures}
