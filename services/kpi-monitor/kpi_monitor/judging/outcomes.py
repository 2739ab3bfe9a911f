"""What the groups of a unit come to: the episode machine over what their families see. Pure."""

from collections.abc import Iterable, Sequence

from kpi_monitor.rules.episodes import Reason, Verdict, close, follow
from kpi_monitor.rules.families.table import family_of
from kpi_monitor.rules.unit import AWAY, Group, GroupOutcome, Pane, Panes, Standing, Unit
from kpi_monitor.units.unit import NEVER, WORKSPACE, UnitDue


def judge(
    unit: Unit, groups: Iterable[Group], panes: Sequence[Pane], now: int
) -> list[GroupOutcome]:
    """An outcome for each group whose standing moved or that is open. `now` in epoch ms."""
    found = by_line(panes)
    outcomes = []
    for group in groups:
        if group.gone is None:
            outcome = _judge(unit, group, found, now)
        else:
            outcome = _leave(group, group.gone, now)
        if outcome.moved or outcome.standing.episode.open:
            outcomes.append(outcome)
    return outcomes


def by_line(panes: Iterable[Pane]) -> dict[str, list[Pane]]:
    """The panes as families take them."""
    found: dict[str, list[Pane]] = {}
    for pane in panes:
        found.setdefault(pane.line, []).append(pane)
    return found


def due_of(unit: Unit, groups: Iterable[Group], outcomes: Iterable[GroupOutcome]) -> UnitDue:
    """When the next of these groups has something to judge: heartbeats before that touch nothing.

    `outcomes`: what has just been judged of them. Nothing is known before the campaign's zone is.
    """
    if unit.zone is None and unit.campaign != WORKSPACE:
        return UnitDue(None)
    moved = {id(outcome.group): outcome.standing for outcome in outcomes}
    complete, by_time = NEVER, dict[str, int]()
    for group in groups:
        if group.gone is not None:
            continue
        due = family_of(group.rule).due(unit, group, moved.get(id(group), group.standing))
        complete = min(complete, NEVER if due.complete is None else due.complete)
        if due.at < NEVER:
            by_time |= {one: min(due.at, by_time.get(one, NEVER)) for one in group.members}
    return UnitDue(complete, by_time)


def _judge(unit: Unit, group: Group, panes: Panes, now: int) -> GroupOutcome:
    observed = family_of(group.rule).observe(unit, group, panes, now)
    episode, verdicts = follow(group.rule.condition, observed.standing.episode, observed.seen, now)
    standing = observed.standing._replace(episode=episode)
    if observed.ended is None:
        return GroupOutcome(group, standing, verdicts)
    last = _close(group, standing, standing.judged_through, observed.ended)
    return last._replace(verdicts=verdicts + last.verdicts)


def _leave(group: Group, reason: Reason, now: int) -> GroupOutcome:
    """Nobody judges the group any more: an open episode ends, and what comes passes unjudged.

    Should it come back, it begins with what is complete then: an alarm about the time in between
    would be about nothing.
    """
    standing = group.standing._replace(
        rule_version=group.rule.version, judged_through=AWAY, too_coarse=False
    )
    return _close(group, standing, now, reason)


def _close(group: Group, standing: Standing, at: int, reason: Reason) -> GroupOutcome:
    """Ends what is open for a reason that is no number."""
    if not standing.episode.open:
        return GroupOutcome(group, standing, [])
    judgement = close(standing.episode, at, reason)
    moved = standing._replace(episode=judgement.episode)
    return GroupOutcome(group, moved, [Verdict(judgement)])
