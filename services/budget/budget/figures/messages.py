"""What is told of a line on budget.totals.v1: its next messages, from its state and its changes.

Pure: the sealer reads and writes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import UNSET, Struct
from msgspec.structs import replace

from budget.allocation.phasing import EPOCH, read_curve
from budget.figures.lines import AccountedLine, PendingChange, PostedSum, SealedLine
from budget.figures.pacing import PacingFigures, SourceState, complete_through, figures
from budget.figures.variance import budget_state
from budget.ledger.rules import IN_TIME
from shared.events import AllocationCause, Amount, BudgetTotals, PlanBefore, TotalsChange
from shared.money import format_micros

CHANGES_MAX = 1000
"""Changes in one message; more go into the next `seq`."""


class TouchedLine(Struct, frozen=True):
    """A line with what is to be told of it."""

    row: AccountedLine
    sources: Sequence[SourceState]
    changes: Sequence[PendingChange]

    @property
    def set_aside(self) -> int:
        """How much of its sources was refused and is not settled."""
        return sum(source.set_aside for source in self.sources)


def is_news(line: TouchedLine) -> bool:
    """A heartbeat that did not bring the line further is none; a line never told always is news.

    So is whatever touches a line over something set aside: it may be settled further now, or waited
    for no more, with as much set aside as before.
    """
    if line.row.sealed_at is None or line.changes:
        return True
    told = line.row.sealed_through, line.row.sealed_set_aside
    return line.set_aside > 0 or (complete_through(line.sources), line.set_aside) != told


def seal_line(
    line: TouchedLine, now: datetime, changes_max: int = CHANGES_MAX
) -> tuple[list[BudgetTotals], SealedLine]:
    """The line's next messages, and what has been told after them."""
    messages: list[BudgetTotals] = []
    row = line.row
    seq = row.seq
    actual, corrections = int(row.sealed_actual), int(row.sealed_corrections)
    parts = list(_parts(line.changes, changes_max))
    for number, part in enumerate(parts, 1):
        seq += 1
        actual += sum(int(change.amount) for change in part)
        corrections += sum(int(change.amount) for change in part if change.correction)
        posted = PostedSum(actual, corrections, row.latest_at)
        told = figures(row.planned(line.sources, posted), now)
        if number < len(parts):
            # Only the last part may say how complete the line is: the others lack money it covers.
            told = replace(told, complete_through=None, settled_through=None)
        messages.append(_totals(row, seq, told, part, now))
    # The last part was told whole: how complete it is has been told with it.
    through, set_aside = told.complete_through, told.set_aside
    return messages, SealedLine(row.account_id, seq, actual, corrections, through, set_aside)


def _parts(changes: Sequence[PendingChange], changes_max: int) -> Iterator[list[PendingChange]]:
    """Changes of money, at most `changes_max` a message; without any, one message of the state."""
    told = [change for change in changes if change.amount]
    for begin in range(0, max(len(told), 1), changes_max):
        yield told[begin : begin + changes_max]


def _totals(
    row: AccountedLine,
    seq: int,
    told: PacingFigures,
    changes: Sequence[PendingChange],
    now: datetime,
) -> BudgetTotals:
    return BudgetTotals(
        campaign=row.campaign,
        line=row.line,
        seq=seq,
        plan_version=row.plan_version,
        currency=row.currency,
        allocated=format_micros(told.allocated),
        actual=format_micros(told.actual),
        corrections=format_micros(told.corrections),
        committed=format_micros(told.committed),
        remaining=format_micros(told.remaining),
        planned_to_date=format_micros(told.planned_to_date),
        used_ratio=told.used_ratio,
        pacing_ratio=told.pacing_ratio,
        forecast_end=None if told.forecast_end is None else format_micros(told.forecast_end),
        complete_through=told.complete_through,
        freshness=told.freshness,
        names={"campaign": row.campaign_name, "line": row.name},
        changes=[_change(change, row.currency) for change in changes],
        as_of=now,
        anchor=told.anchor,
        time_zone=row.time_zone,
        owner=row.owner or row.campaign_owner,
        channel=row.channel,
        plan_before=_plan_before(row, told),
        set_aside=told.set_aside,
        settled_through=told.settled_through,
        allocation=_allocation(row),
        state=budget_state(told).state,
    )


def _allocation(row: AccountedLine) -> AllocationCause | None:
    if row.allocation is None or row.allocated_by is None:
        return None
    return AllocationCause(document=row.allocated_by, entry=row.allocation)


def _plan_before(row: AccountedLine, told: PacingFigures) -> PlanBefore | None:
    """What the superseded plan would say, if it would say something else."""
    if row.curve_before is None or row.allocated_before is None:
        return None
    planned = read_curve(row.curve_before).planned(told.anchor)
    if (planned, row.allocated_before) == (told.planned_to_date, told.allocated):
        return None
    return PlanBefore(
        allocated=format_micros(row.allocated_before), planned_to_date=format_micros(planned)
    )


def _change(change: PendingChange, currency: str) -> TotalsChange:
    """`native` is what was spent in its own currency; a line holds only its campaign's."""
    amount, known_ms = format_micros(int(change.amount)), change.known_ms
    return TotalsChange(
        period_start=change.period_start,
        period_end=change.period_end,
        amount=amount,
        native=Amount(amount=amount, currency=currency),
        correction=change.correction,
        known_through=UNSET if known_ms is None else _known_through(known_ms),
    )


def _known_through(known_ms: int) -> datetime | None:
    return None if known_ms == IN_TIME else EPOCH + timedelta(milliseconds=known_ms)
