"""Labels on a source's clock → UTC, over daylight-saving changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.faults import FaultError
from ingest.periods import Panes, pane_bounds, period_bounds


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
    ("half an hour is left of the hour in which Lord Howe sets its clock", "2026-10-04T02",
     "Australia/Lord_Howe", "2026-10-03T15:30", "2026-10-03T16"),
    ("and an hour and a half when it sets it back", "2026-04-05T01", "Australia/Lord_Howe",
     "2026-04-04T14", "2026-04-04T15:30"),
    ("Caracas gave up half an hour", "2016-05-01T02", "America/Caracas",
     "2016-05-01T06:30", "2016-05-01T07"),
    ("Pyongyang gave up the last half hour of a day", "2018-05-04T23", "Asia/Pyongyang",
     "2018-05-04T14:30", "2018-05-04T15"),
    ("Gaza set its clock a minute past midnight", "2011-04-01T01", "Asia/Gaza",
     "2011-03-31T22:01", "2011-03-31T23"),
    ("Troll sets it by two hours: an hour reaches to its last instant", "2026-10-25T01",
     "Antarctica/Troll", "2026-10-24T23", "2026-10-25T02"),
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
        ("2026-03-29T01", "Antarctica/Troll", "period_invalid"),
        ("2011-12-30", "Pacific/Apia", "period_invalid"),
        ("2011-12-30T05", "Pacific/Apia", "period_invalid"),
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


CHANGES = [
    ("Australia/Lord_Howe", "2026-10-03T12"),
    ("Australia/Lord_Howe", "2026-04-04T12"),
    ("America/New_York", "2026-11-01T03"),
    ("Antarctica/Troll", "2026-10-24T22"),
    ("Asia/Pyongyang", "2015-08-14T12"),
    ("America/St_Johns", "2010-11-07T01"),
]


@pytest.mark.parametrize(("zone", "begin"), CHANGES)
def test_every_instant_around_a_change_lies_in_the_hour_its_clock_shows(
    zone: str, begin: str
) -> None:
    for minutes in range(0, 8 * 60, 10):
        instant = utc(begin) + timedelta(minutes=minutes)
        label = instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H")
        start, end = period_bounds(label, zone)

        assert start <= instant < end, label


PANES = Panes()
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(st.one_of(INSTANTS, INSTANTS.map(lambda at: at.replace(microsecond=0))))
def test_a_pane_is_the_same_when_it_is_remembered(instant: datetime) -> None:
    text = b'{"id":"2025-11-03T14:05","time":' + msgspec.json.encode(instant)
    first, again = (PANES.fields(text, instant) for _ in range(2))

    told = msgspec.json.decode(b"{" + first[1:], type=dict[str, datetime])
    assert (told["period_start"], told["period_end"]) == pane_bounds(int(instant.timestamp()))
    assert again is first


def test_what_ends_with_no_time_is_not_remembered_by_its_text() -> None:
    panes, text = Panes(), b'"2025-11-03T14:05:00Z","later":"field"'
    first, later = (panes.fields(text, utc(f"2025-11-03T14:{minute}")) for minute in ("05", "10"))
    assert first != later
