"""Who is on call, by the clock of their zone, through both changes of it (M4)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.configuration.intervals import TimeInterval
from alerts.configuration.oncall.schedules import (
    Override,
    Rotation,
    Schedule,
    Shift,
    next_handover,
    on_call,
    read_local,
    shift_begin,
    shifts,
)

BERLIN = "Europe/Berlin"
MONDAY = read_local("2026-01-05T09:00")
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
HOURS = st.integers(0, 23)
WEEKLY = Rotation(("ann", "bo", "cy"), WEEK, MONDAY)
NIGHTS = Rotation(("dan",), WEEK, MONDAY, (TimeInterval(times=((0, 480),), location=BERLIN),))


def schedule(*rotations: Rotation, overrides: tuple[Override, ...] = ()) -> Schedule:
    return Schedule("search", BERLIN, rotations or (WEEKLY,), overrides)


def local(*parts: int, fold: int = 0) -> datetime:
    """An instant by the clock of Berlin."""
    moment = datetime(*parts, tzinfo=ZoneInfo(BERLIN))  # type: ignore[arg-type,misc]
    return moment.replace(fold=fold).astimezone(UTC)


STANDS_IN = Override("eve", local(2026, 1, 7, 9), local(2026, 1, 8, 9))


@pytest.mark.parametrize(
    ("found", "at", "person", "why"),
    [
        (schedule(), local(2026, 1, 5, 9), "ann", "the first begins at the hand-over"),
        (schedule(), local(2026, 1, 5, 8, 59), "cy", "before it the last of the turn before"),
        (schedule(), local(2026, 1, 12, 9), "bo", "a week later the second"),
        (schedule(), local(2026, 3, 30, 8, 59), "cy", "summer time: still 09:00 local"),
        (schedule(), local(2026, 3, 30, 9), "ann", "and not 10:00"),
        (schedule(), local(2026, 10, 26, 8, 59), "cy", "winter time again: 09:00 local"),
        (schedule(), local(2026, 10, 26, 9), "ann", "and not 08:00"),
        (schedule(WEEKLY, NIGHTS), local(2026, 1, 6, 3), "dan", "the later rotation goes first"),
        (schedule(WEEKLY, NIGHTS), local(2026, 1, 6, 8), "ann", "where it has somebody"),
        (schedule(NIGHTS), local(2026, 1, 6, 8), None, "outside of its times nobody"),
        (schedule(overrides=(STANDS_IN,)), local(2026, 1, 7, 9), "eve", "an override goes first"),
        (schedule(overrides=(STANDS_IN,)), local(2026, 1, 8, 9), "ann", "until its end"),
    ],
)
def test_who_is_on_call(found: Schedule, at: datetime, person: str | None, why: str) -> None:
    assert on_call(found, at) == person, why


def test_a_hand_over_in_an_hour_that_is_twice_happens_once() -> None:
    found = schedule(Rotation(("ann", "bo"), DAY, read_local("2026-10-24T02:30")))
    first, second = local(2026, 10, 25, 2, 15), local(2026, 10, 25, 2, 15, fold=1)
    assert (on_call(found, first), on_call(found, second)) == ("ann", "bo")


def test_a_hand_over_in_an_hour_that_is_skipped_is_as_long_after_it() -> None:
    found = schedule(Rotation(("ann", "bo"), DAY, read_local("2026-03-28T02:30")))
    assert on_call(found, local(2026, 3, 29, 3, 29)) == "ann"
    assert on_call(found, local(2026, 3, 29, 3, 30)) == "bo"


def test_shifts_follow_each_other_and_one_person_has_one() -> None:
    alone = Rotation(("ann",), DAY, MONDAY)
    found = shifts(schedule(alone, overrides=(STANDS_IN,)), local(2026, 1, 6, 9), local(2026, 1, 9))
    assert found == [
        Shift("ann", local(2026, 1, 6, 9), local(2026, 1, 7, 9)),
        Shift("eve", local(2026, 1, 7, 9), local(2026, 1, 8, 9)),
        Shift("ann", local(2026, 1, 8, 9), local(2026, 1, 9)),
    ]


@pytest.mark.parametrize(
    ("found", "at", "began", "why"),
    [
        (schedule(), local(2026, 1, 12, 9), local(2026, 1, 12, 9), "at the hand-over itself"),
        (schedule(), local(2026, 1, 12, 8, 59), local(2026, 1, 5, 9), "just before it"),
        (schedule(Rotation(("ann", "bo"), 30 * WEEK, MONDAY)), local(2026, 7, 6, 9),
         local(2026, 1, 5, 9), "longer ago than a calendar shows"),
        (schedule(Rotation(("ann",), WEEK, MONDAY)), local(2026, 1, 12, 9), None, "who follows on "
         "themselves has always been on call"),
        (schedule(Rotation(("ann", "bo"), timedelta(hours=1), MONDAY)), local(2026, 7, 6, 9, 30),
         local(2026, 7, 6, 9), "turns of an hour"),
    ],
)  # fmt: skip
def test_when_who_is_on_call_took_over(
    found: Schedule, at: datetime, began: datetime | None, why: str
) -> None:
    assert shift_begin(found, at) == began, why


def test_the_next_hand_over_is_the_first_to_somebody_else() -> None:
    at = local(2026, 1, 5, 9)
    twice = schedule(Rotation(("ann", "ann", "bo"), DAY, MONDAY))
    assert next_handover(twice, at, at + WEEK) == at + 2 * DAY
    assert next_handover(twice, at, at + 2 * DAY) is None
    assert next_handover(schedule(Rotation(("ann",), DAY, MONDAY)), at, at + WEEK) is None


def test_turns_of_an_hour_fill_twelve_weeks() -> None:
    hourly = schedule(Rotation(("ann", "bo"), timedelta(hours=1), MONDAY))
    at = local(2026, 7, 6, 9)
    assert len(shifts(hourly, at, at + 12 * WEEK)) == 12 * 7 * 24


ZONES = st.sampled_from([BERLIN, "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC"])
INSTANTS = st.integers(0, 4 * 365 * 1440).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    zone = draw(ZONES)

    def rotation() -> Rotation:
        start, end = sorted((draw(st.integers(0, 1439)), draw(st.integers(1, 1440))))
        within = TimeInterval(times=((start, max(end, start + 1)),), location=zone)
        names = draw(st.permutations(["ann", "bo", "cy"]))
        every = draw(st.sampled_from([timedelta(hours=7), timedelta(hours=12), DAY, WEEK]))
        handoff = MONDAY + timedelta(minutes=draw(st.integers(-50_000, 50_000)))
        times = (within,) if draw(st.booleans()) else ()
        return Rotation(tuple(names[: draw(st.integers(1, 3))]), every, handoff, times)

    def override() -> Override:
        starts_at = draw(INSTANTS)
        return Override("eve", starts_at, starts_at + timedelta(hours=draw(st.integers(1, 100))))

    return Schedule(
        "search",
        zone,
        tuple(rotation() for _ in range(draw(st.integers(1, 3)))),
        tuple(override() for _ in range(draw(st.integers(0, 2)))),
    )


@given(schedules(), INSTANTS, st.lists(st.integers(0, 14 * 1440 - 1), max_size=20))
def test_a_list_of_shifts_says_of_every_instant_who_is_on_call(
    found: Schedule, after: datetime, minutes: list[int]
) -> None:
    known = shifts(found, after, after + timedelta(days=14))
    assert (known[0].starts_at, known[-1].ends_at) == (after, after + timedelta(days=14))
    for one, other in pairwise(known):
        assert one.ends_at == other.starts_at
        assert one.person != other.person
    for at in (after + timedelta(minutes=minute) for minute in minutes):
        (shift,) = [one for one in known if one.starts_at <= at < one.ends_at]
        assert shift.person == on_call(found, at)


@given(ZONES, HOURS.filter(lambda hour: hour > 3), st.integers(0, 1400))
def test_turns_of_days_begin_at_the_same_local_time_all_year(
    zone: str, hour: int, day: int
) -> None:
    found = Schedule(
        "search", zone, (Rotation(("ann", "bo"), DAY, read_local(f"2024-01-01T{hour:02}:00")),)
    )
    begins = datetime(2024, 1, 1, hour, tzinfo=ZoneInfo(zone)) + timedelta(days=day)
    before = begins.astimezone(UTC) - timedelta(microseconds=1)
    people: list[Any] = [on_call(found, at) for at in (before, begins.astimezone(UTC))]
    assert people == (["bo", "ann"] if day % 2 == 0 else ["ann", "bo"])
