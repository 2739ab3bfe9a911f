"""Every shape ends exactly on the allocation and never falls; days are those of the zone (P18)."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.phasing import Curve, Flight, changed, even, instant
from budget.allocation.shapes import (
    DAYS_MAX,
    SHARE_MAX,
    SHARE_MIN,
    DayAmounts,
    Even,
    LocalFlight,
    PhasingShape,
    Weighted,
    by_slope,
    by_time,
    by_weekday,
)

M = 1_000_000
HOUR_US = 3600 * M
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia")
BERLIN = "Europe/Berlin"


def flight(first: datetime, length: timedelta, zone: str) -> LocalFlight:
    return LocalFlight(Flight(first, first + length), ZoneInfo(zone))


def local(zone: str, first: date, days: int) -> LocalFlight:
    """A flight of whole local days."""
    begin, end = (
        datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
        for day in (first, first + timedelta(days=days))
    )
    return LocalFlight(Flight(begin.astimezone(UTC), end.astimezone(UTC)), ZoneInfo(zone))


def by_day(curve: Curve, days: LocalFlight) -> dict[date, int]:
    """Micros that are planned on each local day."""
    return {one.date: curve.planned_at(one.end) - curve.planned_at(one.start) for one in days.days}


flights = st.builds(
    flight,
    st.integers(0, 40 * 365 * 24 * 60).map(
        lambda minutes: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(1, 120 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.sampled_from(ZONES),
)
weights = st.integers(0, 1000 * M)


@st.composite
def shapes(draw: st.DrawFn) -> tuple[LocalFlight, int, PhasingShape]:
    """A flight, an amount and a shape that has no fault for them."""
    days, allocated = draw(flights), draw(st.integers(0, 10**15))
    named = draw(st.lists(st.sampled_from([one.date for one in days.days]), unique=True))
    kind = draw(st.sampled_from(("even", "weekday", "front", "back", "days")))
    if kind == "days" and named:
        cuts = sorted(draw(st.integers(0, allocated)) for _ in named[1:])
        amounts = [b - a for a, b in pairwise([0, *cuts, allocated])]
        return days, allocated, DayAmounts(tuple(zip(named, amounts, strict=True)))
    peaks = tuple((day, draw(st.integers(1, 1000 * M))) for day in named)
    if kind == "weekday":
        heavy = draw(st.lists(st.integers(1, 1000 * M), min_size=7, max_size=7))
        return days, allocated, Weighted(by_weekday(heavy), peaks)
    if kind in ("front", "back"):
        share = draw(st.integers(SHARE_MIN, SHARE_MAX))
        return days, allocated, Weighted(by_slope(share, front=kind == "front"), peaks)
    return days, allocated, Weighted(by_time, peaks) if peaks else Even()


@given(shapes())
def test_any_shape_ends_exactly_on_the_allocation_and_never_falls(
    made: tuple[LocalFlight, int, PhasingShape],
) -> None:
    days, allocated, shape = made
    assert list(shape.faults(days, allocated)) == []
    curve = shape.curve(days, allocated)
    assert curve.instants[0] == instant(days.flight.starts_at)
    assert curve.instants[-1] == instant(days.flight.ends_at)
    assert curve.end == allocated
    assert curve.amounts[0] == 0
    assert all(a < b for a, b in pairwise(curve.instants))
    assert all(a <= b for a, b in pairwise(curve.amounts))
    assert sum(by_day(curve, days).values()) == allocated


@given(shapes(), st.integers(0, 10**6), st.integers(0, 10**15))
def test_a_change_in_mid_flight_keeps_what_any_shape_had_planned_and_ends_on_the_new_amount(
    made: tuple[LocalFlight, int, PhasingShape], part: int, end: int
) -> None:
    days, allocated, shape = made
    curve, span = shape.curve(days, allocated), days.flight.ends_at - days.flight.starts_at
    at = days.flight.starts_at + span * part // 10**6
    after = changed(curve, curve, at, days.flight, end)
    assert after.end == end
    if at > days.flight.starts_at:
        assert after.planned(at) == curve.planned(at)


@given(flights)
def test_the_days_of_a_flight_follow_each_other_without_a_gap(days: LocalFlight) -> None:
    edges = [instant(days.flight.starts_at), *(one.end for one in days.days)]
    assert [one.start for one in days.days] == edges[:-1]
    assert edges[-1] == instant(days.flight.ends_at)
    for one in days.days:
        first, last = (
            datetime.fromtimestamp(at / M, days.zone).date() for at in (one.start, one.end - M)
        )
        assert first == last == one.date


@pytest.mark.parametrize(
    ("first", "hours", "why"),
    [
        (date(2025, 3, 30), 23, "the clock is put forward"),
        (date(2025, 10, 26), 25, "the clock is put back"),
        (date(2025, 11, 2), 24, "any other Sunday"),
    ],
)
def test_a_day_of_23_or_25_hours_is_one_day_of_a_weekday_profile(
    first: date, hours: int, why: str
) -> None:
    days = local(BERLIN, first - timedelta(days=6), 7)
    sunday = days.days[-1]
    assert sunday.whole == hours * HOUR_US, why
    profile = Weighted(by_weekday([M, M, M, M, M, 2 * M, 3 * M])).curve(days, 1000 * M)
    assert list(by_day(profile, days).values()) == [100 * M] * 5 + [200 * M, 300 * M], why
    flat = Weighted(by_time).curve(days, (6 * 24 + hours) * M)
    assert by_day(flat, days)[first] == hours * M, why
    half = profile.planned_at(sunday.start + hours * HOUR_US // 2)
    assert half - profile.planned_at(sunday.start) == 150 * M, why


def test_a_part_of_a_day_weighs_its_part() -> None:
    """From Saturday noon to Monday: half a Saturday and a Sunday."""
    days = flight(datetime(2025, 11, 1, 12, tzinfo=UTC), timedelta(days=1.5), "UTC")
    assert by_day(Weighted(by_weekday([M] * 7)).curve(days, 300 * M), days) == {
        date(2025, 11, 1): 100 * M,
        date(2025, 11, 2): 200 * M,
    }


@given(
    flights,
    st.integers(SHARE_MIN, SHARE_MAX),
    st.integers(0, 10**12),
    st.booleans(),
)
def test_front_and_back_follow_a_straight_line_exactly(
    days: LocalFlight, share: int, allocated: int, front: bool
) -> None:
    """At the edges of days, against the line's integral; back is front, mirrored."""
    curve = Weighted(by_slope(share, front=front)).curve(days, allocated)
    start, end = instant(days.flight.starts_at), instant(days.flight.ends_at)
    heavy = Fraction(share, M)
    for day in days.days:
        passed = Fraction(day.end - start, end - start)
        x = passed if front else 1 - passed
        part = (4 * heavy - 1) * x + (4 - 8 * heavy) * x * x / 2
        exact = allocated * (part if front else 1 - part)
        assert abs(curve.planned_at(day.end) - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(("front", "first"), [(True, 600), (False, 400)])
def test_front_and_back_give_the_stated_share_to_their_half(front: bool, first: int) -> None:
    days = local("UTC", date(2025, 11, 1), 10)
    shape = Weighted(by_slope(600_000, front=front))
    curve = shape.curve(days, 1000 * M)
    assert curve.planned_at(days.days[4].end) == first * M
    daily = list(by_day(curve, days).values())
    assert daily == sorted(daily, reverse=front)
    assert len(set(daily)) == 10


def test_a_peak_multiplies_its_day() -> None:
    days = local("UTC", date(2025, 11, 1), 11)
    curve = Weighted(by_time, ((date(2025, 11, 11), 10 * M),)).curve(days, 2000 * M)
    assert list(by_day(curve, days).values()) == [100 * M] * 10 + [1000 * M]


def test_days_state_their_amounts_and_others_have_none() -> None:
    days = local("Asia/Shanghai", date(2025, 11, 1), 5)
    shape = DayAmounts(((date(2025, 11, 4), 70), (date(2025, 11, 2), 30)))
    curve = shape.curve(days, 100)
    assert list(by_day(curve, days).values()) == [0, 30, 0, 70, 0]


def test_days_that_weigh_by_time_are_the_even_curve() -> None:
    days = local(BERLIN, date(2025, 10, 20), 14)
    flat = even(days.flight.starts_at, days.flight.ends_at, 77)
    assert Even().curve(days, 77) == flat
    curve = Weighted(by_time).curve(days, 77)
    assert [curve.planned_at(at) for at in curve.instants] == [
        flat.planned_at(at) for at in curve.instants
    ]


def test_a_flight_too_long_for_days_is_refused_and_one_that_was_prolonged_is_even() -> None:
    days = local("UTC", date(2025, 1, 1), DAYS_MAX + 1)
    flat = even(days.flight.starts_at, days.flight.ends_at, 77)
    for shape in (Weighted(by_weekday([M] * 7)), DayAmounts(((date(2025, 1, 1), 77),))):
        assert [one.code for one in shape.faults(days, 77)] == ["flight_too_long"]
        assert shape.curve(days, 77) == flat
    assert len(local("UTC", date(2025, 1, 1), DAYS_MAX).days) == DAYS_MAX


def test_days_that_a_moved_end_cut_off_leave_their_part_to_the_others() -> None:
    days = local("UTC", date(2025, 11, 1), 2)
    amounts = ((date(2025, 11, 1), 30), (date(2025, 11, 2), 10), (date(2025, 11, 3), 40))
    assert list(by_day(DayAmounts(amounts).curve(days, 80), days).values()) == [60, 20]
    gone = DayAmounts(((date(2025, 11, 3), 80),))
    assert gone.curve(days, 80) == Even().curve(days, 80)
