"""Period labels and instants → UTC bounds. Pure.

A label is a day ("2025-11-03") or an hour ("2025-11-03T14") on the source's clock. A day of a
daylight-saving change has 23 or 25 hours; the hour that occurs twice is one period of two hours;
the hour that is skipped does not exist. Lord Howe sets its clock by half an hour: the hour of the
change then has 30 minutes in spring and 90 in autumn. A period reaches from the first instant at
which the clock shows it to the last one.
"""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from ingest.faults import FaultError
from shared.zones import ZONE_RULE, zone_names

PANE_S = 300
"""A delta belongs to the five-minute pane of its time (design.md section 4)."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Anything before is a unit error (seconds for milliseconds), and years near 1 overflow."""

MINUTES_MAX = 65_536
_QUOTE = ord('"')
_MINUTE_LENGTH = len('"2025-11-03T14:05')
_SECONDS_LENGTH = len('"2025-11-03T14:05:00Z"')
_MICROS_LENGTH = len('"2025-11-03T14:05:00.000000Z"')

Bounds = tuple[datetime, datetime]


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo:
    """The IANA zone. Raises FaultError `time_zone_unknown`."""
    if name not in zone_names():
        raise FaultError("time_zone_unknown", f"{name[:60]!r} is not {ZONE_RULE}")
    return ZoneInfo(name)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first UTC instant at which the clock shows `wall` or, where it skips it, later."""
    start = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) == wall:
        return start
    # Skipped: the clock jumps between these two, which lie as far apart as it jumps.
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), start
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def _is_repeated(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock shows `wall` twice."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first < second


def _hour_end(wall: datetime, zone: ZoneInfo) -> datetime:
    """The last end of the hour that begins at `wall`, if any of it occurs twice."""
    end = wall + timedelta(hours=1)
    last = end - timedelta(seconds=1)
    if _is_repeated(last, zone):
        return last.replace(tzinfo=zone, fold=1).astimezone(UTC) + timedelta(seconds=1)
    return _instant(end, zone)


@lru_cache(maxsize=4096)
def occurs_twice(label: str, zone_name: str) -> bool:
    """Whether the whole of an hour, or a part of it, occurs twice in a zone."""
    try:
        wall = datetime.strptime(label, "%Y-%m-%dT%H")  # noqa: DTZ007 - a label on that clock
        zone = find_zone(zone_name)
    except (ValueError, FaultError):
        return False
    last = wall + timedelta(hours=1) - timedelta(seconds=1)
    return _is_repeated(wall, zone) or _is_repeated(last, zone)


def period_bounds(label: str, zone_name: str) -> Bounds:
    """[start, end) in UTC of a day or hour label in a zone.

    Raises FaultError `period_invalid` (no such date or hour) or `time_out_of_range`.
    """
    zone = find_zone(zone_name)
    hourly = "T" in label
    try:
        wall = datetime.strptime(label, "%Y-%m-%dT%H" if hourly else "%Y-%m-%d")  # noqa: DTZ007
        next_wall = wall + (timedelta(hours=1) if hourly else timedelta(days=1))
        # strptime also reads single digits, and digits of every script.
        if len(label) != (13 if hourly else 10) or not label.isascii():
            raise ValueError(label)
    except (ValueError, OverflowError) as error:
        raise FaultError("period_invalid", f"{label[:40]!r} is no day or hour") from error
    if wall.year < EARLIEST.year:
        raise FaultError("time_out_of_range", f"{label!r} is before the year 2000")
    start = _instant(wall, zone)
    end = _hour_end(wall, zone) if hourly else _instant(next_wall, zone)
    if start >= end:
        grain = "hour" if hourly else "day"
        raise FaultError(
            "period_invalid",
            f"the {grain} {label} does not exist in {zone_name}: the clock was set forward over it",
        )
    return start, end


def pane_bounds(epoch_s: int) -> Bounds:
    """[start, end) in UTC of the five-minute pane that holds an instant (seconds since 1970)."""
    start = datetime.fromtimestamp(epoch_s - epoch_s % PANE_S, UTC)
    return start, start + timedelta(seconds=PANE_S)


def _as_fields(bounds: Bounds) -> bytes:
    start, end = (msgspec.json.encode(bound) for bound in bounds)
    return b',"period_start":%b,"period_end":%b}' % (start, end)


@lru_cache(maxsize=65_536)
def period_fields(label: str, zone_name: str) -> tuple[datetime, bytes]:
    """(start, the end of a JSON object that names both bounds)."""
    bounds = period_bounds(label, zone_name)
    return bounds[0], _as_fields(bounds)


class Panes:
    """The bounds of panes, remembered by the text of a minute: reckoning with an instant costs
    four times as much as finding its text, which the event has anyway."""

    def __init__(self) -> None:
        self._fields: dict[bytes, bytes] = {}

    def fields(self, text: bytes, instant: datetime) -> bytes:
        """The end of a JSON object that names the bounds of the pane of an instant on the UTC
        clock; `text` ends with it as JSON, which has six digits after the second or none."""
        begin = -_SECONDS_LENGTH if text[-_SECONDS_LENGTH] == _QUOTE else -_MICROS_LENGTH
        found = self._fields.get(text[begin : begin + _MINUTE_LENGTH])
        return self._learn(instant) if found is None else found

    def _learn(self, instant: datetime) -> bytes:
        # By the instant's own minute: whatever else a text ends with is never found.
        if len(self._fields) >= MINUTES_MAX:
            self._fields.clear()
        minute = msgspec.json.encode(instant.replace(second=0, microsecond=0))[:_MINUTE_LENGTH]
        fields = self._fields[minute] = _as_fields(pane_bounds(int(instant.timestamp())))
        return fields


def as_utc(instant: datetime) -> datetime:
    """The same instant on the UTC clock. Raises FaultError on a naive or impossible one."""
    if instant.tzinfo is None:
        raise FaultError("time_without_zone", f"{instant.isoformat()} names no time zone")
    if isinstance(instant.tzinfo, timezone) and instant.tzinfo is UTC:
        return instant
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise FaultError("time_out_of_range", f"{instant.isoformat()} has no UTC time") from error
