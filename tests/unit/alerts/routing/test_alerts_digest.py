"""A route that speaks at certain times of the day: when, and what it reminds of (W14)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.configuration.digest import SPREAD_S, Digest
from alerts.configuration.tree import parse_configuration
from alerts.routing import snapshot
from alerts.routing.grouping import (
    GroupClock,
    Intervals,
    due_after_change,
    due_after_flush,
    due_after_mutes,
)
from alerts.routing.rules import GroupReference
from tests.unit.alerts.builders import CONFIGURATION, ENVIRONMENT

NINE = Digest((540,), ((1, 5),), "Asia/Shanghai")
"""Nine in the morning from Monday to Friday."""


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("now", "next_at"),
    [
        (utc(2025, 11, 3, 0, 59), utc(2025, 11, 3, 1)),  # Monday, a minute before nine
        (utc(2025, 11, 3, 1), utc(2025, 11, 4, 1)),  # nine: it has just been
        (utc(2025, 11, 7, 2), utc(2025, 11, 10, 1)),  # Friday: over the weekend
    ],
)
def test_it_speaks_at_its_times_by_the_clock_of_its_zone(now: datetime, next_at: datetime) -> None:
    assert NINE.next_after(now) == next_at


def test_groups_speak_a_little_apart_and_each_always_as_much() -> None:
    delays = {NINE.of(f"{{}}:{{campaign={n}}}").delay_s for n in range(50)}
    assert len(delays) > 20
    assert max(delays) < SPREAD_S
    assert NINE.of("g") == NINE.of("g")


def test_who_is_told_by_one_route_is_told_a_little_apart() -> None:
    text = CONFIGURATION.replace(
        "receivers:",
        "  digest: {times: ['09:00']}\nreceivers:\n"
        + "".join(f"  - {{name: r{number}}}\n" for number in range(30)),
        1,
    )
    configuration = parse_configuration("w", "w.yml", text, ENVIRONMENT)
    delays = set()
    for number in range(30):
        reference = GroupReference("{}:{}", f"r{number}", {}, configuration.route)
        digest = snapshot.take(configuration, reference).intervals.digest
        delays.add(digest and digest.delay_s)
    assert len(delays) > 20


def test_a_delay_past_midnight_belongs_to_the_day_before() -> None:
    late = Digest((1439,), (), "UTC", 120)
    assert late.next_after(utc(2025, 11, 4)) == utc(2025, 11, 4, 0, 1)


def test_daylight_saving_does_not_move_the_hour() -> None:
    nine = Digest((540,), (), "Europe/Berlin")
    days = [nine.next_after(utc(2025, 10, day, 12)) for day in (24, 25, 26)]
    assert [at.hour for at in days] == [7, 7 + 1, 8]


@pytest.mark.parametrize(
    ("digest", "now", "begin", "end", "why"),
    [
        (NINE, utc(2025, 11, 4, 1), utc(2025, 11, 3, 1), utc(2025, 11, 4, 1), "a day, at its end"),
        (NINE, utc(2025, 11, 4, 0, 59), utc(2025, 10, 31, 1), utc(2025, 11, 3, 1), "a weekend"),
        (
            Digest((540,), (), "UTC", days_of_month=((1, 1),)),
            utc(2025, 3, 20),
            utc(2025, 2, 1, 9),
            utc(2025, 3, 1, 9),
            "a month; the missed ones before it are not said",
        ),
        (
            Digest((0,), (), "UTC", days_of_month=((31, 31),)),
            utc(2025, 7, 31),
            utc(2025, 5, 31),
            utc(2025, 7, 31),
            "the longest between two",
        ),
        (
            Digest((1439,), (), "UTC", 120),
            utc(2025, 11, 4, 0, 0, 30),
            utc(2025, 11, 1, 23, 59),
            utc(2025, 11, 2, 23, 59),
            "that of yesterday has not spoken yet",
        ),
        (
            Digest((150,), (), "Europe/Berlin"),
            utc(2025, 10, 26, 12),
            utc(2025, 10, 25, 0, 30),
            utc(2025, 10, 26, 0, 30),
            "half past two is twice: the first counts",
        ),
        (
            Digest((150,), (), "Europe/Berlin"),
            utc(2025, 3, 31),
            utc(2025, 3, 29, 1, 30),
            utc(2025, 3, 30, 1, 30),
            "half past two is left out: it is half past three",
        ),
    ],
)
def test_a_report_is_about_the_time_since_the_one_before(
    digest: Digest, now: datetime, begin: datetime, end: datetime, why: str
) -> None:
    assert digest.period_before(now) == (begin, end), why


@given(
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    st.lists(st.integers(0, 1439), min_size=1, max_size=3, unique=True),
    st.sampled_from([(), ((1, 1),), ((31, 31),), ((-1, -1),)]),
    st.integers(0, SPREAD_S - 1),
    st.integers(0, 600_000),
)
def test_what_reports_are_about_follows_without_a_gap(
    zone: str, times: list[int], days: tuple[tuple[int, int], ...], delay_s: int, minute: int
) -> None:
    digest = Digest(tuple(sorted(times)), (), zone, delay_s, days)
    now = utc(2025, 1, 1) + timedelta(minutes=minute)
    spoken = digest.next_after(now)
    following = digest.next_after(spoken)
    assert now < spoken < following
    before, after = digest.period_before(spoken), digest.period_before(following)
    assert before[1] == after[0]
    assert before[0] < before[1] == spoken - timedelta(seconds=delay_s)
    # Whoever comes late, before the next, says the same.
    assert digest.period_before(following - timedelta(microseconds=1)) == before


@given(
    st.lists(st.integers(0, 1439), min_size=1, max_size=3, unique=True),
    st.integers(0, SPREAD_S - 1),
    st.integers(0, 40_000),
)
def test_the_next_one_is_after_now_and_no_more_than_a_day_away(
    times: list[int], delay_s: int, minute: int
) -> None:
    digest = Digest(tuple(sorted(times)), (), "Asia/Shanghai", delay_s)
    now = utc(2025, 11, 1) + timedelta(minutes=minute)
    assert now < digest.next_after(now) <= now + timedelta(days=1)


def test_a_mute_to_the_end_of_time_is_looked_at_each_interval() -> None:
    intervals = Intervals(timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=4))
    now, ever = utc(2025, 11, 3), datetime.max.replace(tzinfo=UTC)
    assert due_after_mutes([ever], intervals, now) == now + timedelta(minutes=5)
    assert due_after_mutes([ever, now], intervals, now) == now + timedelta(minutes=1)


def test_a_group_with_a_digest_waits_for_it_whatever_happens() -> None:
    now = utc(2025, 11, 3, 2)
    tomorrow = utc(2025, 11, 4, 1)
    intervals = Intervals(timedelta(0), timedelta(minutes=5), timedelta(hours=4), NINE)
    assert due_after_change(GroupClock(), intervals, now, now) == tomorrow
    assert due_after_change(GroupClock(now, None, True), intervals, now, now) == tomorrow
    assert due_after_flush([now], intervals, now, firing=True) == tomorrow
    assert due_after_flush([now], intervals, now, firing=False) is None
    assert due_after_mutes([now], intervals, now) == tomorrow
    # What is open is told again each time.
    assert intervals.reminds_after == timedelta(0)
