"""Planned money at an instant: exact, never above what is due (P18)."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.phasing import Point, curve, even

START = datetime(2025, 10, 31, 16, tzinfo=UTC)
END = START + timedelta(days=11)
DAY = timedelta(days=1)
L03 = curve(
    START,
    [
        Point(START, 0),
        Point(START + 9 * DAY, 108_000_000_000),
        Point(START + 10 * DAY, 126_000_000_000),
        Point(END, 150_000_000_000),
    ],
)


def test_the_curve_of_the_scenario_gives_its_plan_to_date() -> None:
    assert L03.planned(START + 1 * DAY) == 12_000_000_000
    assert L03.planned(START + 2.5 * DAY) == 30_000_000_000
    assert L03.planned(START + 10 * DAY) == 126_000_000_000


def test_before_the_start_nothing_and_after_the_end_everything_is_planned() -> None:
    assert L03.planned(START - DAY) == 0
    assert L03.planned(END + DAY) == 150_000_000_000


def test_a_curve_that_begins_later_rises_from_the_start() -> None:
    late = curve(START, [Point(START + 2 * DAY, 100), Point(END, 100)])
    assert late.planned(START + DAY) == 50


@given(st.integers(0, 10**18), st.integers(0, 11 * 86_400 * 10**6))
def test_even_phasing_is_the_exact_share_to_the_nearest_micro(allocated: int, offset: int) -> None:
    planned = even(START, END, allocated).planned(START + timedelta(microseconds=offset))
    exact = Fraction(allocated * offset, 11 * 86_400 * 10**6)
    assert abs(planned - exact) <= Fraction(1, 2)


@given(
    st.lists(st.integers(0, 10**15), min_size=1, max_size=8),
    st.integers(-(10**12), 10**12),
    st.integers(0, 10**12),
)
def test_the_plan_never_falls_as_time_passes(steps: list[int], first: int, later: int) -> None:
    total, points = 0, []
    for index, step in enumerate(steps):
        total += step
        points.append(Point(START + index * DAY, total))
    line = curve(START, points)
    early = START + timedelta(microseconds=first)
    assert 0 <= line.planned(early) <= line.planned(early + timedelta(microseconds=later)) <= total
