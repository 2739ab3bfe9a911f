"""Actual against plan: four states, each for one reason, by exact products (B2, B3, B4, K27)."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.phasing import Curve, instant
from budget.figures.pacing import PacingFigures, PlannedLine, figures
from budget.figures.variance import budget_state, variance

NOW = datetime(2025, 11, 3, tzinfo=UTC)
amounts = st.integers(0, 10**15)


def told(allocated: int, planned: int, actual: int, committed: int = 0) -> PacingFigures:
    """Figures of a line of which so much is planned by now."""
    at = instant(NOW)
    curve = Curve((at - 1, at, at + 1), (0, planned, allocated))
    return figures(
        PlannedLine(allocated, curve, NOW, actual, 0, None, (), committed=committed), NOW
    )


@pytest.mark.parametrize(
    ("money", "state", "reason", "why"),
    [
        ((100, 50, 101, 0), "overspent", "spent_above_allocated", "more is spent than there is"),
        ((100, 100, 100, 0), "on_plan", None, "all of it is spent, at its end"),
        ((100, 50, 50, 51), "short", "bound_above_allocated", "orders bind more than is left"),
        ((100, 50, 50, 50), "on_plan", None, "all that is left is ordered"),
        ((100, 50, 61, 0), "short", "ahead_of_plan", "above 1.2 of the plan"),
        ((100, 50, 60, 0), "on_plan", None, "1.2 of the plan, just"),
        ((100, 50, 35, 0), "on_plan", None, "0.7 of the plan, just"),
        ((100, 50, 34, 0), "underspent", "behind_plan", "below 0.7 of the plan"),
        ((100, 0, 1, 0), "short", "ahead_of_plan", "spent before anything is planned"),
        ((100, 0, 0, 0), "on_plan", None, "nothing yet"),
        ((0, 0, 1, 0), "overspent", "spent_above_allocated", "nothing was given"),
        ((150_000, 30_000, 48_000, 0), "short", "ahead_of_plan", "L03 of the scenario on day 2"),
    ],
)
def test_a_line_is_in_one_state_for_one_reason(
    money: tuple[int, int, int, int], state: str, reason: str | None, why: str
) -> None:
    assert budget_state(told(*money)) == (state, reason), why


@given(amounts, amounts, amounts, amounts)
def test_no_rounding_decides(allocated: int, planned: int, actual: int, committed: int) -> None:
    planned = min(planned, allocated)
    one = told(allocated, planned, actual, committed)
    state = budget_state(one).state
    assert variance(one) == actual - planned
    assert one.remaining == allocated - actual - committed
    if planned and state == "on_plan":
        assert Fraction(7, 10) <= Fraction(actual, planned) <= Fraction(12, 10)
    assert (state == "overspent") == (actual > allocated)
    if state == "underspent":
        assert actual < planned
