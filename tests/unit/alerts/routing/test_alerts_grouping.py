"""The three intervals of a group, without a ticking clock (alerting.md 2.2)."""

from datetime import timedelta

import pytest

from alerts.configuration.digest import Digest
from alerts.routing.grouping import (
    GroupClock,
    Intervals,
    due_after_change,
    due_after_flush,
    due_after_reload,
    tick_of,
)
from tests.unit.alerts.builders import at

WAITING = Intervals(timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=4))


def test_a_new_group_waits_group_wait_from_the_decision() -> None:
    assert due_after_change(GroupClock(), WAITING, at(0), at(0.5)) == at(1)


def test_a_group_whose_wait_has_passed_speaks_at_once() -> None:
    assert due_after_change(GroupClock(), WAITING, at(-30), at(0)) == at(0)


def test_a_decision_dated_ahead_does_not_delay_beyond_group_wait() -> None:
    assert due_after_change(GroupClock(), WAITING, at(90), at(0)) == at(1)


def test_a_second_alert_does_not_postpone_the_first() -> None:
    waiting = GroupClock(due_at=at(1), active=True)
    assert due_after_change(waiting, WAITING, at(0.9), at(0.9)) == at(1)


def test_after_a_message_the_next_waits_for_the_interval() -> None:
    spoken = GroupClock(flushed_at=at(0), active=True)
    assert due_after_change(spoken, WAITING, at(2), at(2)) == at(5)
    assert due_after_change(spoken, WAITING, at(9), at(9)) == at(10), "the next of its ticks"
    assert due_after_change(spoken, WAITING, at(10), at(10)) == at(10), "this one"
    assert due_after_change(spoken, WAITING, at(0), at(0)) == at(5), "not the one that was"


@pytest.mark.parametrize(
    ("due", "now", "tick", "why"),
    [
        (5, 5, 5, "on time"),
        (5, 5.5, 5, "late: the ticks do not move"),
        (5, 16, 15, "after an outage: the last that has passed"),
        (5, 15, 15, "at a tick"),
    ],
)
def test_a_flush_is_for_the_tick_that_has_passed(
    due: float, now: float, tick: float, why: str
) -> None:
    assert tick_of(at(due), WAITING, at(now)) == at(tick), why


@pytest.mark.parametrize(
    ("began", "due", "why"),
    [
        (-1, 1, "it began as long ago as one waits: not longer"),
        (-1.1, 0, "longer ago: at once"),
        (0, 1, "now"),
        (30, 1, "by the clock of its sender"),
    ],
)
def test_what_began_longer_ago_than_one_waits_is_told_at_once(
    began: float, due: float, why: str
) -> None:
    assert due_after_change(GroupClock(), WAITING, at(0), at(0), began_at=at(began)) == at(due), why
    spoken = GroupClock(flushed_at=at(0), active=True)
    assert due_after_change(spoken, WAITING, at(1), at(1), began_at=at(began)) == at(5)


def test_an_empty_group_waits_group_wait_again_once_its_interval_is_over() -> None:
    empty = GroupClock(flushed_at=at(0))
    assert due_after_change(empty, WAITING, at(2), at(2)) == at(5)
    assert due_after_change(empty, WAITING, at(9), at(9)) == at(10)


def test_an_open_group_wakes_for_its_repeat_and_an_empty_one_sleeps() -> None:
    told = [at(0), at(3)]
    wake = due_after_flush(told, WAITING, at(3), firing=True)
    assert wake == at(240) + timedelta(microseconds=1)
    assert due_after_flush(told, WAITING, at(3), firing=False) is None


def test_a_repeat_is_never_sooner_than_the_interval() -> None:
    short = Intervals(timedelta(0), timedelta(minutes=5), timedelta(minutes=1))
    assert due_after_flush([at(0)], short, at(0), firing=True) == at(5)


@pytest.mark.parametrize(
    ("clock", "is_digest", "due", "why"),
    [
        (GroupClock(due_at=at(9), active=True), False, 2, "a shorter group_wait"),
        (GroupClock(due_at=at(1.5), active=True), False, 1.5, "it has waited for long"),
        (GroupClock(at(0), at(9), True), False, 9, "it has spoken: it looks by itself"),
        (GroupClock(at(0), None, True), False, None, "asleep"),
        (GroupClock(at(0), at(9), True), True, 30, "at the times that are new"),
        (GroupClock(at(0), None, True), True, 30, "also of what slept"),
        (GroupClock(at(0), at(0.5), True), True, 0.5, "due already"),
    ],
)
def test_new_intervals_are_for_what_is_not_due_yet(
    clock: GroupClock, is_digest: bool, due: float | None, why: str
) -> None:
    half_past = (at(30).hour * 60 + at(30).minute,)
    digest = Digest(half_past) if is_digest else None
    new = Intervals(WAITING.wait, WAITING.interval, WAITING.repeat, digest)
    assert due_after_reload(clock, new, at(1)) == (None if due is None else at(due)), why
