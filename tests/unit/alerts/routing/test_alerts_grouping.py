"""The three intervals of a group, without a ticking clock (alerting.md 2.2)."""

from datetime import timedelta

from alerts.routing.grouping import GroupClock, Intervals, due_after_change, due_after_flush
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
    assert due_after_change(spoken, WAITING, at(9), at(9)) == at(9)


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
