"""Windows tile the time line, follow local midnight, and know which periods fit (W5)."""

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.faults import FaultError
from ingest.periods import period_bounds
from kpi_monitor.windows import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    PANE_MS,
    Windows,
    edges,
    from_ms,
    grain_fits,
    parse_size,
    to_ms,
)
from shared.errors import InvalidError

SIZES = [parse_size(text) for text in ("5m", "15m", "20m", "60m", "2h", "6h", "12h", "1d")]
ZONES = [
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    # Clocks that are or were changed by half an hour, and by two.
    "Australia/Lord_Howe",
    "America/Caracas",
    "Asia/Pyongyang",
    "Antarctica/Troll",
]
CHANGES = [
    to_ms(datetime.fromisoformat(text))
    for text in (
        "2025-11-02T06:00Z",
        "2026-10-03T15:30Z",
        "2026-04-04T15:00Z",
        "2016-05-01T07:00Z",
        "2018-05-04T15:00Z",
        "2025-10-26T01:00Z",
    )
]
INSTANTS = st.one_of(
    st.integers(to_ms(datetime(2015, 1, 1, tzinfo=UTC)), to_ms(datetime(2035, 1, 1, tzinfo=UTC))),
    st.builds(int.__add__, st.sampled_from(CHANGES), st.integers(-4 * HOUR_MS, 4 * HOUR_MS)),
)


@given(INSTANTS, st.sampled_from(SIZES), st.sampled_from(ZONES))
def test_every_instant_lies_in_one_window_and_windows_touch(at: int, size: int, zone: str) -> None:
    windows = Windows(size, zone)
    window = windows.containing(at)
    assert window.start <= at < window.end
    assert windows.containing(window.start) == windows.containing(window.end - 1) == window
    assert windows.containing(window.end).start == window.end
    assert windows.containing(window.start - 1).end == window.start


@given(INSTANTS, st.sampled_from(SIZES), st.sampled_from(ZONES))
def test_closed_through_is_the_last_end_not_after_the_completeness(
    at: int, size: int, zone: str
) -> None:
    windows = Windows(size, zone)
    closed = windows.closed_through(at)
    assert closed <= at < windows.containing(closed).end


@given(INSTANTS, st.sampled_from(ZONES))
def test_windows_below_a_day_never_cross_local_midnight(at: int, zone: str) -> None:
    window = Windows(6 * HOUR_MS, zone).containing(at)
    day = Windows(DAY_MS, zone).containing(at)
    assert day.start <= window.start < window.end <= day.end


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Shanghai", "2025-11-04", 24),
        ("America/New_York", "2025-03-09", 23),
        ("America/New_York", "2025-11-02", 25),
        # The clock skips midnight itself: the day begins at 01:00.
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Caracas", "2016-05-01", 23.5),
        ("Antarctica/Troll", "2025-10-26", 26),
    ],
)
def test_a_day_window_is_the_local_day_even_when_the_clock_changes(
    zone: str, day: str, hours: float
) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone))
    window = Windows(DAY_MS, zone).containing(to_ms(noon))
    assert window.end - window.start == hours * HOUR_MS
    assert from_ms(window.start).astimezone(ZoneInfo(zone)).date().isoformat() == day
    assert from_ms(window.start - 1).astimezone(ZoneInfo(zone)).date().isoformat() < day


@given(INSTANTS)
def test_milliseconds_survive_the_way_to_datetime_and_back(at: int) -> None:
    assert to_ms(from_ms(at)) == at


@pytest.mark.parametrize(
    ("grain", "size", "fits"),
    [
        (5 * MINUTE_MS, HOUR_MS, True),
        (HOUR_MS, HOUR_MS, True),
        (HOUR_MS, DAY_MS, True),
        (DAY_MS, DAY_MS, True),
        (23 * HOUR_MS, DAY_MS, True),
        (47 * HOUR_MS // 2, DAY_MS, True),
        (49 * HOUR_MS // 2, DAY_MS, True),
        (HOUR_MS // 2, HOUR_MS, True),
        (3 * HOUR_MS // 2, HOUR_MS, True),
        (2 * HOUR_MS, HOUR_MS, True),
        (HOUR_MS // 2, 15 * MINUTE_MS, False),
        (49 * HOUR_MS // 2, 12 * HOUR_MS, False),
        (25 * HOUR_MS, DAY_MS, True),
        (DAY_MS, HOUR_MS, False),
        (HOUR_MS, 15 * MINUTE_MS, False),
    ],
)
def test_periods_fit_into_windows_that_are_multiples_of_them(
    grain: int, size: int, fits: bool
) -> None:
    assert grain_fits(grain, size) is fits


@pytest.mark.parametrize("text", ["7m", "7h", "2d", "0m", "60", "1w", "", "1.5h", "-5m"])
def test_a_size_that_does_not_tile_a_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        parse_size(text)


def test_edges_are_where_any_of_the_windows_begin_or_end() -> None:
    hours, halves = Windows(HOUR_MS, "UTC"), Windows(HOUR_MS // 2, "Asia/Kolkata")
    assert edges([hours], 0, HOUR_MS) == [0, HOUR_MS]
    assert edges([hours, halves], 1, HOUR_MS + 1) == [n * HOUR_MS // 2 for n in range(5)]
    assert edges([Windows(PANE_MS, "UTC")], 0, 60 * DAY_MS) is None


# Where a clock is put back by two hours, the periods of both overlap: nothing can tile them.
@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "Antarctica/Troll"])
@pytest.mark.parametrize("size", SIZES)
def test_the_periods_of_a_source_in_the_zone_of_the_campaign_lie_in_one_window(
    zone: str, size: int
) -> None:
    """Whatever the clock does: an hour in windows of whole hours, a day in windows of a day."""
    for change, hours in product(CHANGES, range(-4, 5)):
        local = from_ms(change + hours * HOUR_MS).astimezone(ZoneInfo(zone))
        for label, least in ((f"{local:%Y-%m-%dT%H}", HOUR_MS), (f"{local:%Y-%m-%d}", DAY_MS)):
            if size % least:
                continue
            try:
                start, end = (to_ms(bound) for bound in period_bounds(label, zone))
            except FaultError:
                continue  # What ingest does not take is nothing that a window has to hold.
            window = Windows(size, zone).containing(start)
            assert window.start <= start < end <= window.end, label
            assert size != least or window == (start, end), label
            assert grain_fits(end - start, size), label


@pytest.mark.parametrize(
    ("at", "minutes"),
    [
        ("2026-10-03T15:00Z", 60),
        ("2026-10-03T15:30Z", 30),
        ("2026-10-03T16:00Z", 60),
        ("2026-04-04T14:30Z", 90),
        ("2026-04-04T15:30Z", 60),
    ],
)
def test_the_hours_of_lord_howe_have_the_minutes_that_its_clock_leaves_them(
    at: str, minutes: int
) -> None:
    """2026-10-04T02 is half an hour, as 02:00 is followed by 02:30; on 2026-04-05 01:30 follows."""
    window = Windows(HOUR_MS, "Australia/Lord_Howe").containing(to_ms(datetime.fromisoformat(at)))
    assert (window.end - window.start) // MINUTE_MS == minutes
