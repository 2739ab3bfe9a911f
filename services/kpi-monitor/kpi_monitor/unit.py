"""All rules of one campaign over what is stored of it: what to read, then what changes. Pure.

A campaign is the unit of evaluation: one writer at a time holds its row, so standings and the
transitions of its (rule, group) pairs have one order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from kpi_monitor import totals
from kpi_monitor.definition import Rule
from kpi_monitor.judging import (
    Pane,
    Standing,
    Sums,
    Verdict,
    judge_again,
    judge_totals,
    judge_windows,
)
from kpi_monitor.kpis import SPEND
from kpi_monitor.rules import Reason, close
from kpi_monitor.windows import Windows, to_ms
from shared.events import BudgetTotals, group_text


class FeedState(NamedTuple):
    """A source that feeds a measure of a line; `complete` and `grain` in ms."""

    line: str
    measure: str
    source: str
    grain: int
    complete: int | None


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
    """What is stored of a campaign, as far as it was touched."""

    workspace: str
    campaign: str
    zone: str | None = None
    rules: list[StoredRule] = field(default_factory=list)
    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)
    lines: dict[str, BudgetTotals] = field(default_factory=dict)
    feeds: list[FeedState] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """One (rule, group) that may be judged. `complete` is None while a measure has no feed."""

    stored: StoredRule
    key: str
    group: dict[str, str]
    lines: list[str]
    standing: Standing
    known: bool
    feeds: list[FeedState] = field(default_factory=list)
    complete: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new standing of a group and, for each verdict that has one, its transition."""

    group: Group
    standing: Standing
    verdicts: list[Verdict]


def groups_of(unit: Unit) -> list[Group]:
    """Every (rule, group) of the unit: groups with data in scope, and those with a standing."""
    found: list[Group] = []
    feeds: dict[str, list[FeedState]] = {}
    for feed in unit.feeds:
        feeds.setdefault(feed.line, []).append(feed)
    for stored in unit.rules:
        rule = stored.rule
        if rule.kpi.kind == "window" and unit.zone is None and not stored.deleted:
            continue
        members: dict[str, list[str]] = {}
        for line in _lines_with_data(unit, rule):
            if rule.covers(line) and not stored.deleted:
                members.setdefault(group_text(rule.group(line)), []).append(line)
        for name, key in unit.standings:
            if name == rule.rule:
                members.setdefault(key, [])
        for key, lines in sorted(members.items()):
            mine = [feed for line in lines for feed in feeds.get(line, ())]
            found.append(_group(unit, stored, key, lines, mine))
    return found


def needs_of(unit: Unit, groups: Iterable[Group]) -> list[Need]:
    """The panes to read before `judge`: only for groups with a window to judge."""
    needs: set[Need] = set()
    for group in groups:
        rule, standing = group.stored.rule, group.standing
        if group.complete is None or not group.lines:
            continue
        windows = _windows(unit, rule)
        limit = windows.closed_through(group.complete - rule.maturity)
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
    """What changes: an outcome for each group whose standing moved. `now` in epoch ms."""
    by_line: dict[str, list[Pane]] = {}
    for pane in panes:
        by_line.setdefault(pane.line, []).append(pane)
    outcomes = []
    for group in groups:
        if not group.lines:
            outcome = _leave(group, now)
        elif group.stored.rule.kpi.kind == "budget":
            outcome = _judge_totals(unit, group)
        else:
            mine = [pane for line in group.lines for pane in by_line.get(line, ())]
            outcome = _judge_windows(unit, group, mine)
        if outcome.standing != group.standing or not group.known:
            outcomes.append(outcome)
    return outcomes


def completeness(feeds: Sequence[FeedState], measures: Iterable[str]) -> int | None:
    """Least completeness (epoch ms) over the feeds; None while any measure has none.

    A measure nobody feeds is not zero: a window over it cannot be whole.
    """
    if not set(measures) <= {feed.measure for feed in feeds}:
        return None
    known = [feed.complete for feed in feeds if feed.complete is not None]
    return min(known) if known and len(known) == len(feeds) else None


def sum_figures(lines: Iterable[BudgetTotals]) -> Sums:
    """Figures of several lines added up; micros by name."""
    sums: Sums = {}
    for line in lines:
        for name, amount in totals.figures(line).items():
            sums[name] = sums.get(name, 0) + amount
    return sums


def _lines_with_data(unit: Unit, rule: Rule) -> list[str]:
    if rule.kpi.kind == "budget":
        return sorted(unit.lines)
    return sorted({feed.line for feed in unit.feeds if feed.measure in rule.measures})


def _group(
    unit: Unit, stored: StoredRule, key: str, lines: list[str], feeds: list[FeedState]
) -> Group:
    rule = stored.rule
    standing = unit.standings.get((rule.rule, key))
    group = rule.group(lines[0]) if lines else _parse_group(key)
    made = Group(stored, key, group, lines, standing or _fresh(unit, stored), standing is not None)
    if rule.kpi.kind == "window":
        made.feeds = [feed for feed in feeds if feed.measure in rule.measures]
        made.complete = completeness(made.feeds, rule.measures)
    return made


def _fresh(unit: Unit, stored: StoredRule) -> Standing:
    """A new group begins with the window that holds the rule's effective instant."""
    begin = 0
    if stored.rule.kpi.kind == "window" and unit.zone is not None:
        begin = _windows(unit, stored.rule).containing(stored.effective_from).start
    return Standing(judged_through=begin, rule_version=stored.rule.version)


def _parse_group(key: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in key.split(",") if ":" in part)


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


def _leave(group: Group, now: int) -> Outcome:
    """The rule was removed, or its scope no longer holds the group: an open episode ends."""
    standing = replace(group.standing, rule_version=group.stored.rule.version)
    if not standing.episode.open:
        return Outcome(group, standing, [])
    reason = Reason.RULE_REMOVED if group.stored.deleted else Reason.RULE_CHANGED
    judgement = close(standing.episode, now, reason)
    moved = replace(standing, episode=judgement.episode)
    return Outcome(group, moved, [Verdict(judgement, None, {}, None)])


def _judge_totals(unit: Unit, group: Group) -> Outcome:
    lines = [unit.lines[line] for line in group.lines]
    standing, verdict = judge_totals(
        group.stored.rule,
        group.standing,
        sum_figures(lines),
        at=max(to_ms(line.as_of) for line in lines),
        complete=all(totals.is_complete(line) for line in lines),
    )
    return Outcome(group, standing, [verdict])


def _judge_windows(unit: Unit, group: Group, panes: list[Pane]) -> Outcome:
    rule, standing = group.stored.rule, group.standing
    if group.complete is None:
        return Outcome(group, standing, [])
    windows = _windows(unit, rule)
    mine = [pane for pane in panes if pane.measure in rule.measures]
    verdicts: list[Verdict] = []
    if standing.rule_version != rule.version:
        standing, again = judge_again(rule, windows, standing, mine, group.complete)
        verdicts += [again] if again is not None else []
    standing, judged = judge_windows(rule, windows, standing, mine, group.complete)
    return Outcome(group, standing, verdicts + judged)


def spend_feed(line: str, grain: int, complete: int | None, source: str) -> FeedState:
    """Spend of a line: complete as far as the line's totals say."""
    return FeedState(line, SPEND, source, grain, complete)


def transitions(outcomes: Iterable[Outcome]) -> list[tuple[Group, Verdict]]:
    """The verdicts that changed a state, in the order in which they happened."""
    return [
        (outcome.group, verdict)
        for outcome in outcomes
        for verdict in outcome.verdicts
        if verdict.judgement.transition is not None
    ]
