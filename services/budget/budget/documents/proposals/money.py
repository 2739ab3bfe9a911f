"""What a document would do with the money of campaigns: before and after, exact.

Pure: who proposes and who decides read the same picture, each at the moment they ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec.structs import replace

from budget.allocation.journal import Holder
from budget.allocation.phasing import Flight, changed
from budget.documents.plans.rules import PlanFinding
from budget.figures.pacing import PlannedLine, figures
from shared.errors import ConflictError
from shared.money import format_micros

EXCEEDS = "commitment_exceeds_remaining"
"""An order binds more than its line has left: refused, unless people approve just that."""


@dataclass(frozen=True, slots=True)
class PlannedBucket:
    """A bucket of the plan in force: micros it was planned with, what of them is left, and when it
    may be drawn from."""

    planned: int
    left: int
    condition: str | None


@dataclass(frozen=True, slots=True)
class CampaignMoney:
    """A campaign with a plan in force, as it stands at `now`: its lines and its reserve by name,
    and the micros that a line should not pass."""

    campaign: str
    flight: Flight
    now: datetime
    lines: Mapping[str, PlannedLine]
    caps: Mapping[str, int]
    buckets: Mapping[str, PlannedBucket]

    def line(self, name: str) -> PlannedLine:
        """Raises ConflictError `line_unknown`."""
        if name not in self.lines:
            raise ConflictError("line_unknown", f"{self.campaign} has no line {name} in its plan")
        return self.lines[name]

    def bucket(self, name: str) -> PlannedBucket:
        """Raises ConflictError `bucket_unknown`."""
        if name not in self.buckets:
            raise ConflictError("bucket_unknown", f"the plan of {self.campaign} has no {name}")
        return self.buckets[name]

    def check_free(self, name: str, amount: int, code: str = "line_short") -> None:
        """Raises ConflictError `code` when a line has less than `amount` left, and
        `line_unknown`."""
        remaining = figures(self.line(name), self.now).remaining
        if amount > remaining:
            raise ConflictError(
                code,
                f"{name} has {format_micros(remaining)} left that is neither spent nor ordered, "
                f"{format_micros(amount)} is asked for",
            )


class AllocationShift(NamedTuple):
    """So many micros more or less for places of one campaign, which sum to zero; `commits`: micros
    that lines are bound by more; `spent`: micros that count as spent on lines more, or less."""

    money: CampaignMoney
    moves: Mapping[Holder, int]
    commits: Mapping[str, int] = MappingProxyType({})
    spent: Mapping[str, int] = MappingProxyType({})

    @property
    def lines(self) -> dict[str, PlannedLine]:
        """The lines it changes, as they are from `now` on: what was planned until then is kept."""
        moved = {
            place.name: _moved(self.money, place.name, amount)
            for place, amount in self.moves.items()
            if place.kind == "line"
        }
        bound = {
            name: replace(line, committed=line.committed + amount)
            for name, amount in self.commits.items()
            if (line := self.money.line(name))
        }
        booked = {
            name: replace(line, actual=line.actual + amount)
            for name, amount in self.spent.items()
            if (line := self.money.line(name))
        }
        return moved | bound | booked


class WeighedProposal(NamedTuple):
    """What a proposal comes to: the amount that is decided on, and what it moves in each campaign,
    the proposal's own first."""

    amount: int
    shifts: Sequence[AllocationShift]

    @property
    def other(self) -> str | None:
        """The other campaign whose money it moves, if any."""
        return self.shifts[1].money.campaign if len(self.shifts) > 1 else None

    @property
    def effect(self) -> dict[str, Any]:
        """Before and after of every line and bucket, and findings, as decimal text."""
        return {
            "lines": [line for shift in self.shifts for line in _lines(shift)],
            "reserve": [bucket for shift in self.shifts for bucket in _reserve(shift)],
            "findings": [finding for shift in self.shifts for finding in _findings(shift)],
        }


def _moved(money: CampaignMoney, name: str, amount: int) -> PlannedLine:
    line = money.line(name)
    end = line.allocated + amount
    curve = changed(line.curve, line.curve, money.now, money.flight, end)
    return replace(line, allocated=end, curve=curve)


def _lines(shift: AllocationShift) -> list[dict[str, Any]]:
    money = shift.money
    return [
        {
            "campaign": money.campaign,
            "line": name,
            "before": _figures(money.lines[name], money.now),
            "after": _figures(line, money.now),
        }
        for name, line in shift.lines.items()
    ]


def view_figures(money: CampaignMoney, name: str) -> dict[str, str | None] | None:
    """What a line has and spends, as decimal text; None of one that its plan has left out."""
    return _figures(money.lines[name], money.now) if name in money.lines else None


def _figures(line: PlannedLine, now: datetime) -> dict[str, str | None]:
    told = figures(line, now)
    amounts = ("allocated", "planned_to_date", "committed", "actual", "remaining", "forecast_end")
    shown = {name: getattr(told, name) for name in amounts}
    return {
        **{name: None if one is None else format_micros(one) for name, one in shown.items()},
        "used_ratio": told.used_ratio,
        "pacing_ratio": told.pacing_ratio,
    }


def _reserve(shift: AllocationShift) -> list[dict[str, Any]]:
    shown = []
    for place, amount in shift.moves.items():
        if place.kind == "bucket":
            left = shift.money.buckets[place.name].left
            amounts = {"before": format_micros(left), "after": format_micros(left + amount)}
            shown.append({"campaign": shift.money.campaign, "bucket": place.name, **amounts})
    return shown


def _findings(shift: AllocationShift) -> list[dict[str, Any]]:
    """A line that passes the cap of its plan (P5), or is bound to more than it has (B3): remarks,
    for who decides may want it so."""
    caps = shift.money.caps
    found = [
        PlanFinding(
            "above_cap",
            name,
            "warning",
            f"{name} would have {format_micros(line.allocated)}, its cap in the plan is "
            f"{format_micros(caps[name])}",
        )
        for name, line in shift.lines.items()
        if name in caps and line.allocated > max(caps[name], shift.money.lines[name].allocated)
    ]
    for name in shift.commits:
        remaining = figures(shift.lines[name], shift.money.now).remaining
        if remaining < 0:
            detail = f"{name} would be bound to {format_micros(-remaining)} more than it has"
            found.append(PlanFinding(EXCEEDS, name, "warning", detail))
    return [finding.document for finding in found]
