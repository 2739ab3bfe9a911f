"""Budget figures: the latest totals of a group's lines, judged at their anchor. Pure.

Rules with < or <= are judged only when the figures are complete (design.md section 4): a source
that is late must not look like money not spent. What would not have changed, or in another way,
under the plan before has changed because of the plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from kpi_monitor.rules.episodes import Cause, Observation, Reason, Verdict
from kpi_monitor.rules.families.explained import explained
from kpi_monitor.rules.families.family import Family, Feeds, Grounds, LookBack, Observed
from kpi_monitor.rules.formula import evaluate, parse
from kpi_monitor.rules.kpis import BUDGET_PACING, BUDGET_USED, KPIS, Kpi, UnitName, value_text
from kpi_monitor.rules.rule import Rule, Span
from kpi_monitor.rules.unit import Group, Panes, StoredRule, Unit
from kpi_monitor.totals.figures import is_complete, sum_figures
from kpi_monitor.totals.plans import plan_seen
from kpi_monitor.windows import to_ms
from shared.errors import InvalidError
from shared.events import BreachNumber, BreachSource, BudgetTotals
from shared.money import MICROS, divide_half_even, format_micros

FIGURES = frozenset({"actual", "allocated", "planned_to_date", "committed", "remaining"})
FORECAST = parse("allocated * actual / planned_to_date")
"""The first method of design.md section 4, for groups of several lines."""
RATIOS = {
    "used_ratio": KPIS[BUDGET_USED].formula,
    "pacing_ratio": KPIS[BUDGET_PACING].formula,
}
UNITS: Mapping[str, UnitName] = {
    **dict.fromkeys((*FIGURES, "corrections", "forecast_end"), "money"),
    **dict.fromkeys(RATIOS, "percent"),
}
"""Of all figures: newer ones of an open breach may have one that it had not, such as a forecast."""

SHOWN = (
    BreachNumber(name="actual", role="spent"),
    BreachNumber(name="corrections", unless_zero=True, part_of="actual"),
    BreachNumber(name="planned_to_date", role="plan"),
    BreachNumber(name="allocated", role="limit"),
    BreachNumber(name="forecast_end", role="expected"),
    BreachNumber(name="remaining", role="left"),
    BreachNumber(name="committed", unless_zero=True),
)
"""The telling ones first."""


def look(unit: Unit, rule: Rule, lines: Sequence[BudgetTotals]) -> Observation:
    seen = rule.observe(sum_figures(lines), max(to_ms(line.as_of) for line in lines))
    if rule.condition.upwards:
        return seen
    planned = [line for line in lines if line.line not in unit.removed]
    if not all(is_complete(line) for line in planned):
        return seen._replace(value=None, without=Reason.NOT_COMPLETE)
    if any(_waits(line) for line in lines):
        return seen._replace(value=None, without=Reason.SET_ASIDE)
    return seen


def figures_text(sums: Mapping[str, int]) -> dict[str, str]:
    """Figures as decimal text, with the ratios and the forecast that they make."""
    if not sums:
        return {}
    numbers = {name: format_micros(amount) for name, amount in sums.items()}
    made = {name: value_text(evaluate(one, sums)) for name, one in RATIOS.items()}
    made["forecast_end"] = _money_text(evaluate(FORECAST, sums))
    return numbers | {name: text for name, text in made.items() if text is not None}


def called(group: Mapping[str, str]) -> dict[str, str]:
    """The budget of a line is not taken for that of its campaign."""
    return {"allocated": "line_allocated"} if "line" in group else {}


class TotalsFamily(Family):
    """Rules over the latest totals of a campaign's lines; a message touches, and budget sends one
    every pacing tick."""

    kind = "budget"
    breach_kind = "budget"

    def span(self, body: Mapping[str, Any], kpi: Kpi) -> Span:
        """No window and no maturity; minima are of figures."""
        if body.get("window") is not None:
            raise InvalidError("window_unexpected", f"{kpi.name} is judged on totals")
        if body.get("maturity", "0m") not in ("0m", "0h", "0d"):
            raise InvalidError("maturity_unexpected", f"{kpi.name} is judged on totals")
        if unknown := sorted((body.get("min") or {}).keys() - FIGURES):
            raise InvalidError("figure_unknown", f"{unknown[0]} is no figure of the totals")
        return Span()

    def members(self, unit: Unit, stored: StoredRule) -> Iterable[str] | None:
        return unit.lines

    def join(self, unit: Unit, group: Group, feeds: Feeds) -> None:
        """What was spent on a line before a plan left it out is the campaign's spend all the
        same."""
        if group.gone is None and group.rule.group_by == "campaign":
            left = {line for line in unit.removed & unit.lines.keys() if group.rule.covers(line)}
            group.members = sorted({*group.members, *left})

    def observe(self, unit: Unit, group: Group, panes: Panes, now: int) -> Observed:
        """The figures of the group's lines, once."""
        rule, standing = group.rule, group.standing
        lines = [unit.lines[line] for line in group.members]
        plan = plan_seen(lines, standing.plan_version)
        seen = look(unit, rule, lines)
        if standing.rule_version != rule.version:
            seen = seen._replace(because=Cause("rule", rule.version))
        elif plan.before is not None:
            before = rule.observe(plan.before, seen.at)
            seen = seen._replace(because=Cause("plan", plan.newest), otherwise=before)
        standing = standing._replace(rule_version=rule.version)
        if seen.value is not None:
            standing = standing._replace(plan_version=plan.settled)
        return Observed(standing, [seen])

    def grounds(self, unit: Unit, group: Group, verdict: Verdict) -> Grounds:
        """The figures, the plan they are taken against, and how far each line is complete."""
        lines = [unit.lines[line] for line in group.members if line in unit.lines]
        numbers = figures_text({} if verdict.seen is None else verdict.seen.sums)
        if numbers and len(lines) == 1 and lines[0].forecast_end is not None:
            # The ledger's own forecast is the one people see elsewhere.
            numbers["forecast_end"] = lines[0].forecast_end
        anchors = [line.anchor or line.as_of for line in lines]
        ordered = sorted(lines, key=lambda line: f"budget/{line.line}")
        return Grounds(
            numbers=numbers,
            units=UNITS,
            shown=SHOWN,
            called=called(group.group),
            sources=[
                BreachSource(source=f"budget/{line.line}", complete_through=line.complete_through)
                for line in ordered
            ],
            set_aside=sum(line.set_aside for line in lines),
            figures_at=min(anchors, default=None) if numbers else None,
        )

    def explain(
        self, unit: Unit, group: Group, back: LookBack, panes: Panes, now: int
    ) -> dict[str, Any]:
        """What the rule sees in the latest totals of its lines, and where the ledger is."""
        known = [unit.lines[line] for line in group.members if line in unit.lines]
        seen = look(unit, group.rule, known) if known else Observation(0, None)
        return {
            **explained(group.rule, seen, figures_text(seen.sums)),
            "set_aside": sum(one.set_aside for one in known),
            "window": None,
            "as_of": max((one.as_of for one in known), default=None),
            "plan_version": max((one.plan_version for one in known), default=None),
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


def _waits(line: BudgetTotals) -> bool:
    """Whether something of the line's sources is missing that is still waited for."""
    settled, complete = line.settled_through, line.complete_through
    return settled is not None and complete is not None and settled < complete


def _money_text(value: Fraction | None) -> str | None:
    if value is None:
        return None
    return format_micros(divide_half_even(value.numerator * MICROS, value.denominator))
