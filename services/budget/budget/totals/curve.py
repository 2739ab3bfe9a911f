"""GET curve: what was planned, and what is spent, up to each hour or day of the flight (P18, B1).

The actual of a point is that of GET totals with its instant as `through`.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from typing import Any, Literal
from zoneinfo import ZoneInfo

from budget.allocation.phasing import Flight, read_curve
from budget.figures import pacing
from budget.figures.lines import AccountedLine
from budget.totals import store
from budget.totals.store import AllocationMark, SpentBetween
from budget.totals.totals import TotalsQuery, read_figures
from shared.database.pool import Conn
from shared.errors import InvalidError, NotFoundError
from shared.money import format_micros

VALUES_MAX = 200_000
"""Points times lines: each is read off a curve, about a microsecond."""
HOUR = timedelta(hours=1)
Step = Literal["hour", "day"]


@dataclass(frozen=True, slots=True)
class CurveQuery:
    """The curve of which line, or of all, in which steps."""

    line: str | None
    step: Step


def edges(flight: Flight, zone: ZoneInfo, step: Step) -> list[datetime]:
    """The flight's start and end, and the beginnings of local hours or days between them."""
    starts, ends = flight.starts_at, flight.ends_at
    local = starts.astimezone(zone)
    inside = []
    if step == "hour":
        at = local.replace(minute=0, second=0, microsecond=0, fold=local.fold).astimezone(UTC)
        while (at := at + HOUR) < ends:
            inside.append(at)
    else:
        day = local.date()
        while (at := datetime.combine(day := day + timedelta(days=1), time(), zone)) < ends:
            inside.append(at.astimezone(UTC))
    return [starts, *(at for at in inside if at > starts), ends]


async def read_points(wanted: CurveQuery, conn: Conn, asked: TotalsQuery) -> dict[str, Any]:
    """The answer, read in one snapshot of the database.

    Raises NotFoundError `campaign_unknown`, `line_unknown`, InvalidError `curve_too_fine`,
    UnavailableError `totals_timeout`.
    """
    measured = await read_figures(conn, asked)
    campaign = measured.campaign
    lines = [one for one in measured.lines if wanted.line in (None, one[0].line)]
    if wanted.line is not None and not lines:
        raise NotFoundError("line_unknown", f"{campaign.campaign} has no line {wanted.line}")
    _check_size(campaign.ends_at - campaign.starts_at, len(lines), wanted.step)
    total = pacing.total([told for _, told in lines], asked.moment)
    instants = edges(
        Flight(campaign.starts_at, campaign.ends_at), ZoneInfo(campaign.time_zone), wanted.step
    )
    last = max((told.anchor for _, told in lines), default=asked.moment)
    if last not in instants:
        insort(instants, last)
    rows = [row for row, _ in lines]
    ids = [row.account_id for row in rows]
    spent = await store.find_spent(conn, ids, instants, asked.limits)
    known_at = asked.limits.known_at or asked.now
    marks = await store.find_marks(conn, asked.workspace, asked.campaign, wanted.line, known_at)
    return {
        "campaign": asked.campaign,
        "line": wanted.line,
        "currency": campaign.currency,
        "step": wanted.step,
        "known_at": asked.limits.known_at,
        "through": asked.limits.through,
        "complete_through": total.complete_through,
        "anchor": last,
        "points": _points(instants, rows, spent, last),
        "marks": _marks(marks),
    }


def _check_size(length: timedelta, lines: int, step: Step) -> None:
    values = length // (HOUR if step == "hour" else timedelta(days=1)) * max(1, lines)
    if values > VALUES_MAX:
        raise InvalidError(
            "curve_too_fine",
            f"{values} values are more than {VALUES_MAX}: ask for step=day, or for one line",
        )


def _points(
    instants: Sequence[datetime],
    rows: Sequence[AccountedLine],
    spent: Sequence[SpentBetween],
    anchor: datetime,
) -> list[dict[str, Any]]:
    curves = [read_curve(row.curve) for row in rows]
    by_slot = {one.slot: one for one in spent}
    found = [by_slot.get(slot) for slot in range(len(instants))]
    actual = accumulate(int(one.amount) if one else 0 for one in found)
    corrections = accumulate(int(one.corrections) if one else 0 for one in found)
    return [
        {
            "at": at,
            "planned": format_micros(sum(curve.planned(at) for curve in curves)),
            "actual": format_micros(so_far) if at <= anchor else None,
            "corrections": format_micros(corrected) if at <= anchor else None,
        }
        for at, so_far, corrected in zip(instants, actual, corrections, strict=True)
    ]


def _marks(marks: Sequence[AllocationMark]) -> list[dict[str, Any]]:
    """Each with what is allocated from it on."""
    allocated = accumulate(int(mark.amount) for mark in marks)
    return [
        {
            "at": mark.effective_from,
            "decided_at": mark.decided_at,
            "kind": mark.document.partition("/")[0],
            "document": mark.document,
            "amount": format_micros(int(mark.amount)),
            "allocated": format_micros(so_far),
        }
        for mark, so_far in zip(marks, allocated, strict=True)
    ]
