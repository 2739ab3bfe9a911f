"""Times of routes in Alertmanager's words, by the clocks of their zones (alerting.md 2.4)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.configuration.intervals import (
    TimeInterval,
    any_holds,
    next_change,
    read_days_of_month,
    read_location,
    read_months,
    read_time,
    read_weekdays,
    read_years,
)

NINE_TO_SIX = ((540, 1080),)
WORKING = TimeInterval(times=NINE_TO_SIX, weekdays=((1, 5),), location="Asia/Shanghai")
NIGHT_IN_BERLIN = TimeInterval(times=((120, 180),), location="Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("interval", "at", "holds"),
    [
        (WORKING, utc(2025, 11, 3, 1), True),  # Monday 09:00 in Shanghai
        (WORKING, utc(2025, 11, 3, 0, 59), False),  # a minute before
        (WORKING, utc(2025, 11, 3, 10), False),  # 18:00: the end is not part of it
        (WORKING, utc(2025, 11, 2, 2), False),  # Sunday
        (TimeInterval(days_of_month=((-3, -1),)), utc(2024, 2, 27), True),  # of 29 days
        (TimeInterval(days_of_month=((-3, -1),)), utc(2024, 2, 26), False),
        (TimeInterval(days_of_month=((30, 31),)), utc(2025, 2, 28), False),  # no such day
        (TimeInterval(months=((5, 8),), years=((2025, 2026),)), utc(2026, 8, 31), True),
        (TimeInterval(months=((5, 8),), years=((2025, 2026),)), utc(2027, 8, 31), False),
        (TimeInterval(weekdays=((0, 0),)), utc(2025, 11, 2), True),  # Sunday is the first
        (TimeInterval(), utc(2025, 11, 2), True),  # what is not said holds always
    ],
)
def test_an_interval_holds_by_the_clock_and_calendar_of_its_zone(
    interval: TimeInterval, at: datetime, holds: bool
) -> None:
    assert interval.holds(at) is holds


def test_an_hour_that_is_skipped_in_spring_is_never_and_one_that_occurs_twice_is_twice() -> None:
    spring = [utc(2025, 3, 30) + timedelta(minutes=10 * n) for n in range(24)]
    assert not any(NIGHT_IN_BERLIN.holds(at) for at in spring)
    autumn = [utc(2025, 10, 26) + timedelta(minutes=10 * n) for n in range(24)]
    assert sum(NIGHT_IN_BERLIN.holds(at) for at in autumn) == 12


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (utc(2025, 11, 3, 2), utc(2025, 11, 3, 10)),  # at work until 18:00
        (utc(2025, 11, 7, 10), utc(2025, 11, 10, 1)),  # Friday evening until Monday morning
        (utc(2025, 11, 3, 10), utc(2025, 11, 4, 1)),
    ],
)
def test_the_next_change_is_where_it_begins_or_ends(after: datetime, change: datetime) -> None:
    assert next_change([WORKING], after) == change


def test_what_never_changes_says_so() -> None:
    assert next_change([TimeInterval()], utc(2025, 1, 1)) is None
    assert next_change([], utc(2025, 1, 1)) is None


minutes = st.integers(0, 1439).flatmap(
    lambda first: st.tuples(st.just(first), st.integers(first + 1, 1440))
)
weekdays = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda pair: (min(pair), max(pair)))
intervals = st.builds(
    TimeInterval,
    times=st.lists(minutes, max_size=2).map(tuple),
    weekdays=st.lists(weekdays, max_size=2).map(tuple),
    location=st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kolkata"]),
)


@given(st.lists(intervals, min_size=1, max_size=3), st.integers(0, 20_000))
def test_nothing_changes_before_the_next_change_and_it_does_then(
    some: list[TimeInterval], minute: int
) -> None:
    after = utc(2025, 11, 1) + timedelta(minutes=minute)
    change = next_change(some, after)
    if change is None:
        return
    assert any_holds(some, change) != any_holds(some, after)
    between = range(1, int((change - after).total_seconds() // 60), 7)
    assert {any_holds(some, after + timedelta(minutes=n)) for n in between} <= {
        any_holds(some, after)
    }


def test_texts_are_read_as_alertmanager_reads_them() -> None:
    assert read_time("09:30") == 570
    assert read_time("24:00") == 1440
    assert read_weekdays("Monday:friday") == (1, 5)
    assert read_weekdays("saturday") == (6, 6)
    assert read_days_of_month("-3:-1") == (-3, -1)
    assert read_days_of_month("1:-1") == (1, -1)
    assert read_months("may:8") == (5, 8)
    assert read_years("2025") == (2025, 2025)
    assert read_location("Asia/Shanghai") == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_time, "9:30"),
        (read_time, "24:01"),
        (read_weekdays, "friday:monday"),
        (read_weekdays, "1:5"),
        (read_days_of_month, "0"),
        (read_days_of_month, "5:1"),
        (read_days_of_month, "-1:5"),
        (read_days_of_month, "32"),
        (read_months, "13"),
        (read_months, ""),
        (read_years, "2025:2026:2027"),
        (read_location, "Shanghai"),
    ],
)
def test_what_is_no_such_text_is_refused(read: object, text: str) -> None:
    with pytest.raises(ValueError, match=r"write|no |ends before|more than"):
        read(text)  # type: ignore[operator]
