"""How what is spent stands to what is planned: on plan, or which of three states, and why (B2-B4).

Pure; by exact products, so that no rounding decides.
"""

from typing import Literal, NamedTuple

from budget.figures.pacing import PacingFigures
from shared.events import BudgetState

StateReason = Literal[
    "spent_above_allocated", "bound_above_allocated", "ahead_of_plan", "behind_plan"
]
TENTHS = 10
AHEAD_TENTHS = 12
BEHIND_TENTHS = 7
"""Of what is planned up to the anchor: from 0.7 to 1.2 of it a line keeps its pace, as the rules of
the house see it (contracts.md section 4, `suppress`)."""


class StateFound(NamedTuple):
    """A state, and what of the figures makes it; None: nothing does."""

    state: BudgetState
    reason: StateReason | None


def variance(told: PacingFigures) -> int:
    """Micros spent more than planned up to the anchor; negative: less."""
    return told.actual - told.planned_to_date


def budget_state(told: PacingFigures) -> StateFound:
    """The worst of what holds: spent beyond what is allocated; too little left for what is ordered,
    or for what is still planned; less spent than planned."""
    actual, planned = told.actual * TENTHS, told.planned_to_date
    if told.actual > told.allocated:
        return StateFound("overspent", "spent_above_allocated")
    if told.remaining < 0:
        return StateFound("short", "bound_above_allocated")
    if actual > planned * AHEAD_TENTHS:
        return StateFound("short", "ahead_of_plan")
    if actual < planned * BEHIND_TENTHS:
        return StateFound("underspent", "behind_plan")
    return StateFound("on_plan", None)
