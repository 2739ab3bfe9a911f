"""All rules of one campaign over what is stored of it: what to read, then what changes. Pure.

A campaign is the unit of evaluation: one writer at a time holds its row, so standings and the
transitions of its (rule, group) pairs have one order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kpi_monitor.judging.feeds import FeedState, feeds_set_aside, judgeable_through
from kpi_monitor.judging.verdicts import (
    AWAY,
    Pane,
    Standing,
    Verdict,
    judge_again,
    judge_totals,
    judge_windows,
)
from kpi_monitor.rules.episodes import Reason, close
from kpi_monitor.rules.rule import Rule
from kpi_monitor.totals import figures as totals
from kpi_monitor.totals.plans import plan_seen
from kpi_monitor.units.store import UnitKey
from kpi_monitor.windows import Windows, to_ms
from shared.events import BudgetTotals
from shared.keys import group_text, read_group


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as stored: removed ones are kept while an episode of theirs is open."""

    rule: Rule
    deleted: bool
    effective_from: int


class Need(NamedTuple):
    """Panes to read: those of (line, measure) that start in [start, end), epoch ms."""

    line: str
    measure: str
    start: int
    end: int


@dataclass(slots=True)
class Unit:
    """What is stored of a campaign, as far as it was touched.

    `ends`: the flight's end, epoch ms. `closed`: by a person, or its object was deleted. `removed`:
    lines that were in the plan and are not any more.
    """

    workspace: str
    campaign: str
    zone: str | None = None
    ends: int | None = None
    closed: bool = False
    removed: set[str] = field(default_factory=set)
    rules: list[StoredRule] = field(default_factory=list)
    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)
    lines: dict[str, BudgetTotals] = field(default_factory=dict)
    feeds: list[FeedState] = field(default_factory=list)

    @property
    def key(self) -> UnitKey:
        return self.workspace, self.campaign


@dataclass(slots=True)
class Group:
    """One (rule, group) that may be judged. `complete` is None while a measure has no feed.

    `gone`: why it is not judged any more; then `lines` is empty.
    """

    stored: StoredRule
    key: str
    group: dict[str, str]
    lines: list[str]
    standing: Standing
    known: bool
    gone: Reason | None = None
    feeds: list[FeedState] = field(default_factory=list)
    complete: int | None = None

    @property
    def set_aside(self) -> int:
        """What was refused of the sources that feed it and is not settled."""
        return feeds_set_aside(self.feeds)


class Outcome(NamedTuple):
    """The new standing of a group and, for each verdict that has one, its transition."""

    group: Group
    standing: Standing
    verdicts: list[Verdict]

    @property
    def moved(self) -> bool:
        """Whether the standing is another than the stored one."""
        return self.standing != self.group.standing or not self.group.known

    def changes(self) -> list[Verdict]:
        """The verdicts that changed the state, in the order in which they happened."""
        return [one for one in self.verdicts if one.judgement.transition is not None]


def groups_of(unit: Unit) -> list[Group]:
    """Every (rule, group) of the unit: groups with data in scope, and those with a standing."""
    found: list[Group] = []
    feeds: dict[str, list[FeedState]] = {}
    for feed in unit.feeds:
        feeds.setdefault(feed.line, []).append(feed)
    for stored in unit.rules:
        rule = stored.rule
        ended = stored.deleted or unit.closed
        if rule.kpi.kind == "window" and unit.zone is None and not ended:
            continue
        members: dict[str, list[str]] = {}
        for line in [] if ended else _lines_with_data(unit, rule):
            if rule.covers(line) and line not in unit.removed:
                members.setdefault(group_text(rule.group(line)), []).append(line)
        for key, lines in sorted(members.items()):
            found.append(_group(unit, stored, key, lines, feeds))
        for name, key in unit.standings:
            if name == rule.rule and key not in members:
                found.append(_gone(unit, stored, key, feeds))
    return found


def needs_of(unit: Unit, groups: Iterable[Group]) -> list[Need]:
    """The panes to read before `judge`: only for groups with a window to judge."""
    needs: set[Need] = set()
    for group in groups:
        rule, standing = group.stored.rule, group.standing
        if group.complete is None or not group.lines or standing.judged_through == AWAY:
            continue
        windows = _windows(unit, rule)
        limit = windows.closed_through(_through(unit, rule, group.complete)[0] - rule.maturity)
        start = standing.judged_through
        if standing.rule_version != rule.version and standing.window_start is not None:
            start = min(start, windows.containing(standing.window_start).start)
        if limit <= start:
            continue
        for feed in group.feeds:
            # A period that began earlier may reach into the window: its grain says how far back.
            needs.add(Need(feed.line, feed.measure, start - feed.grain + 1, limit))
    return _widest(needs)


def judge(unit: Unit, groups: Iterable[Group], panes: Sequence[Pane], now: int) -> list[Outcome]:
    """An outcome for each group whose standing moved or that is open. `now` in epoch ms."""
    by_line: dict[str, list[Pane]] = {}
    for pane in panes:
        by_line.setdefault(pane.line, []).append(pane)
    outcomes = []
    for group in groups:
        if group.gone is not None:
            outcome = _leave(group, group.gone, now)
        elif group.stored.rule.kpi.kind == "budget":
            outcome = _judge_totals(unit, group, now)
        else:
            mine = [pane for line in group.lines for pane in by_line.get(line, ())]
            outcome = _judge_windows(unit, group, mine, now)
        if outcome.moved or outcome.standing.episode.open:
            outcomes.append(outcome)
    return outcomes


def is_complete(unit: Unit, lines: Iterable[BudgetTotals]) -> bool:
    """Whether all sources have reported through the figures' anchor; dropped lines do not count."""
    return all(totals.is_complete(one) for one in lines if one.line not in unit.removed)


def waits(lines: Iterable[BudgetTotals]) -> bool:
    """Whether something of the lines' sources is missing that is still waited for."""
    return any(
        one.settled_through is not None
        and one.complete_through is not None
        and one.settled_through < one.complete_through
        for one in lines
    )


def _lines_with_data(unit: Unit, rule: Rule) -> list[str]:
    if rule.kpi.kind == "budget":
        return sorted(unit.lines)
    return sorted({feed.line for feed in unit.feeds if feed.measure in rule.measures})


def _group(
    unit: Unit, stored: StoredRule, key: str, lines: list[str], feeds: dict[str, list[FeedState]]
) -> Group:
    rule = stored.rule
    standing = unit.standings.get((rule.rule, key))
    fresh = standing or _fresh(unit, stored)
    made = Group(stored, key, rule.group(lines[0]), lines, fresh, standing is not None)
    if rule.kpi.kind == "window":
        _feed(made, lines, feeds)
    elif rule.group_by == "campaign":
        # What was spent on a line before a plan left it out is the campaign's spend all the same.
        made.lines = sorted({*lines, *(unit.removed & unit.lines.keys())})
        made.lines = [line for line in made.lines if rule.covers(line)]
    return made


def _gone(unit: Unit, stored: StoredRule, key: str, feeds: dict[str, list[FeedState]]) -> Group:
    """A group with a standing that is judged no more, and why."""
    rule, group = stored.rule, read_group(key)
    line = group.get("line")
    known = [line] if line is not None else sorted(feeds)
    made = Group(stored, key, group, [], unit.standings[rule.rule, key], known=True)
    if stored.deleted:
        made.gone = Reason.RULE_REMOVED
    elif unit.closed:
        made.gone = Reason.CAMPAIGN_CLOSED
    elif group.keys() == {rule.group_by} and any(
        rule.covers(one) for one in unit.removed if line in (None, one)
    ):
        made.gone = Reason.LINE_REMOVED
    else:
        made.gone = Reason.RULE_CHANGED
    if rule.kpi.kind == "window":
        _feed(made, known, feeds)
    return made


def _feed(group: Group, lines: Iterable[str], feeds: dict[str, list[FeedState]]) -> None:
    measures = group.stored.rule.measures
    group.feeds = [one for line in lines for one in feeds.get(line, ()) if one.measure in measures]
    upwards = group.stored.rule.condition.upwards
    group.complete = judgeable_through(group.feeds, measures, upwards=upwards)


def _fresh(unit: Unit, stored: StoredRule) -> Standing:
    """A new group begins with the window that holds the rule's effective instant."""
    begin = 0
    if stored.rule.kpi.kind == "window" and unit.zone is not None:
        begin = _windows(unit, stored.rule).containing(stored.effective_from).start
    return Standing(judged_through=begin, rule_version=stored.rule.version)


def _windows(unit: Unit, rule: Rule) -> Windows:
    assert rule.size is not None, "a rule over windows has a size"
    assert unit.zone is not None, "windows are judged once the campaign's zone is known"
    return Windows(rule.size, unit.zone)


def _widest(needs: Iterable[Need]) -> list[Need]:
    """One range per (line, measure), so that no pane is read twice."""
    merged: dict[tuple[str, str], tuple[int, int]] = {}
    for line, measure, start, end in needs:
        low, high = merged.get((line, measure), (start, end))
        merged[line, measure] = (min(low, start), max(high, end))
    return [Need(*key, *merged[key]) for key in sorted(merged)]


def _through(unit: Unit, rule: Rule, complete: int) -> tuple[int, bool]:
    """How far windows may be judged, and whether the last one may.

    The last is the one that holds the flight's last moment.
    """
    if unit.ends is None:
        return complete, False
    last = _windows(unit, rule).containing(unit.ends - 1).end + rule.maturity
    return min(complete, last), complete >= last


def _leave(group: Group, reason: Reason, now: int) -> Outcome:
    """Nobody judges the group any more: an open episode ends, and its windows pass unjudged.

    Should it come back, it begins with what is complete then: an alarm about the time in between
    would be about nothing.
    """
    rule, through = group.stored.rule, group.standing.judged_through
    standing = group.standing._replace(
        rule_version=rule.version,
        judged_through=AWAY if rule.kpi.kind == "window" else through,
        too_coarse=False,
    )
    return _close(group, standing, now, reason)


def _close(group: Group, standing: Standing, at: int, reason: Reason) -> Outcome:
    """Ends what is open for a reason that is no number."""
    if not standing.episode.open:
        return Outcome(group, standing, [])
    judgement = close(standing.episode, at, reason)
    moved = standing._replace(episode=judgement.episode)
    return Outcome(group, moved, [Verdict(judgement, None, {}, None)])


def _judge_totals(unit: Unit, group: Group, now: int) -> Outcome:
    lines = [unit.lines[line] for line in group.lines]
    standing, verdict = judge_totals(
        group.stored.rule,
        group.standing,
        totals.sum_figures(lines),
        plan_seen(lines, group.standing.plan_version),
        at=max(to_ms(line.as_of) for line in lines),
        complete=is_complete(unit, lines) and not waits(lines),
        now=now,
    )
    return Outcome(group, standing, [verdict])


def _judge_windows(unit: Unit, group: Group, panes: list[Pane], now: int) -> Outcome:
    rule, standing = group.stored.rule, group.standing
    if group.complete is None:
        return Outcome(group, standing, [])
    windows = _windows(unit, rule)
    mine = [pane for pane in panes if pane.measure in rule.measures]
    verdicts: list[Verdict] = []
    through, ended = _through(unit, rule, group.complete)
    if standing.judged_through == AWAY:
        present = windows.closed_through(through - rule.maturity)
        standing = standing._replace(judged_through=present)
    if standing.rule_version != rule.version:
        standing, again = judge_again(rule, windows, standing, mine, through, now=now)
        verdicts += [again] if again is not None else []
    standing, judged = judge_windows(rule, windows, standing, mine, through)
    verdicts += judged
    if not ended:
        return Outcome(group, standing, verdicts)
    # No window can bring the recovery any more.
    last = _close(group, standing, standing.judged_through, Reason.CAMPAIGN_ENDED)
    return last._replace(verdicts=verdicts + last.verdicts)
