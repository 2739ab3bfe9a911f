"""A line as its figures see it: plan, account, what is pending of it, what has been told. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from budget.allocation.phasing import read_curve
from budget.figures.pacing import PlannedLine, SourceState


class AccountedLine(Struct, frozen=True):
    """A line of a plan with its campaign and its account: what is on it and what has been told."""

    account_id: int
    workspace: str
    campaign: str
    line: str
    currency: str
    balance: Decimal
    corrections: Decimal
    latest_at: datetime | None
    seq: int
    sealed_at: datetime | None
    sealed_through: datetime | None
    sealed_actual: Decimal
    sealed_corrections: Decimal
    sealed_set_aside: int
    name: str
    owner: str | None
    channel: str | None
    allocated: int
    curve: dict[str, list[int]]
    allocated_before: int | None
    curve_before: dict[str, list[int]] | None
    campaign_name: str
    campaign_owner: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    plan_version: int
    allocation: int | None = None
    allocated_by: str | None = None
    committed: int = 0

    def planned(self, sources: Sequence[SourceState], posted: "PostedSum") -> PlannedLine:
        """What its figures are computed from."""
        return PlannedLine(
            allocated=self.allocated,
            curve=read_curve(self.curve),
            starts_at=self.starts_at,
            actual=posted.actual,
            corrections=posted.corrections,
            latest_at=posted.latest_at,
            sources=tuple(sources),
            committed=self.committed,
        )


class PostedSum(Struct, frozen=True):
    """What is posted on a line, within limits: micros, and the newest `at`."""

    actual: int = 0
    corrections: int = 0
    latest_at: datetime | None = None


class PendingChange(Struct, frozen=True):
    """Micros of one period of a line that are not told yet, by mark."""

    account_id: int
    correction: bool
    day: date
    period_start: datetime
    period_end: datetime
    known_ms: int | None
    amount: Decimal


class SealedLine(Struct, frozen=True):
    """What has been told of a line, in all."""

    account_id: int
    seq: int
    actual: int
    corrections: int
    through: datetime | None
    set_aside: int
