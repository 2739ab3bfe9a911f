"""Tumbling windows over epoch milliseconds, aligned to the campaign's local midnight.

All windows are half-open, [start, end), and tile the time line. A local day is one window, of 23.5
hours where the clock is put forward by half of one; windows of whole hours go by the local clock
too, as the periods of sources do: the hour that comes twice is one, and so is the half that is left
of one. Shorter windows are counted from local midnight and cut at the next one.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.durations import DurationError, parse_duration
from shared.errors import InvalidError

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
PANE_MS = 5 * MINUTE_MS
"""The finest pane: a delta's period (design.md section 4)."""
SHORTEST_DAY_MS, LONGEST_DAY_MS = 22 * HOUR_MS, 26 * HOUR_MS
"""Antarctica/Troll changes its clock by two hours."""
MATURITY_MAX_MS = 35 * DAY_MS
_SIZES = "size such as 5m, 15m, 1h, 6h or 1d"
EDGES_MAX = 10_000
"""A month of five-minute windows has 8,928."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_PANE = timedelta(milliseconds=PANE_MS)


class Window(NamedTuple):
    """[start, end) in epoch ms."""

    start: int
    end: int


def to_ms(at: datetime) -> int:
    """Aware datetime → epoch ms, exact (no float), rounded down."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(at: int) -> datetime:
    """Epoch ms → aware datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=at)


def instant(at: int | None) -> datetime | None:
    """`from_ms`; None stays None."""
    return None if at is None else from_ms(at)


def span_ms(span: timedelta) -> int:
    """A duration in ms, rounded down."""
    return span // _MILLISECOND


def parse_size(text: str) -> int:
    """Size of a tumbling window → ms: a multiple of 5 minutes that divides a day, or one day.

    Raises InvalidError `window_size_invalid`: anything else would not tile a local day.
    """
    try:
        size = span_ms(parse_duration(text))
    except DurationError as error:
        raise InvalidError("window_size_invalid", f"{text[:40]!r} is no {_SIZES}") from error
    if size == 0 or size % PANE_MS or DAY_MS % size:
        raise InvalidError(
            "window_size_invalid",
            f"windows of {text} do not divide a day into multiples of 5 minutes: take a {_SIZES}",
        )
    return size


def nominal_grain(grain: int) -> int:
    """The length (ms) of a source's periods by what they are, from that of one of them.

    A period is a pane, an hour or a day of the local clock, and some of these are longer or shorter
    because the clock was changed in them.
    """
    if grain <= PANE_MS:
        return grain
    return DAY_MS if grain >= SHORTEST_DAY_MS else HOUR_MS


def grain_fits(grain: int, size: int) -> bool:
    """Whether periods of `grain` ms can add up to windows of `size` ms (design.md section 4)."""
    return size % nominal_grain(grain) == 0


class Windows(NamedTuple):
    """The tiling of the time line by one size (ms, divides a day) in one zone (IANA name)."""

    size: int
    zone: str

    def containing(self, at: int) -> Window:
        """The window that holds the instant `at` (epoch ms)."""
        return _containing(self.size, self.zone, at)

    def closed_through(self, complete_through: int) -> int:
        """The end of the last window that ends at or before `complete_through` (epoch ms)."""
        return self.containing(complete_through).start


def edges(tilings: Iterable[Windows], start: int, end: int) -> list[int] | None:
    """Where windows of these tilings that overlap [start, end) begin or end, sorted.

    None when they are more than EDGES_MAX.
    """
    found: set[int] = set()
    for windows in tilings:
        window = windows.containing(start)
        found.add(window.start)
        while window.end < end and len(found) < EDGES_MAX:
            found.add(window.end)
            window = windows.containing(window.end)
        found.add(window.end)
    return sorted(found) if len(found) <= EDGES_MAX else None


# Groups that are judged together ask for the same few instants, some three times each.
@lru_cache(maxsize=16_384)
def _containing(size: int, zone: str, at: int) -> Window:
    midnight, next_midnight = _day(zone, at)
    if size == DAY_MS:
        return Window(midnight, next_midnight)
    if size % HOUR_MS:
        start = midnight + (at - midnight) // size * size
        return Window(start, min(start + size, next_midnight))
    local = datetime.fromtimestamp(at // 1000, _zone(zone))
    hours = size // HOUR_MS
    begin = datetime(local.year, local.month, local.day, local.hour // hours * hours)  # noqa: DTZ001
    begin += timedelta(hours=hours)
    # Where two hours come twice, the second time of both belongs to the latter.
    while (end := _first(zone, begin)) <= at:
        begin += timedelta(hours=hours)
    return Window(_first(zone, begin - timedelta(hours=hours)), end)


def _day(zone: str, at: int) -> Window:
    local = datetime.fromtimestamp(at // 1000, _zone(zone)).date()
    return _day_bounds(zone, local)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=16_384)
def _day_bounds(zone: str, local: date) -> Window:
    """First instants of the local day and of the next one."""
    midnight = datetime(local.year, local.month, local.day)  # noqa: DTZ001
    return Window(_first(zone, midnight), _first(zone, midnight + timedelta(days=1)))


@lru_cache(maxsize=16_384)
def _first(zone: str, wall: datetime) -> int:
    """The first instant (epoch ms) at which a local clock shows `wall` or, if skipped, more."""
    moment = wall.replace(tzinfo=_zone(zone)).astimezone(UTC)
    # One that is skipped is read with the offset before the change, as far after it as `wall` lies
    # in what is skipped.
    while _wall(zone, moment) > wall and _wall(zone, moment - _PANE) > wall:
        moment -= _PANE
    return to_ms(moment)


def _wall(zone: str, moment: datetime) -> datetime:
    return moment.astimezone(_zone(zone)).replace(tzinfo=None)
