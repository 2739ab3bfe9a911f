"""Labels on a source's clock → UTC, over daylight-saving changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.faults import FaultError
from ingest.periods import pane_bounds, period_bounds


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


BOUNDS = [
    ("a day in UTC", "2025-11-01", "UTC", "2025-11-01T00", "2025-11-02T00"),
    ("an hour in UTC", "2025-11-01T23", "UTC", "2025-11-01T23", "2025-11-02T00"),
    ("a day in Shanghai", "2025-11-01", "Asia/Shanghai", "2025-10-31T16", "2025-11-01T16"),
    ("a half-hour zone", "2025-11-01T10", "Asia/Kolkata", "2025-11-01T04:30", "2025-11-01T05:30"),
    ("23 hours in spring", "2025-03-09", "America/New_York", "2025-03-09T05", "2025-03-10T04"),
    ("25 hours in autumn", "2025-11-02", "America/New_York", "2025-11-02T04", "2025-11-03T05"),
    ("the hour that comes twice is one period of two hours", "2025-11-02T01", "America/New_York",
     "2025-11-02T05", "2025-11-02T07"),
    ("the hour before the skipped one", "2025-03-09T01", "America/New_York",
     "2025-03-09T06", "2025-03-09T07"),
    ("a day without midnight begins later", "2025-04-25", "Africa/Cairo",
     "2025-04-24T22", "2025-04-25T21"),
    ("a leap day", "2024-02-29", "UTC", "2024-02-29T00", "2024-03-01T00"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "label", "zone", "start", "end"), BOUNDS)
def test_a_label_has_its_bounds_in_utc(
    reason: str, label: str, zone: str, start: str, end: str
) -> None:
    assert period_bounds(label, zone) == (utc(start), utc(end)), reason


@pytest.mark.parametrize(
    ("label", "zone", "code"),
    [
        ("2025-02-29", "UTC", "period_invalid"),
        ("2025-11-01T24", "UTC", "period_invalid"),
        ("2025-1-1", "UTC", "period_invalid"),
        ("2025-11-01T7", "UTC", "period_invalid"),
        ("", "UTC", "period_invalid"),
        ("2025-03-09T02", "America/New_York", "period_invalid"),
        ("9999-12-31", "UTC", "period_invalid"),
        ("1999-12-31", "UTC", "time_out_of_range"),
        ("2025-11-01", "Mars/Olympus", "time_zone_unknown"),
        ("2025-11-01", "../../etc/passwd", "time_zone_unknown"),
        ("2025-11-01", "localtime", "time_zone_unknown"),
        ("2025-11-01", "posix/Asia/Shanghai", "time_zone_unknown"),
    ],
)
def test_what_is_no_period_is_refused(label: str, zone: str, code: str) -> None:
    with pytest.raises(FaultError) as caught:
        period_bounds(label, zone)
    assert caught.value.code == code


@given(
    st.dates(datetime(2000, 1, 2).date(), datetime(2037, 12, 30).date()),  # noqa: DTZ001
    st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Africa/Cairo"]),
)
def test_days_follow_one_another_without_gap_or_overlap(day: object, zone: str) -> None:
    today = datetime.fromisoformat(str(day))
    _, end = period_bounds(f"{today:%Y-%m-%d}", zone)
    start, _ = period_bounds(f"{today + timedelta(days=1):%Y-%m-%d}", zone)

    assert end == start


@given(st.integers(946_684_800, 4_000_000_000))
def test_an_instant_lies_in_its_pane_of_five_minutes(epoch_s: int) -> None:
    start, end = pane_bounds(epoch_s)

    assert start.timestamp() <= epoch_s < end.timestamp()
    assert end - start == timedelta(minutes=5)
    assert start.timestamp() % 300 == 0
