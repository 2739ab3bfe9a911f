"""How much of a line is planned up to an instant: exact, in whole micros (P18).

Instants are integer microseconds since the epoch, amounts integer micros. A phasing is a
piecewise-linear curve of cumulative amounts over the flight; `even` is the curve of two points.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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


@dataclass(frozen=True, slots=True)
class Curve:
    """Instants (microseconds, strictly rising) and the cumulative amounts (micros) at them."""

    instants: tuple[int, ...]
    amounts: tuple[int, ...]

    def planned(self, at: datetime) -> int:
        """Cumulative micros planned at an instant.

        The floor of the exact interpolation: a plan never claims a fraction of a micro that is not
        yet due. Before the first point it is the first amount, after the last one the last.
        """
        moment = instant(at)
        after = bisect_right(self.instants, moment)
        if after == 0:
            return self.amounts[0]
        if after == len(self.instants):
            return self.amounts[-1]
        start, end = self.instants[after - 1], self.instants[after]
        low, high = self.amounts[after - 1], self.amounts[after]
        return low + (high - low) * (moment - start) // (end - start)


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
