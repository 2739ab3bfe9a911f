"""Two reports of one alert: one episode where they overlap, else another (alerting.md 2.1)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alertmanager.intake.activity import (
    ActiveRange,
    ActivityChange,
    change_of,
    merge,
    overlap,
)
from tests.unit.alerts.builders import START, at


def activity(start: float, end: float, *, times_out: bool = False) -> ActiveRange:
    return ActiveRange(at(start), at(end), times_out)


@pytest.mark.parametrize(
    "case",
    [
        (None, False, activity(0, 5), 0, activity(0, 5), None, True, "the first of all"),
        (None, False, activity(-5, -1), 0, None, None, False, "over before anybody knew"),
        (
            activity(0, 5, times_out=True),
            True,
            activity(0, 6, times_out=True),
            1,
            activity(0, 6, times_out=True),
            None,
            False,
            "said again",
        ),
        (
            activity(0, 5, times_out=True),
            True,
            activity(1, 6, times_out=True),
            1,
            activity(0, 6, times_out=True),
            None,
            False,
            "the earliest start",
        ),
        (
            activity(2, 7),
            True,
            activity(0, 9),
            3,
            activity(0, 9),
            None,
            False,
            "also where it comes later",
        ),
        (
            activity(0, 60),
            True,
            activity(0, 6, times_out=True),
            1,
            activity(0, 60),
            None,
            False,
            "a stated end beats one that follows from silence",
        ),
        (
            activity(0, 60, times_out=True),
            True,
            activity(0, 6),
            1,
            activity(0, 6),
            None,
            False,
            "and the other way round",
        ),
        (
            activity(0, 5, times_out=True),
            True,
            activity(0, 3),
            4,
            activity(0, 3),
            activity(0, 3),
            False,
            "over",
        ),
        (
            activity(0, 4.5),
            False,
            activity(1, 4.8),
            4.8,
            activity(0, 4.8),
            None,
            False,
            "over twice: the latest end",
        ),
        (
            activity(0, 4.8),
            False,
            activity(1, 4.1),
            5,
            activity(0, 4.8),
            None,
            False,
            "in any order",
        ),
        (
            activity(0, 4.8),
            False,
            activity(5.3, 10.3, times_out=True),
            5.3,
            activity(5.3, 10.3, times_out=True),
            None,
            True,
            "again, later: another episode",
        ),
        (
            activity(0, 4),
            False,
            activity(0, 10),
            5,
            activity(0, 10),
            None,
            True,
            "what is over does not open again: another episode of the same range",
        ),
        (
            activity(0, 5, times_out=True),
            True,
            activity(7, 12, times_out=True),
            7,
            activity(7, 12, times_out=True),
            activity(0, 5, times_out=True),
            True,
            "it was over before anybody noticed",
        ),
        (activity(0, 60), True, activity(-9, -5), 1, None, None, False, "of another time"),
        (
            activity(30, 30),
            True,
            activity(40, 40),
            10,
            activity(30, 40),
            None,
            False,
            "its end alone, said again: it goes on",
        ),
        (
            activity(30, 30),
            True,
            activity(5, 10, times_out=True),
            5,
            activity(5, 30),
            None,
            False,
            "the earliest start of what goes on, and the end that was stated",
        ),
        (
            activity(30, 30),
            True,
            activity(20, 20),
            20,
            activity(20, 20),
            activity(20, 20),
            False,
            "its end alone, and that is now",
        ),
        (
            activity(30, 30),
            True,
            activity(61, 61),
            31,
            activity(61, 61),
            activity(30, 30),
            True,
            "said again after its end: another episode",
        ),
    ],
)
def test_what_a_report_changes(case: tuple[Any, ...]) -> None:
    known, is_open, report, now, *changed, why = case
    assert change_of(known, report, is_open=is_open, now=at(now)) == ActivityChange(*changed), why


instants = st.integers(0, 50).map(lambda minute: START + timedelta(minutes=minute))
ranges = st.builds(
    lambda one, other, times_out: ActiveRange(min(one, other), max(one, other), times_out),
    instants,
    instants,
    st.booleans(),
)


@given(known=ranges, report=ranges, now=instants)
def test_what_is_merged_holds_the_earliest_start_and_one_of_the_ends(
    known: ActiveRange, report: ActiveRange, now: datetime
) -> None:
    assert overlap(known, report) == overlap(report, known)
    merged = merge(known, report, now)
    assert merged.starts_at == min(known.starts_at, report.starts_at)
    assert merged[1:] in (known[1:], report[1:])
    assert merge(merged, report, now) == merged, "said twice is said once"


@given(known=ranges, report=ranges, now=instants, is_open=st.booleans())
def test_what_is_open_after_a_report_has_an_end_to_come(
    known: ActiveRange, report: ActiveRange, now: datetime, is_open: bool
) -> None:
    change = change_of(known, report, is_open=is_open, now=now)
    if change.begins:
        assert change.activity is not None
        assert change.activity.ends_at > now
    if change.ended is not None:
        assert is_open
        assert change.ended.ends_at <= now
    assert now.tzinfo is UTC
