"""The figures of a line at its anchor: use, pace, forecast, freshness (B1, B2, B6, W10).

The anchor is the instant up to which something is known about the line. Taking the plan at the
anchor instead of the wall clock keeps every day from beginning with a false alarm (design.md 4).
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from budget.allocation.phasing import Curve
from shared.events import Freshness
from shared.freshness import state_of, worst
from shared.money import divide_half_even, format_ratio


class SourceState(Struct, frozen=True):
    """How far one source of a line is complete, and how often it should say so (seconds).

    `set_aside`: how much of it was refused and is not settled; `settled_through`: how far it is
    complete without what is waited for (None: as far as `complete_through`).
    """

    source: str
    complete_through: datetime | None
    expected_interval_s: int | None = None
    set_aside: int = 0
    settled_through: datetime | None = None


class PlannedLine(Struct, frozen=True):
    """What is known of a line: micros, its curve, its sources, the newest `at` posted on it.

    `committed`: ordered and not invoiced yet.
    """

    allocated: int
    curve: Curve
    starts_at: datetime
    actual: int
    corrections: int
    latest_at: datetime | None
    sources: tuple[SourceState, ...]
    committed: int = 0


class PacingFigures(Struct, frozen=True):
    """Figures in micros; ratios as text with six decimals; what has no value is None, never 0."""

    allocated: int
    planned_to_date: int
    actual: int
    corrections: int
    remaining: int
    used_ratio: str | None
    pacing_ratio: str | None
    forecast_end: int | None
    complete_through: datetime | None
    anchor: datetime
    freshness: Freshness
    set_aside: int = 0
    settled_through: datetime | None = None
    committed: int = 0


def complete_through(sources: Sequence[SourceState]) -> datetime | None:
    """The least of the sources' completeness; None as long as one of them has said nothing."""
    return _least([source.complete_through for source in sources])


def anchor(line: PlannedLine, now: datetime) -> datetime:
    """min(now, max(least complete_through, latest `at`)); now for a line without a source.

    A line whose sources have said nothing at all is known up to its start.
    """
    if not line.sources:
        return now
    known = [at for at in (complete_through(line.sources), line.latest_at) if at is not None]
    return min(now, max(known)) if known else min(now, line.starts_at)


def freshness(line: PlannedLine, now: datetime) -> Freshness:
    """The worst of the sources; the last that one without a heartbeat has told is the newest
    posting on the line."""
    return worst(
        state_of(now, one.complete_through, line.latest_at, one.expected_interval_s)
        for one in line.sources
    )


def forecast_end(allocated: int, actual: int, planned: int) -> int | None:
    """First method: allocated × actual ÷ planned_to_date, nearest micro; None while planned is 0.

    Source: design.md section 4.
    """
    return divide_half_even(allocated * actual, planned) if planned else None


def figures(line: PlannedLine, now: datetime) -> PacingFigures:
    """All figures of a line at its anchor: money in micros, ratios as decimal text (None of 0).

    Source: design.md section 4.
    """
    at = anchor(line, now)
    planned = line.curve.planned(at)
    return PacingFigures(
        allocated=line.allocated,
        planned_to_date=planned,
        actual=line.actual,
        corrections=line.corrections,
        remaining=line.allocated - line.actual - line.committed,
        used_ratio=format_ratio(line.actual, line.allocated),
        pacing_ratio=format_ratio(line.actual, planned),
        forecast_end=forecast_end(line.allocated, line.actual, planned),
        complete_through=complete_through(line.sources),
        anchor=at,
        freshness=freshness(line, now),
        set_aside=sum(source.set_aside for source in line.sources),
        settled_through=settled_through(line.sources),
        committed=line.committed,
    )


def settled_through(sources: Sequence[SourceState]) -> datetime | None:
    """`complete_through` without what was refused and is waited for."""
    return _least([source.settled_through or source.complete_through for source in sources])


def _least(instants: Sequence[datetime | None]) -> datetime | None:
    known = [at for at in instants if at is not None]
    return min(known) if known and len(known) == len(instants) else None


def total(lines: Sequence[PacingFigures], now: datetime) -> PacingFigures:
    """The campaign's figures: sums of the lines', ratios of the sums, the least completeness.

    Lines entered by hand do not hold the campaign's completeness back.
    """
    fed = [line for line in lines if line.freshness != "manual"]
    allocated = sum(line.allocated for line in lines)
    planned = sum(line.planned_to_date for line in lines)
    actual = sum(line.actual for line in lines)
    committed = sum(line.committed for line in lines)
    return PacingFigures(
        allocated=allocated,
        planned_to_date=planned,
        actual=actual,
        corrections=sum(line.corrections for line in lines),
        remaining=allocated - actual - committed,
        used_ratio=format_ratio(actual, allocated),
        pacing_ratio=format_ratio(actual, planned),
        forecast_end=forecast_end(allocated, actual, planned),
        complete_through=_least([line.complete_through for line in fed]),
        anchor=min((line.anchor for line in lines), default=now),
        freshness=worst(line.freshness for line in lines),
        committed=committed,
    )
