"""What ends a breach when its figure cannot any more: lines, rules and campaigns that go (1.5)."""

from collections.abc import Callable

import pytest

from kpi_monitor.rules.episodes import Reason
from kpi_monitor.rules.unit import Standing
from kpi_monitor.windows import HOUR_MS
from tests.unit.kpi.judging.judged import ALL, BEGIN, Told


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


@pytest.mark.parametrize("steps", [0, 2], ids=["not looked at meanwhile", "looked at"])
def test_a_window_breach_of_a_dropped_line_ends_and_what_it_missed_is_not_caught_up(
    steps: int,
) -> None:
    """An alarm about hours in which the line was not planned would be about nothing."""
    world = Told()
    world.window_rule()
    world.hour("L02", 0, clicks=1)
    assert world.step() == [("firing", "threshold_crossed")]
    world.unit.removed = {"L02"}
    world.hour("L02", 1, clicks=1)
    assert world.step() == [("resolved", "line_removed")]
    for step in range(steps):
        world.hour("L02", 2 + step, clicks=1)
        assert world.step() == []
    world.hour("L02", 5, clicks=1)
    world.unit.removed = set()
    assert world.step() == []
    world.hour("L02", 6, clicks=1)
    assert world.step() == [("firing", "threshold_crossed")]
    assert world.transitions[-1][2].at == BEGIN + 7 * HOUR_MS


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
