"""Did the money move, or the plan? What a group's figures would be under the plan before. Pure.

A plan that raises what is allocated ends an alarm without a cent having moved; one that lowers it
begins one. The message must not say that somebody spent.
"""

from collections.abc import Sequence
from typing import NamedTuple

from kpi_monitor.totals.figures import figures
from shared.events import BudgetTotals
from shared.money import parse_sum


class PlanSeen(NamedTuple):
    """Under which plan a group is judged.

    `newest`: the version that any of its lines is told by; `settled`: the one that all are. Lines
    are told one after the other, so the two differ for a moment. `before`: the group's figures
    (micros by name) under the plan by which it was judged last; None when that is the same one, or
    when it has never been judged.
    """

    newest: int
    settled: int
    before: dict[str, int] | None


def plan_seen(lines: Sequence[BudgetTotals], judged: int | None) -> PlanSeen:
    """The plans behind the figures of `lines`; `judged`: the version they were judged by last."""
    versions = [line.plan_version for line in lines]
    newest, settled = max(versions), min(versions)
    if judged is None or newest <= judged:
        return PlanSeen(newest, settled, None)
    before: dict[str, int] = {}
    for line in lines:
        told = _before(line) if line.plan_version > judged else figures(line)
        for name, amount in told.items():
            before[name] = before.get(name, 0) + amount
    return PlanSeen(newest, settled, before)


def _before(line: BudgetTotals) -> dict[str, int]:
    """A line's figures as the plan before would have them; the money is the same."""
    told = figures(line)
    if line.plan_before is None:
        return told
    allocated = parse_sum(line.plan_before.allocated)
    return told | {
        "allocated": allocated,
        "planned_to_date": parse_sum(line.plan_before.planned_to_date),
        "remaining": allocated - told["actual"] - told["committed"],
    }
