"""The plan moved, or the money did: the transition says which, and names the version."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_monitor.catalogue.objects import PlanNames
from kpi_monitor.judging.breaches import Judged, breach_of
from kpi_monitor.judging.groups import groups_of
from kpi_monitor.judging.outcomes import judge
from kpi_monitor.rules.episodes import Cause
from kpi_monitor.totals.figures import figures
from kpi_monitor.totals.plans import PlanSeen, plan_seen
from kpi_monitor.windows import to_ms
from shared.events import BreachCause, BudgetTotals, PlanBefore
from shared.money import format_micros
from tests.unit.kpi.builders import at, totals
from tests.unit.kpi.judging.judged import M, Told

USED = {"op": ">=", "levels": [{"severity": "warning", "value": "0.95"}]}
SLOW = {"op": "<", "levels": [{"severity": "warning", "value": "0.80"}]}


def before(allocated: int, planned: int) -> PlanBefore:
    return PlanBefore(
        allocated=format_micros(allocated * M), planned_to_date=format_micros(planned * M)
    )


def causes(told: Told) -> list[Cause | None]:
    return [transition.cause for _, _, transition in told.transitions]


def test_a_plan_that_is_raised_ends_an_alarm_and_says_that_the_plan_changed() -> None:
    told = Told()
    told.rule(condition=USED)
    told.spent("L01", 96)
    assert told.step() == [("firing", "threshold_crossed")]
    told.spent("L01", 96, 160, plan_version=2, plan_before=before(100, 50))
    assert told.step() == [("resolved", "plan_changed")]
    assert causes(told) == [None, Cause("plan", 2)]


def test_a_plan_that_is_lowered_begins_one() -> None:
    told = Told()
    told.rule(condition=USED)
    told.spent("L01", 60)
    assert told.step() == []
    told.spent("L01", 60, 61, plan_version=2, plan_before=before(100, 50))
    assert told.step() == [("firing", "plan_changed")]


def test_money_that_would_have_crossed_the_old_limit_too_is_the_cause_itself() -> None:
    """Plan and spend arrive in one message: had the plan stayed, it would have fired as well."""
    told = Told()
    told.rule(condition=USED)
    told.spent("L01", 60)
    told.step()
    told.spent("L01", 99, 101, plan_version=2, plan_before=before(100, 50))
    assert told.step() == [("firing", "threshold_crossed")]
    assert causes(told) == [None]


def test_only_the_first_judgement_under_a_plan_can_be_its_doing() -> None:
    told = Told()
    told.rule(condition=USED)
    told.spent("L01", 60)
    told.step()
    told.spent("L01", 60, 90, plan_version=2, plan_before=before(100, 50))
    assert told.step() == []
    told.spent("L01", 88, 90, plan_version=2, plan_before=before(100, 50))
    assert told.step() == [("firing", "threshold_crossed")]


def test_a_line_that_was_never_judged_cannot_have_been_changed_by_a_plan() -> None:
    told = Told()
    told.rule(condition=USED)
    told.spent("L01", 96, plan_version=2, plan_before=before(200, 50))
    assert told.step() == [("firing", "threshold_crossed")]


def test_a_rule_that_waits_for_completeness_remembers_under_which_plan_it_judged_last() -> None:
    """The plan comes while a source is late; hours later all is there, and the plan is the cause:
    by the old one 30 of 36 would still be fast enough."""
    told = Told()
    told.rule(condition=SLOW, kpi="budget.pacing_ratio")
    told.spent("L01", 30, planned_to_date=format_micros(36 * M))
    assert told.step() == []
    new: dict[str, Any] = {
        "plan_version": 2,
        "planned_to_date": format_micros(50 * M),
        "plan_before": before(100, 36),
    }
    told.spent("L01", 30, 160, complete_through=None, **new)
    assert told.step() == []
    told.spent("L01", 30, 160, **new)
    assert told.step() == [("firing", "plan_changed")]


def test_an_edited_rule_is_the_cause_and_names_its_version() -> None:
    told = Told()
    told.rule(condition=USED)
    told.spent("L01", 60)
    told.step()
    told.rule(version=2, condition={"op": ">=", "levels": [{"severity": "info", "value": "0.5"}]})
    assert told.step() == [("firing", "rule_changed")]
    assert causes(told) == [Cause("rule", 2)]


def test_a_campaigns_group_is_judged_by_the_old_plan_of_each_line_as_it_is_told() -> None:
    """Two lines of one plan come one after the other: each is the plan's doing, and once."""
    told = Told()
    told.rule(condition=USED, group_by=["campaign"])
    told.spent("L01", 60)
    told.spent("L02", 60)
    assert told.step() == []
    told.spent("L01", 60, 80, plan_version=2, plan_before=before(100, 50))
    assert told.step() == []
    told.spent("L02", 60, 45, plan_version=2, plan_before=before(100, 50))
    assert told.step() == [("firing", "plan_changed")]
    told.spent("L02", 10, 45, plan_version=2, plan_before=before(100, 50))
    assert told.step() == [("resolved", "below_reset")]


def test_the_breach_carries_the_cause() -> None:
    told = Told()
    told.rule(condition=USED)
    told.spent("L01", 60)
    told.step()
    told.spent("L01", 60, 61, plan_version=2, plan_before=before(100, 50))
    [outcome] = judge(told.unit, groups_of(told.unit), [], to_ms(at(24)))
    [verdict] = outcome.changes()
    breach = breach_of(Judged(told.unit, outcome.group, verdict), PlanNames(), at(24))
    assert (breach.reason, breach.cause) == ("plan_changed", BreachCause(kind="plan", version=2))
    assert breach.plan_version == 2
    assert (breach.kpi_title, breach.unit) == ("Budget used", "percent")
    assert breach.numbers_units.keys() >= breach.numbers.keys()
    assert breach.titles["zh-CN"]["actual"] == "实际花费"
    assert breach.titles["en"]["allocated"] == "Budget of this line"
    assert [one.name for one in breach.numbers_shown][:3] == [
        "actual",
        "corrections",
        "planned_to_date",
    ]
    assert {one.name for one in breach.numbers_shown} <= breach.numbers_units.keys()


@pytest.mark.parametrize(
    ("judged", "expected"),
    [(None, None), (2, None), (3, None), (1, {"allocated": 300 * M, "planned_to_date": 70 * M})],
)
def test_what_a_group_would_be_under_the_plan_before(
    judged: int | None, expected: dict[str, int] | None
) -> None:
    lines = [
        totals(
            line="L1",
            plan_version=2,
            allocated="160.00",
            planned_to_date="55.00",
            plan_before=before(100, 50),
        ),
        totals(line="L2", plan_version=2, allocated="200.00", planned_to_date="20.00"),
    ]
    seen = plan_seen(lines, judged)
    assert (seen.newest, seen.settled) == (2, 2)
    if expected is None:
        assert seen.before is None
    else:
        assert seen.before is not None
        assert {name: seen.before[name] for name in expected} == expected
        assert seen.before["actual"] == 2 * 30_000 * M


LINES = st.builds(
    lambda version, allocated, known: totals(
        plan_version=version,
        allocated=format_micros(allocated),
        remaining=format_micros(allocated - 30_000 * M),
        plan_before=None if known is None else before(known, known),
    ),
    st.integers(1, 3),
    st.integers(0, 10**12),
    st.none() | st.integers(0, 10**6),
)


@given(st.lists(LINES, min_size=1, max_size=5), st.integers(1, 3))
def test_figures_of_before_add_up_as_figures_do(lines: list[BudgetTotals], judged: int) -> None:
    seen = plan_seen(lines, judged)
    assert isinstance(seen, PlanSeen)
    assert (seen.before is None) == (max(line.plan_version for line in lines) <= judged)
    if seen.before is not None:
        assert seen.before["actual"] == sum(figures(line)["actual"] for line in lines)
        assert seen.before["remaining"] == seen.before["allocated"] - seen.before["actual"]
