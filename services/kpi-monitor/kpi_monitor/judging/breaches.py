"""One transition as the message that alerts gets: with all that a person needs to read. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from kpi_monitor.catalogue.objects import Names
from kpi_monitor.judging.unit import Group, Unit
from kpi_monitor.judging.verdicts import Verdict
from kpi_monitor.rules.episodes import Cause
from kpi_monitor.rules.formula import evaluate, parse
from kpi_monitor.rules.kpis import BUDGET_PACING, BUDGET_USED, KPIS
from kpi_monitor.windows import from_ms
from shared.events import (
    Breach,
    BreachCause,
    BreachSource,
    BreachWindow,
    BudgetTotals,
)
from shared.money import (
    MICROS,
    MONEY_MEASURES,
    divide_half_even,
    format_micros,
    format_quantity,
    format_ratio,
)

FORECAST = parse("allocated * actual / planned_to_date")
"""The first method of design.md section 4, for groups of several lines."""


def value_text(value: Fraction | None) -> str | None:
    """A ratio with six decimals; None stays None."""
    return None if value is None else format_ratio(value.numerator, value.denominator)


def numbers_of(kind: str, sums: Mapping[str, int]) -> dict[str, str]:
    """The sums a value was computed from, as decimal text; for budgets the ratios as well."""
    if kind == "window":
        return {
            name: (format_micros if name in MONEY_MEASURES else format_quantity)(sums[name])
            for name in sorted(sums)
        }
    numbers = {name: format_micros(amount) for name, amount in sums.items()}
    ratios = {
        "used_ratio": value_text(evaluate(KPIS[BUDGET_USED].formula, sums)),
        "pacing_ratio": value_text(evaluate(KPIS[BUDGET_PACING].formula, sums)),
        "forecast_end": _money_text(evaluate(FORECAST, sums)),
    }
    return numbers | {name: text for name, text in ratios.items() if text is not None}


def breach_of(unit: Unit, group: Group, verdict: Verdict, names: Names, now: datetime) -> Breach:
    """The message of a verdict that has a transition."""
    transition = verdict.judgement.transition
    assert transition is not None, "only transitions are told"
    rule, line = group.stored.rule, group.group.get("line")
    lines = lines_of(unit, group)
    return Breach(
        breach=f"{rule.rule}/{group.key}/{transition.episode}",
        seq=transition.seq,
        rule=rule.rule,
        rule_version=rule.version,
        kind="kpi" if rule.kpi.kind == "window" else "budget",
        group=group.group,
        transition=transition.change,
        reason=transition.reason.value,
        severity=transition.severity,
        previous_severity=transition.previous_severity,
        crossed=list(transition.crossed),
        value=value_text(verdict.value),
        threshold=transition.threshold,
        op=rule.condition.operator,
        window=window_of(verdict),
        numbers=numbers_behind(rule.kpi.kind, verdict, lines),
        sources=sources_of(unit, group),
        plan_version=plan_version_of(lines),
        names={**_names(unit, line, names), "rule": rule.name},
        owner=_owner(unit, line, names),
        labels={
            **dict(rule.labels),
            "rule": rule.rule,
            "campaign": unit.campaign,
            **({"line": line} if line else {}),
        },
        annotations={"lever": None, "runbook": None, "bucket": None, **dict(rule.annotations)},
        corrects=None,
        event_time=from_ms(transition.at),
        decided_at=now,
        since=from_ms(transition.since),
        kpi=rule.kpi.name,
        currency=next((one.currency for one in lines), names.currency),
        time_zone=unit.zone or "UTC",
        region=names.region,
        cause=_cause(transition.cause),
        figures_at=figures_at(verdict, lines),
        set_aside=set_aside_of(unit, group),
    )


def lines_of(unit: Unit, group: Group) -> list[BudgetTotals]:
    """The totals that a group is judged on."""
    return [unit.lines[one] for one in group.lines if one in unit.lines]


def window_of(verdict: Verdict) -> BreachWindow | None:
    """The window a verdict is about."""
    window = verdict.window
    if window is None:
        return None
    return BreachWindow(kind="tumbling", start=from_ms(window.start), end=from_ms(window.end))


def plan_version_of(lines: Sequence[BudgetTotals]) -> int | None:
    """The newest plan that the figures of these lines are taken against."""
    return max((one.plan_version for one in lines), default=None)


def figures_at(verdict: Verdict, lines: Sequence[BudgetTotals]) -> datetime | None:
    """Up to when the figures go: the end of the window, or the least anchor of the totals."""
    if verdict.window is not None:
        return from_ms(verdict.window.end)
    if not verdict.sums:
        return None
    return min((one.anchor or one.as_of for one in lines), default=None)


def sources_of(unit: Unit, group: Group) -> list[BreachSource]:
    """Who said the numbers, and how far each is complete."""
    if group.stored.rule.kpi.kind == "budget":
        known = {
            f"budget/{line}": unit.lines[line].complete_through
            for line in group.lines
            if line in unit.lines
        }
        return [BreachSource(source=name, complete_through=known[name]) for name in sorted(known)]
    complete = {feed.source: feed.complete for feed in group.feeds}
    return [
        BreachSource(source=name, complete_through=None if at is None else from_ms(at))
        for name, at in sorted(complete.items())
    ]


def set_aside_of(unit: Unit, group: Group) -> int:
    """How much was refused of the sources behind the figures and is not settled."""
    if group.stored.rule.kpi.kind == "budget":
        return sum(unit.lines[line].set_aside for line in group.lines if line in unit.lines)
    return group.set_aside


def numbers_behind(kind: str, verdict: Verdict, lines: Sequence[BudgetTotals]) -> dict[str, str]:
    """The numbers that a verdict's message shows; none without figures."""
    if not verdict.sums:
        return {}
    numbers = numbers_of(kind, verdict.sums)
    if kind == "budget" and len(lines) == 1 and lines[0].forecast_end is not None:
        # The ledger's own forecast is the one people see elsewhere.
        numbers["forecast_end"] = lines[0].forecast_end
    return numbers


def _money_text(value: Fraction | None) -> str | None:
    if value is None:
        return None
    return format_micros(divide_half_even(value.numerator * MICROS, value.denominator))


def _cause(cause: Cause | None) -> BreachCause | None:
    return None if cause is None else BreachCause(kind=cause.kind, version=cause.version)


def _names(unit: Unit, line: str | None, names: Names) -> dict[str, str]:
    found = {"campaign": names.campaign or unit.campaign}
    if line is not None:
        found["line"] = names.lines.get(line, line)
        if line in unit.lines:
            found.update(unit.lines[line].names)
    elif unit.lines:
        found["campaign"] = next(iter(unit.lines.values())).names.get("campaign", found["campaign"])
    return found


def _owner(unit: Unit, line: str | None, names: Names) -> str | None:
    if line is not None and line in unit.lines and unit.lines[line].owner:
        return unit.lines[line].owner
    return names.line_owners.get(line or "") or names.owner
