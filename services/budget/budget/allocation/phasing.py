"""How much of a line is planned up to an instant: exact, in whole micros (P18).

Instants are integer microseconds since the epoch, amounts integer micros. A phasing is a
piecewise-linear curve of cumulative amounts over the flight; `even` is the curve of two points.
What a plan changes in mid-flight keeps what was planned until then: time passes once, and a line
must not be late or early because somebody decided something about it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from shared.money import divide_half_even

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def instant(at: datetime) -> int:
    """An aware datetime → integer microseconds since the epoch, exact."""
    return (at - EPOCH) // MICROSECOND


@dataclass(frozen=True, slots=True)
class Point:
    """Up to `at`, `amount` micros are planned in all."""

    at: datetime
    amount: int


class Curve(Struct, frozen=True):
    """Instants (microseconds, strictly rising) and the cumulative amounts (micros) at them."""

    instants: tuple[int, ...]
    amounts: tuple[int, ...]

    @property
    def end(self) -> int:
        """What is planned in all, in micros."""
        return self.amounts[-1]

    def planned(self, at: datetime) -> int:
        """Cumulative micros planned at an instant.

        The exact interpolation, rounded half to even: so an amount that was whole before a change
        of the plan is the same after it, although the amount at the change had to be rounded.
        Before the first point it is the first amount, after the last one the last.
        """
        return self.planned_at(instant(at))

    def planned_at(self, moment: int) -> int:
        """`planned` at an instant in microseconds."""
        after = bisect_right(self.instants, moment)
        if after == 0:
            return self.amounts[0]
        if after == len(self.instants):
            return self.amounts[-1]
        start, end = self.instants[after - 1], self.instants[after]
        low, high = self.amounts[after - 1], self.amounts[after]
        return low + divide_half_even((high - low) * (moment - start), end - start)


def read_curve(stored: Mapping[str, list[int]]) -> Curve:
    """A curve as stored: instants in microseconds, amounts in micros."""
    return Curve(tuple(stored["instants"]), tuple(stored["amounts"]))


def store_curve(curve: Curve) -> dict[str, list[int]]:
    return {"instants": list(curve.instants), "amounts": list(curve.amounts)}


NOTHING = Curve((0,), (0,))
"""The curve of a line that no plan has: nothing is ever planned."""


@dataclass(frozen=True, slots=True)
class Flight:
    """When a campaign runs, half-open."""

    starts_at: datetime
    ends_at: datetime


def even(starts_at: datetime, ends_at: datetime, allocated: int) -> Curve:
    """The same amount in every unit of time of [starts_at, ends_at)."""
    return Curve((instant(starts_at), instant(ends_at)), (0, allocated))


def curve(starts_at: datetime, points: list[Point]) -> Curve:
    """The curve through `points` (at least one, instants rising); it starts from 0.

    A curve whose first point lies after the start rises from 0 at the start.
    """
    pairs = [(instant(point.at), point.amount) for point in points]
    if pairs[0][0] > instant(starts_at):
        pairs.insert(0, (instant(starts_at), 0))
    instants, amounts = zip(*pairs, strict=True)
    return Curve(tuple(instants), tuple(amounts))


def changed(
    before: Curve, after: Curve, at: datetime, flight: Flight, end: int | None = None
) -> Curve:
    """`before` until the instant `at`, and from then on `after`, so that it ends at `end` (micros;
    None: where `after` ends).

    What was planned until `at` is kept; what `after` plans from `at` on is scaled, each amount
    rounded once, to what is left; when it plans nothing from then on, what is left is spread evenly
    to the end of the flight. A line that is new (`before` is NOTHING) so begins when it comes into
    force. Before the flight nothing is kept, after it the change is there at once.
    """
    moment, ends = instant(at), instant(flight.ends_at)
    whole = after.end
    end = whole if end is None else end
    if moment <= instant(flight.starts_at):
        return _scaled(after, end, flight)
    kept = before.planned_at(moment)
    known = bisect_left(before.instants, moment)
    instants, amounts = [*before.instants[:known], moment], [*before.amounts[:known], kept]
    passed = after.planned_at(moment)
    if moment >= ends:
        instants.append(moment + 1)
        amounts.append(end)
    elif passed == whole:
        instants.append(ends)
        amounts.append(end)
    else:
        left = bisect_right(after.instants, moment)
        instants += after.instants[left:]
        amounts += [
            kept + divide_half_even((amount - passed) * (end - kept), whole - passed)
            for amount in after.amounts[left:]
        ]
    return Curve(tuple(instants), tuple(amounts))


def _scaled(after: Curve, end: int, flight: Flight) -> Curve:
    if not after.end:
        return even(flight.starts_at, flight.ends_at, end) if end else after
    amounts = (divide_half_even(amount * end, after.end) for amount in after.amounts)
    return Curve(after.instants, tuple(amounts))
