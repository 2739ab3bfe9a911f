"""What a change in mid-flight makes of a line's curve (scenario.md, "a change of allocation")."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.phasing import NOTHING, Curve, Flight, Point, changed, curve, even, instant

START = datetime(2025, 10, 31, 16, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FLIGHT = Flight(START, START + 11 * DAY)
END = FLIGHT.ends_at
SPAN_US = 11 * 86_400 * 10**6
YUAN = 10**6


def flat(yuan: int) -> Curve:
    return even(START, END, yuan * YUAN)


def test_a_plan_raised_at_half_time_is_not_behind() -> None:
    """1,000 raised to 1,600: the old plan said 500 until now, and so it does still."""
    half = START + 5.5 * DAY
    raised = changed(flat(1000), flat(1600), half, FLIGHT)
    assert raised.planned(half) == 500 * YUAN
    assert raised.planned(half - 2.75 * DAY) == 250 * YUAN
    assert raised.planned(half + 2.75 * DAY) == 1050 * YUAN
    assert raised.planned(END) == 1600 * YUAN


def test_a_plan_lowered_below_what_was_planned_ends_at_the_new_amount() -> None:
    half = START + 5.5 * DAY
    lowered = changed(flat(1000), flat(400), half, FLIGHT)
    assert [lowered.planned(at) for at in (half, END)] == [500 * YUAN, 400 * YUAN]


def test_the_draw_of_the_scenario() -> None:
    """30,000 to L02 on 11-06 09:00; pacing at 11-07 00:00 is 0.988140 of 111,090.91."""
    drawn = changed(flat(200_000), flat(230_000), START + 5 * DAY + 9 * HOUR, FLIGHT)
    planned = drawn.planned(START + 6 * DAY)
    assert planned == 112_424_242_424
    assert f"{(200_000 * YUAN * 6 // 11 + 2000 * YUAN) / planned:.6f}" == "0.988140"


def test_a_line_added_in_mid_flight_begins_when_it_comes_into_force() -> None:
    begins = START + 8 * DAY
    new = changed(NOTHING, flat(300), begins, FLIGHT)
    assert [new.planned(at) for at in (START + DAY, begins, begins + DAY, END)] == [
        0,
        0,
        100 * YUAN,
        300 * YUAN,
    ]


def test_a_stated_curve_keeps_its_shape_over_what_is_left() -> None:
    stated = curve(START, [Point(START + 10 * DAY, 60 * YUAN), Point(END, 100 * YUAN)])
    new = changed(NOTHING, stated, START + 5 * DAY, FLIGHT)
    # From the 5th day on it plans 30 and 40; of 100 that is 3/7 and the rest.
    assert new.planned(START + 10 * DAY) == 42_857_143
    assert new.planned(END) == 100 * YUAN


def test_an_empty_rest_is_spread_evenly_to_the_end() -> None:
    stated = curve(START, [Point(START + 2 * DAY, 90 * YUAN)])
    new = changed(flat(11), stated, START + 3 * DAY, FLIGHT)
    assert new.planned(START + 3 * DAY) == 3 * YUAN
    assert new.planned(START + 7 * DAY) == (3 + 87) * YUAN // 2 + 3 * YUAN // 2
    assert new.planned(END) == 90 * YUAN


def test_a_line_that_a_plan_leaves_out_ends_at_nothing() -> None:
    gone = changed(flat(110), NOTHING, START + 5 * DAY, FLIGHT)
    assert [gone.planned(at) for at in (START + 5 * DAY, START + 8 * DAY, END)] == [
        50 * YUAN,
        25 * YUAN,
        0,
    ]


@pytest.mark.parametrize(
    ("at", "why"),
    [(START, "at its first moment"), (START - 20 * DAY, "long before")],
)
def test_before_the_flight_the_new_plan_is_all_there_is(at: datetime, why: str) -> None:
    assert changed(flat(7), flat(9), at, FLIGHT) == flat(9), why


def test_after_the_flight_a_change_is_there_at_once() -> None:
    late = changed(flat(7), flat(9), END + DAY, FLIGHT)
    assert late.planned(END + DAY) == 7 * YUAN
    assert late.planned(END + DAY + timedelta(microseconds=1)) == 9 * YUAN


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """A rising curve over the flight, as a plan states it."""
    steps = draw(st.lists(st.integers(0, 10**13), min_size=1, max_size=6))
    places = draw(st.sets(st.integers(0, SPAN_US), min_size=len(steps), max_size=len(steps)))
    points, amount = [], 0
    for place, step in zip(sorted(places), steps, strict=True):
        amount += step
        points.append(Point(START + timedelta(microseconds=place), amount))
    return curve(START, points)


moments = st.integers(1, SPAN_US - 1).map(lambda us: START + timedelta(microseconds=us))


@given(curves(), curves(), moments, st.lists(moments, min_size=1, max_size=5))
def test_until_the_change_all_stays_and_the_end_is_exact(
    before: Curve, after: Curve, at: datetime, others: list[datetime]
) -> None:
    new = changed(before, after, at, FLIGHT)
    assert new.planned(at) == before.planned(at)
    assert new.planned(END) == after.end
    for other in others:
        # One micro: the kept amount is whole, where the old line may have passed between two.
        if other <= at:
            assert abs(before.planned(other) - new.planned(other)) <= 1
    assert list(new.instants) == sorted(set(new.instants))


@given(st.integers(1, 10**9), moments, st.integers(0, 10))
def test_a_whole_amount_that_was_planned_stays_to_the_micro(
    a_day: int, at: datetime, days: int
) -> None:
    """At an uneven instant the amount kept is rounded; read back it made 499.999999 of 500.00."""
    before = flat(a_day * 10)
    asked = START + days * (END - START) / 10
    new = changed(before, flat(a_day * 16), at, FLIGHT)
    if asked <= at:
        assert new.planned(asked) == before.planned(asked) == a_day * days * YUAN


@given(curves(), curves(), moments, st.lists(moments, min_size=2, max_size=8))
def test_what_is_planned_from_the_change_on_goes_one_way(
    before: Curve, after: Curve, at: datetime, others: list[datetime]
) -> None:
    new = changed(before, after, at, FLIGHT)
    later = [new.planned(one) for one in sorted({at, *(o for o in others if o > at), END})]
    assert later == sorted(later, reverse=after.end < new.planned(at))


@given(
    st.lists(st.tuples(moments, curves()), min_size=1, max_size=6),
    st.lists(moments, min_size=1, max_size=6),
)
def test_changes_in_order_of_time_keep_all_that_was_planned_before_each(
    changes: list[tuple[datetime, Curve]], asked: list[datetime]
) -> None:
    """After any number of changes, what was planned at an instant is what the last one before it
    had planned, and the end is the newest plan's."""
    history: list[tuple[datetime, Curve]] = [(START, flat(100))]
    for at, stated in sorted(changes, key=lambda one: one[0]):
        history.append((at, changed(history[-1][1], stated, at, FLIGHT)))
    newest = history[-1][1]
    for moment in asked:
        then = [known for since, known in history if since <= moment][-1]
        assert abs(newest.planned(moment) - then.planned(moment)) <= 1
    assert newest.planned(END) == newest.end
    assert len(newest.instants) <= 2 + sum(len(c.instants) + 2 for _, c in changes)


@given(curves(), moments)
def test_a_version_that_states_the_same_again_moves_nothing(stated: Curve, at: datetime) -> None:
    again = changed(stated, stated, at, FLIGHT)
    for moment in {at, START, END, START + 3 * DAY, *(at + n * HOUR for n in range(1, 9))}:
        assert abs(again.planned(moment) - stated.planned(moment)) <= 1
    assert instant(at) in again.instants


def test_a_transfer_scales_once_what_was_planned_after_it() -> None:
    """10,000 from L05 to L04 on 11-06 12:00: planned until then is kept, the end is the new one."""
    noon = START + 5 * DAY + 12 * HOUR
    given = changed(flat(30_000), flat(30_000), noon, FLIGHT, 20_000 * YUAN)
    taken = changed(flat(100_000), flat(100_000), noon, FLIGHT, 110_000 * YUAN)
    assert [given.planned(at) for at in (noon, END)] == [15_000 * YUAN, 20_000 * YUAN]
    assert [taken.planned(at) for at in (noon, END)] == [50_000 * YUAN, 110_000 * YUAN]
    assert given.planned(START + 6 * DAY) == 15_454_545_455
    assert taken.planned(START + 6 * DAY) == 55_454_545_455


def test_before_the_flight_the_whole_curve_is_scaled_and_of_nothing_an_even_one_is_made() -> None:
    rising = curve(START, [Point(START + 10 * DAY, 60 * YUAN), Point(END, 100 * YUAN)])
    doubled = changed(rising, rising, START, FLIGHT, 200 * YUAN)
    assert [doubled.planned(at) for at in (START + 10 * DAY, END)] == [120 * YUAN, 200 * YUAN]
    assert changed(NOTHING, NOTHING, START, FLIGHT, 110 * YUAN) == flat(110)
    assert changed(NOTHING, NOTHING, START, FLIGHT) == NOTHING
