"""Times of day, week, month and year in Alertmanager's words (`time_intervals`), each in a zone.

What an interval does not say holds always; ranges include both ends, times of day all but the end.
"""

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from heapq import merge
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.zones import ZONE_RULE, zone_names

DAY = 1440
"""Minutes."""
DAYS_MAX = 400
"""So far ahead a change is looked for: more than a year."""
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = tuple(name.lower() for name in calendar.month_name)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,4}", re.ASCII)

Range = tuple[int, int]


class TimeInterval(Struct, frozen=True):
    """`times` are minutes of the day, weekdays count from Sunday, days of a month from its end
    when they are negative."""

    times: tuple[Range, ...] = ()
    weekdays: tuple[Range, ...] = ()
    days_of_month: tuple[Range, ...] = ()
    months: tuple[Range, ...] = ()
    years: tuple[Range, ...] = ()
    location: str = "UTC"

    def holds(self, at: datetime) -> bool:
        """Whether the instant is within it, by the clock and calendar of its zone."""
        local = at.astimezone(ZoneInfo(self.location))
        minute = local.hour * 60 + local.minute
        days = calendar.monthrange(local.year, local.month)[1]
        return (
            (not self.times or any(first <= minute < end for first, end in self.times))
            and _within(self.weekdays, local.isoweekday() % 7)
            and _within([_days(one, days) for one in self.days_of_month], local.day)
            and _within(self.months, local.month)
            and _within(self.years, local.year)
        )

    def moments(self, after: datetime) -> Iterator[datetime]:
        """Instants, rising, at which it may begin or end."""
        zone = ZoneInfo(self.location)
        today = after.astimezone(zone).date()
        minutes = sorted({0, *(minute for one in self.times for minute in one if minute < DAY)})
        for days in range(DAYS_MAX):
            midnight = datetime.combine(today + timedelta(days=days), time(), zone)
            for minute in minutes:
                yield (midnight + timedelta(minutes=minute)).astimezone(UTC)


def any_holds(intervals: Sequence[TimeInterval], at: datetime) -> bool:
    return any(one.holds(at) for one in intervals)


def next_change(intervals: Sequence[TimeInterval], after: datetime) -> datetime | None:
    """When `any_holds` will next say otherwise; None when that is not within DAYS_MAX."""
    now = any_holds(intervals, after)
    moments = merge(*(one.moments(after) for one in intervals))
    later = (moment for moment in moments if moment > after)
    return next((moment for moment in later if any_holds(intervals, moment) != now), None)


def read_time(text: str) -> int:
    """`09:30` → its minute of the day. Raises ValueError."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no time of day such as 09:30")
    return DAY if match[1] is None else int(match[1]) * 60 + int(match[2])


def read_weekdays(text: str) -> Range:
    """`monday:friday` or `saturday`. Raises ValueError."""
    return _range(text, {name: number for number, name in enumerate(WEEKDAYS)}, range(0))


def read_months(text: str) -> Range:
    """`may:august`, `1:3` or `12`. Raises ValueError."""
    return _range(text, {name: n for n, name in enumerate(MONTHS) if name}, range(1, 13))


def read_days_of_month(text: str) -> Range:
    """`1:5`, `15` or, from the end of the month, `-3:-1`. Raises ValueError."""
    first, last = _range(text, {}, range(-31, 32), ordered=False)
    if first == 0 or last == 0 or ((first < 0) != (last < 0) and first < 0):
        raise ValueError(f"{text!r} is no range of days such as 1:5 or -3:-1")
    if (first < 0) == (last < 0) and first > last:
        raise ValueError(f"{text!r} ends before it begins")
    return first, last


def read_years(text: str) -> Range:
    """`2025:2027` or `2025`. Raises ValueError."""
    return _range(text, {}, range(1970, 3000))


def read_location(text: str) -> str:
    """The name of a zone. Raises ValueError."""
    if text not in zone_names():
        raise ValueError(f"{text!r} is no time zone: write {ZONE_RULE}")
    return text


def _range(
    text: str, names: dict[str, int], numbers: range, *, ordered: bool = True
) -> tuple[int, int]:
    parts = text.lower().split(":")
    found = [_member(part, names, numbers) for part in parts]
    if len(found) > 2:
        raise ValueError(f"{text!r} has more than a first and a last")
    if ordered and found[0] > found[-1]:
        raise ValueError(f"{text!r} ends before it begins")
    return found[0], found[-1]


def _member(text: str, names: dict[str, int], numbers: range) -> int:
    number = names.get(text)
    if number is None and _NUMBER.fullmatch(text) and int(text) in numbers:
        number = int(text)
    if number is None:
        known = ", ".join(names) or f"a number from {numbers.start} to {numbers.stop - 1}"
        raise ValueError(f"{text!r} is not known here: write {known}")
    return number


def _days(one: Range, days: int) -> Range:
    first, last = (number if number > 0 else days + number + 1 for number in one)
    return max(first, 1), min(last, days)


def _within(ranges: Sequence[Range], number: int) -> bool:
    return not ranges or any(first <= number <= last for first, last in ranges)
