"""What ends a breach when its figure cannot any more: lines, rules and campaigns that go (1.5)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_monitor.definition import compile_rule
from kpi_monitor.judging import Pane, Standing
from kpi_monitor.rules import Reason, Transition
from kpi_monitor.unit import FeedState, StoredRule, Unit, groups_of, judge, needs_of
from kpi_monitor.windows import HOUR_MS, to_ms
from shared.money import format_micros
from tests.unit.kpi.builders import at, budget_body, rule_body, totals

M = 1_000_000
BEGIN = to_ms(at(0))
ALL = {"campaign": "double11-2025"}
OVER = {"op": ">", "levels": [{"severity": "critical", "value": "1.00"}]}


@dataclass
class Told:
    """A campaign in memory: `step` judges it as the evaluator does and remembers what was told."""

    unit: Unit = field(default_factory=lambda: Unit("default", "double11-2025", zone="UTC"))
    panes: list[Pane] = field(default_factory=list)
    transitions: list[tuple[str, str, Transition]] = field(default_factory=list)

    def rule(self, version: int = 1, deleted: bool = False, **changes: Any) -> None:
        name = changes.pop("rule", "overspend")
        body = budget_body(rule=name, suppress=None, **{"condition": OVER, **changes})
        self._store(StoredRule(compile_rule(version, body), deleted, BEGIN))

    def window_rule(self, version: int = 1, **changes: Any) -> None:
        body = rule_body(**{"scope": ALL, "min": None, **changes})
        self._store(StoredRule(compile_rule(version, body), False, BEGIN))

    def _store(self, stored: StoredRule) -> None:
        others = [one for one in self.unit.rules if one.rule.rule != stored.rule.rule]
        self.unit.rules = [*others, stored]

    def spent(self, line: str, actual: int, allocated: int = 100, **changes: Any) -> None:
        self.unit.lines[line] = totals(
            line=line,
            actual=format_micros(actual * M),
            allocated=format_micros(allocated * M),
            **changes,
        )

    def hour(self, line: str, hour: int, clicks: int) -> None:
        start = BEGIN + hour * HOUR_MS
        for measure, amount in (("clicks", clicks), ("impressions", 1000)):
            self.panes.append(Pane(line, measure, start, start + HOUR_MS, 0, amount * M))
        self.heard(line, hour + 1)

    def heard(self, line: str, hours: int) -> None:
        """The line's source is complete through `hours`."""
        others = [feed for feed in self.unit.feeds if feed.line != line]
        self.unit.feeds = others + [
            FeedState(line, measure, "ads/1", HOUR_MS, BEGIN + hours * HOUR_MS)
            for measure in ("clicks", "impressions")
        ]

    def step(self) -> list[tuple[str, str]]:
        """(change, reason) of what this judgement tells."""
        groups = groups_of(self.unit)
        wanted = needs_of(self.unit, groups)
        panes = [
            pane
            for pane in self.panes
            if any(
                (need.line, need.measure) == (pane.line, pane.measure)
                and need.start <= pane.start < need.end
                for need in wanted
            )
        ]
        told = []
        for outcome in judge(self.unit, groups, panes, to_ms(at(24))):
            rule = outcome.group.stored.rule.rule
            self.unit.standings[rule, outcome.group.key] = outcome.standing
            for verdict in outcome.verdicts:
                transition = verdict.judgement.transition
                if transition is not None:
                    self.transitions.append((rule, outcome.group.key, transition))
                    told.append((transition.change, transition.reason.value))
        return told

    def open(self) -> set[tuple[str, str]]:
        return {key for key, one in self.unit.standings.items() if one.episode.open}


def overspent() -> Told:
    world = Told()
    world.rule(scope=ALL)
    world.spent("L10", 120)
    assert world.step() == [("firing", "threshold_crossed")]
    return world


def test_a_line_that_a_later_plan_drops_ends_its_budget_breach() -> None:
    world = overspent()
    world.spent("L10", 120, allocated=0, used_ratio=None)
    assert world.step() == [], "a line without an allocation has no value"
    world.unit.removed = {"L10"}
    assert world.step() == [("resolved", "line_removed")]
    assert world.step() == []


def test_a_dropped_line_that_comes_back_is_judged_again_as_a_new_episode() -> None:
    world = overspent()
    world.unit.removed = {"L10"}
    world.step()
    world.unit.removed = set()
    assert world.step() == [("firing", "threshold_crossed")]
    assert [(one.episode, one.seq) for _, _, one in world.transitions] == [(1, 1), (1, 2), (2, 1)]


def test_a_line_that_was_never_open_says_nothing_when_it_goes() -> None:
    world = Told()
    world.rule(scope=ALL)
    world.spent("L10", 20)
    world.step()
    world.unit.removed = {"L10"}
    world.spent("L10", 120)
    assert world.step() == []


def test_money_spent_on_a_dropped_line_stays_in_the_figure_of_its_campaign() -> None:
    """As in the ledger's own total: what was spent was spent."""
    world = Told()
    world.rule(scope=ALL, group_by=["campaign"])
    world.spent("L01", 90)
    world.spent("L02", 30, allocated=0)
    world.unit.removed = {"L02"}
    assert world.step() == [("firing", "threshold_crossed")]


def test_a_campaign_of_which_every_line_was_dropped_ends_its_breach() -> None:
    world = Told()
    world.rule(scope=ALL, group_by=["campaign"])
    world.spent("L01", 120)
    world.step()
    world.unit.removed = {"L01"}
    assert world.step() == [("resolved", "line_removed")]


def test_a_dropped_line_that_is_late_does_not_keep_its_campaign_from_being_judged() -> None:
    low = {"op": "<", "levels": [{"severity": "warning", "value": "0.5"}]}
    world = Told()
    world.rule(scope=ALL, group_by=["campaign"], condition=low)
    world.spent("L01", 10)
    world.spent("L02", 10, allocated=0, complete_through=None)
    assert world.step() == []
    world.unit.removed = {"L02"}
    assert world.step() == [("firing", "threshold_crossed")]


GONE: list[tuple[str, Callable[[Told], None], str]] = [
    ("the campaign is closed", lambda w: setattr(w.unit, "closed", True), "campaign_closed"),
    ("the rule is removed", lambda w: w.rule(2, deleted=True, scope=ALL), "rule_removed"),
    (
        "the rule's scope leaves the line out",
        lambda w: w.rule(2, scope={**ALL, "lines": ["L01"]}),
        "rule_changed",
    ),
]


@pytest.mark.parametrize(("why", "go", "reason"), GONE)
def test_what_is_judged_no_more_is_ended_with_its_reason(
    why: str, go: Callable[[Told], None], reason: str
) -> None:
    world = overspent()
    go(world)
    assert world.step() == [("resolved", reason)], why
    world.spent("L10", 150)
    assert world.step() == [], "and never fires again"


def test_a_closed_campaign_ends_breaches_over_windows_although_its_zone_is_unknown() -> None:
    world = Told()
    world.window_rule()
    world.hour("L02", 0, clicks=1)
    world.step()
    world.unit.zone, world.unit.closed = None, True
    assert world.step() == [("resolved", "campaign_closed")]


def test_a_window_breach_of_a_dropped_line_ends_and_what_it_missed_is_not_caught_up() -> None:
    """An alarm about hours in which the line was not planned would be about nothing."""
    world = Told()
    world.window_rule()
    world.hour("L02", 0, clicks=1)
    assert world.step() == [("firing", "threshold_crossed")]
    world.unit.removed = {"L02"}
    world.hour("L02", 1, clicks=1)
    assert world.step() == [("resolved", "line_removed")]
    world.hour("L02", 2, clicks=1)
    assert world.step() == []
    world.unit.removed = set()
    assert world.step() == []
    world.hour("L02", 3, clicks=1)
    assert world.step() == [("firing", "threshold_crossed")]
    assert world.transitions[-1][2].at == BEGIN + 4 * HOUR_MS


def test_a_line_that_left_the_scope_and_came_back_begins_with_the_present() -> None:
    world = Told()
    world.window_rule()
    world.hour("L02", 0, clicks=50)
    world.step()
    world.window_rule(2, scope={**ALL, "lines": ["L01"]})
    world.hour("L02", 1, clicks=1)
    world.step()
    world.window_rule(3)
    assert world.step() == []


def test_the_silent_source_of_a_dropped_line_does_not_hold_its_campaigns_windows_back() -> None:
    world = Told()
    world.window_rule(group_by=["campaign"])
    world.heard("L01", 0)
    world.hour("L02", 0, clicks=1)
    assert world.step() == []
    world.unit.removed = {"L01"}
    assert world.step() == [("firing", "threshold_crossed")]


def test_windows_end_with_the_flight_and_so_does_what_is_open_over_them() -> None:
    world = Told()
    world.window_rule()
    world.unit.ends = BEGIN + 2 * HOUR_MS
    world.hour("L02", 0, clicks=50)
    world.hour("L02", 1, clicks=1)
    assert world.step() == [("firing", "threshold_crossed"), ("resolved", "campaign_ended")]
    world.hour("L02", 2, clicks=1)
    assert world.step() == [], "what happens after the flight is no alarm"
    assert world.transitions[-1][2].at == world.unit.ends


def test_the_end_of_the_flight_waits_for_the_source() -> None:
    """The last window may still bring the recovery; a silent source is its own state."""
    world = Told()
    world.window_rule()
    world.unit.ends = BEGIN + 2 * HOUR_MS
    world.hour("L02", 0, clicks=1)
    world.step()
    assert world.open() == {("ctr-low", "line:L02")}
    world.hour("L02", 1, clicks=50)
    assert world.step() == [("resolved", "above_reset")]


def test_a_flight_made_longer_is_judged_on() -> None:
    world = Told()
    world.window_rule()
    world.unit.ends = BEGIN + HOUR_MS
    for hour in range(3):
        world.hour("L02", hour, clicks=1)
    assert world.step() == [("firing", "threshold_crossed"), ("resolved", "campaign_ended")]
    world.unit.ends = BEGIN + 2 * HOUR_MS
    assert world.step() == [("firing", "threshold_crossed"), ("resolved", "campaign_ended")]


def test_the_end_of_the_flight_closes_nothing_about_money() -> None:
    """Restatements of periods inside the flight still post; only a close or a plan ends them."""
    world = overspent()
    world.unit.ends = BEGIN
    assert world.step() == []
    world.spent("L10", 95)
    assert world.step() == [("resolved", "below_reset")]


LINES = st.sampled_from(["L01", "L02", "L03"])
SCOPES = st.sampled_from([None, ["L01"], ["L02", "L03"]])
ACTIONS = st.one_of(
    st.tuples(st.just("spent"), LINES, st.integers(0, 200), st.sampled_from([0, 100])),
    st.tuples(st.just("hour"), LINES, st.integers(0, 60)),
    st.tuples(st.just("plan"), st.sets(LINES)),
    st.tuples(st.just("scope"), st.sampled_from(["overspend", "ctr-low"]), SCOPES),
    st.tuples(st.just("remove"), st.booleans()),
    st.tuples(st.just("close"), st.booleans()),
)


def act(world: Told, action: tuple[Any, ...], number: int) -> None:
    match action:
        case ("spent", line, actual, allocated):
            world.spent(line, actual, allocated)
        case ("hour", line, clicks):
            world.hour(line, number, clicks)
        case ("plan", removed):
            world.unit.removed = set(removed)
        case ("scope", "overspend", lines):
            world.rule(number + 2, scope={**ALL, "lines": lines})
        case ("scope", "ctr-low", lines):
            world.window_rule(number + 2, scope={**ALL, "lines": lines})
        case ("remove", deleted):
            stored = next(one for one in world.unit.rules if one.rule.rule == "overspend")
            world._store(replace(stored, deleted=deleted))
        case ("close", closed):
            world.unit.closed = closed


def still_judged(unit: Unit) -> set[tuple[str, str]]:
    """Said anew from the promise: rules in force × lines of the plan in their scope."""
    return {
        (stored.rule.rule, f"line:{line}")
        for stored in unit.rules
        for line in ("L01", "L02", "L03")
        if not (stored.deleted or unit.closed or line in unit.removed)
        and (stored.rule.lines is None or line in stored.rule.lines)
    }


@given(st.lists(ACTIONS, max_size=30), st.sets(st.integers(0, 30)))
@settings(max_examples=300)
def test_nothing_stays_open_that_nobody_judges_whatever_happens_in_which_order(
    actions: list[tuple[Any, ...]], pauses: set[int]
) -> None:
    world = Told()
    world.rule(scope=ALL)
    world.window_rule()
    for number, action in enumerate(actions):
        act(world, action, number)
        if number not in pauses:
            world.step()
    world.step()
    assert world.open() <= still_judged(world.unit)
    assert world.step() == [], "judging again says nothing new"
    by_episode: dict[tuple[str, str, int], list[Transition]] = {}
    for rule, key, one in world.transitions:
        by_episode.setdefault((rule, key, one.episode), []).append(one)
    for (rule, key, _), told in by_episode.items():
        assert [one.seq for one in told] == list(range(1, len(told) + 1))
        assert [n for n, one in enumerate(told) if one.change == "firing"] == [0]
        ended = [n for n, one in enumerate(told) if one.change == "resolved"]
        assert ended in ([], [len(told) - 1])
        assert ended or (rule, key) in world.open()


def test_a_reason_of_an_end_is_one_of_few_words() -> None:
    ends = {Reason.LINE_REMOVED, Reason.CAMPAIGN_CLOSED, Reason.CAMPAIGN_ENDED}
    assert {one.value for one in ends} == {"line_removed", "campaign_closed", "campaign_ended"}


def test_a_standing_that_is_gone_is_not_coarse_any_more() -> None:
    world = Told()
    world.window_rule()
    world.hour("L02", 0, clicks=1)
    world.unit.removed = {"L02"}
    world.unit.standings["ctr-low", "line:L02"] = Standing(BEGIN, 1, too_coarse=True)
    world.step()
    assert not world.unit.standings["ctr-low", "line:L02"].too_coarse
