"""The instants of a curve: the flight's own edges, and local hours or days between (P18)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from budget.allocation.phasing import Flight
from budget.totals.curve import Step, edges

BERLIN = ZoneInfo("Europe/Berlin")


def flight(*edges_of: str, zone: ZoneInfo = BERLIN) -> Flight:
    starts, ends = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in edges_of)
    return Flight(starts.astimezone(UTC), ends.astimezone(UTC))


@pytest.mark.parametrize(
    ("first", "last", "step", "count", "why"),
    [
        ("2025-11-03", "2025-11-05", "day", 3, "two days"),
        ("2025-11-03T06:30", "2025-11-04T12:00", "day", 3, "parts of two days"),
        ("2025-11-03T06:30", "2025-11-03T08:30", "hour", 4, "half hours at its edges"),
        ("2025-03-30", "2025-03-31", "hour", 24, "23 hours"),
        ("2025-10-26", "2025-10-27", "hour", 26, "25 hours"),
        ("2025-11-03T06:10", "2025-11-03T06:20", "hour", 2, "shorter than a step"),
    ],
)
def test_edges_are_those_of_the_zone(
    first: str, last: str, step: Step, count: int, why: str
) -> None:
    planned = flight(first, last)
    found = edges(planned, BERLIN, step)
    assert (found[0], found[-1], len(found)) == (planned.starts_at, planned.ends_at, count), why
    assert found == sorted(set(found)), why
    inside = [one.astimezone(BERLIN) for one in found[1:-1]]
    assert all(one.minute == 0 for one in inside), why
    assert step == "hour" or all(one.hour == 0 for one in inside), why


def test_hours_of_a_zone_with_half_an_hour_begin_in_that_zone() -> None:
    india = ZoneInfo("Asia/Kolkata")
    found = edges(flight("2025-11-03", "2025-11-03T03:00", zone=india), india, "hour")
    assert [one.minute for one in found] == [30] * 4
    assert found[1] - found[0] == timedelta(hours=1)
