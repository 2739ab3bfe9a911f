"""How a line's money is spread over the flight: every shape becomes a curve that ends exactly on
the allocation (P18).

Days are those of the campaign's zone: one of 23 or 25 hours is one day of a weekday profile, and an
hour less or more where the money follows time. What weighs by day is rounded once per day, from the
flight's start, so nothing is lost between days.

Pure. Weights are integers without a unit: only their relation counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from math import lcm
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from budget.allocation.phasing import Curve, Flight, Point, curve, even, instant
from shared.money import MICROS, divide_half_even, format_micros

DAYS_MAX = 400
"""Of a flight that is planned by days: as many points as a curve may have."""
SHARE_MIN, SHARE_MAX = MICROS // 2, 3 * MICROS // 4
"""Of the heavier half (micros): above, a straight line would fall below nothing."""


class ShapeRefusal(NamedTuple):
    """Why a shape does not fit the flight or the amount."""

    code: str
    detail: str


class LocalDay(NamedTuple):
    """A day as far as it lies in the flight, [start, end) in microseconds, and how long it is in
    whole."""

    date: date
    start: int
    end: int
    whole: int


@dataclass(frozen=True)
class LocalFlight:
    """A flight and the zone in which its days are counted."""

    flight: Flight
    zone: ZoneInfo

    @cached_property
    def days(self) -> tuple[LocalDay, ...]:
        """The local days of the flight, in order and without a gap; none when there are more than
        DAYS_MAX."""
        starts, ends = instant(self.flight.starts_at), instant(self.flight.ends_at)
        first = self.flight.starts_at.astimezone(self.zone).date()
        span = (self.flight.ends_at - self.flight.starts_at).days
        if span > DAYS_MAX:
            return ()
        dates = [first + timedelta(days=number) for number in range(span + 4)]
        midnights = [instant(datetime.combine(day, time(), self.zone)) for day in dates]
        found = [
            LocalDay(day, max(begin, starts), min(end, ends), end - begin)
            for day, (begin, end) in zip(dates, pairwise(midnights), strict=False)
            if max(begin, starts) < min(end, ends)
        ]
        return tuple(found) if len(found) <= DAYS_MAX else ()

    @cached_property
    def dates(self) -> frozenset[date]:
        return frozenset(day.date for day in self.days)

    @cached_property
    def day_scale(self) -> int:
        """A number that the length of every day divides."""
        return lcm(*(day.whole for day in self.days))


class PhasingShape(Protocol):
    """A way to spread an amount over a flight."""

    def faults(self, flight: LocalFlight, allocated: int) -> Sequence[ShapeRefusal]:
        """Why it cannot be, for this flight and amount (micros)."""

    def curve(self, flight: LocalFlight, allocated: int) -> Curve:
        """The curve; of a flight that it was not made for (its end was moved), what still fits in
        the same proportions, and evenly when nothing does."""


@dataclass(frozen=True, slots=True)
class CustomPoints:
    """The curve through stated points."""

    points: tuple[Point, ...]

    def faults(self, flight: LocalFlight, allocated: int) -> Sequence[ShapeRefusal]:
        inside = flight.flight
        rising = all(a.at < b.at and a.amount <= b.amount for a, b in pairwise(self.points))
        if not rising or not all(
            inside.starts_at <= one.at <= inside.ends_at and one.amount >= 0 for one in self.points
        ):
            return [
                ShapeRefusal(
                    "curve_not_rising",
                    "times must rise strictly inside the flight, amounts never fall, starting from "
                    "0 or more",
                )
            ]
        return _end_faults("the curve ends at", self.points[-1].amount, allocated)

    def curve(self, flight: LocalFlight, allocated: int) -> Curve:
        del allocated
        return curve(flight.flight.starts_at, list(self.points))


@dataclass(frozen=True, slots=True)
class DayAmounts:
    """So much on each of these days, spread evenly over it; nothing on others."""

    amounts: tuple[tuple[date, int], ...]

    def faults(self, flight: LocalFlight, allocated: int) -> Sequence[ShapeRefusal]:
        faults = _date_faults(flight, [day for day, _ in self.amounts])
        return faults or _end_faults(
            "the days sum to", sum(amount for _, amount in self.amounts), allocated
        )

    def curve(self, flight: LocalFlight, allocated: int) -> Curve:
        stated = dict(self.amounts)
        return _spread(flight, [stated.get(day.date, 0) for day in flight.days], allocated)


Weigh = Callable[[LocalFlight, LocalDay], int]


@dataclass(frozen=True, slots=True)
class Weighted:
    """A profile over the days, times a factor (micros) on peak days."""

    weigh: Weigh
    peaks: tuple[tuple[date, int], ...] = ()

    def faults(self, flight: LocalFlight, allocated: int) -> Sequence[ShapeRefusal]:
        del allocated
        faults = _date_faults(flight, [day for day, _ in self.peaks])
        if not faults and not any(self._weights(flight)):
            return [ShapeRefusal("phasing_empty", "no day of the flight has any weight")]
        return faults

    def curve(self, flight: LocalFlight, allocated: int) -> Curve:
        return _spread(flight, self._weights(flight), allocated)

    def _weights(self, flight: LocalFlight) -> list[int]:
        peaks = dict(self.peaks)
        return [self.weigh(flight, day) * peaks.get(day.date, MICROS) for day in flight.days]


@dataclass(frozen=True, slots=True)
class Even:
    """The same amount in every unit of time."""

    def faults(self, flight: LocalFlight, allocated: int) -> Sequence[ShapeRefusal]:
        del flight, allocated
        return ()

    def curve(self, flight: LocalFlight, allocated: int) -> Curve:
        return even(flight.flight.starts_at, flight.flight.ends_at, allocated)


def by_time(_: LocalFlight, day: LocalDay) -> int:
    """The profile in which every hour weighs the same."""
    return day.end - day.start


def by_weekday(weights: Sequence[int]) -> Weigh:
    """The profile of seven weights, Monday first: a whole day weighs what its name says, however
    many hours it has, and a part of one its part."""

    def weigh(flight: LocalFlight, day: LocalDay) -> int:
        part = (day.end - day.start) * (flight.day_scale // day.whole)
        return weights[day.date.weekday()] * part

    return weigh


def by_slope(share: int, *, front: bool) -> Weigh:
    """The profile that falls (front) or rises along a straight line, so that the heavier half of
    the flight's time has `share` (micros, SHARE_MIN to SHARE_MAX) of the money.

    With s = share and x the part of the flight passed, a falling density is a + bx, a = 4s - 1,
    b = 4 - 8s; in [0, x] lies ax + bx²/2, of which this is 2·MICROS·length² times.
    """
    level, slope = 4 * share - MICROS, 4 * MICROS - 8 * share

    def weigh(flight: LocalFlight, day: LocalDay) -> int:
        starts, ends = instant(flight.flight.starts_at), instant(flight.flight.ends_at)
        length = ends - starts
        passed = (day.start - starts, day.end - starts)
        begin, end = passed if front else (length - passed[1], length - passed[0])
        return 2 * level * length * (end - begin) + slope * (end * end - begin * begin)

    return weigh


def _spread(flight: LocalFlight, weights: Sequence[int], allocated: int) -> Curve:
    """The curve of these weights of the days: the exact part at each day's end, rounded once."""
    whole = sum(weights)
    if not whole:
        return even(flight.flight.starts_at, flight.flight.ends_at, allocated)
    instants = (instant(flight.flight.starts_at), *(day.end for day in flight.days))
    passed = accumulate(weights, initial=0)
    return Curve(instants, tuple(divide_half_even(allocated * part, whole) for part in passed))


def _end_faults(said: str, end: int, allocated: int) -> list[ShapeRefusal]:
    if end == allocated:
        return []
    detail = f"{said} {format_micros(end)}, allocated is {format_micros(allocated)}"
    return [ShapeRefusal("curve_end_differs", detail)]


def _date_faults(flight: LocalFlight, dates: Sequence[date]) -> list[ShapeRefusal]:
    if not flight.days:
        detail = f"a flight of more than {DAYS_MAX} days is planned evenly or by a curve"
        return [ShapeRefusal("flight_too_long", detail)]
    outside = sorted(set(dates) - flight.dates)
    if outside:
        return [ShapeRefusal("day_outside_flight", f"{outside[0]} is no day of the flight")]
    if len(set(dates)) < len(dates):
        return [ShapeRefusal("duplicate", "a day is named more than once")]
    return []
