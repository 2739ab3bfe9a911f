"""Up to where no window of a campaign closes: heartbeats before that touch nothing. Pure."""

from collections.abc import Iterable

from kpi_monitor.judging.unit import Group, Outcome, Unit
from kpi_monitor.windows import Windows

NEVER = 2**62
"""Epoch ms that no source will ever be complete to."""


def due_of(unit: Unit, groups: Iterable[Group], outcomes: Iterable[Outcome]) -> int | None:
    """The least completeness (epoch ms) at which a window of these groups closes.

    `outcomes`: what has just been judged of them. None while the campaign's zone is not known.
    """
    if unit.zone is None:
        return None
    moved = {id(outcome.group): outcome.standing for outcome in outcomes}
    judged = {
        (rule.size, rule.maturity, moved.get(id(group), group.standing).judged_through)
        for group in groups
        for rule in (group.stored.rule,)
        if rule.size is not None and group.gone is None
    }
    ends = NEVER if unit.ends is None else unit.ends
    return min(
        (
            Windows(size, unit.zone).containing(through).end + maturity
            for size, maturity, through in judged
            if through < ends
        ),
        default=NEVER,
    )
