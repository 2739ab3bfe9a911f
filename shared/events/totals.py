"""budget.totals.v1: the figures of a line."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from shared.events.fields import Freshness, Instant

BudgetState = Literal["on_plan", "overspent", "short", "underspent"]


class Amount(Struct, frozen=True, kw_only=True):
    """Money in an event: decimal string and ISO 4217 code."""

    amount: str
    currency: str


class TotalsChange(Struct, frozen=True, kw_only=True):
    """What one period of a line gained since the previous `seq`.

    `known_through`: how complete the source was, in its partition, when it told this; null when
    the period was not complete then, absent for money that was moved and in older messages. What
    was told in time and later in one message are two changes of the period.
    """

    period_start: Instant
    period_end: Instant
    amount: str
    native: Amount | None = None
    correction: bool = False
    known_through: Instant | UnsetType | None = UNSET


class PlanBefore(Struct, frozen=True, kw_only=True):
    """What the plan that the line's plan superseded would say at the same anchor."""

    allocated: str
    planned_to_date: str


class AllocationCause(Struct, frozen=True, kw_only=True):
    """What gave the line what it has: a document by its name in the audit, and its journal entry,
    which rises from one to the next."""

    document: str
    entry: int


class BudgetTotals(Struct, frozen=True, kw_only=True):
    """budget.totals.v1: the cumulative figures of one line at its anchor, and the changes.

    `seq` is contiguous per line. Money as decimal strings in `currency`, ratios as decimal strings;
    no value is null. Rules with < or <= are judged only when `complete_through` = `anchor`.
    `plan_before`: set while the plan before this one would say something else, so that a reader can
    tell money that moved from a plan that did.
    `set_aside`: how much of the line's sources was refused and is not settled; `settled_through`:
    how far they are complete without what is still waited for (null: as far as complete).
    `allocation`: the plan, transfer, draw or return that changed `allocated` last.
    `state`: how what is spent and ordered stands to what is allocated and planned; null in older
    messages.
    """

    campaign: str
    line: str
    seq: int
    plan_version: int
    currency: str
    allocated: str
    actual: str
    corrections: str
    committed: str
    remaining: str
    planned_to_date: str
    used_ratio: str | None
    pacing_ratio: str | None
    forecast_end: str | None
    complete_through: Instant | None
    freshness: Freshness
    names: dict[str, str]
    changes: list[TotalsChange]
    as_of: Instant
    anchor: Instant | None = None
    time_zone: str = "UTC"
    owner: str | None = None
    channel: str | None = None
    plan_before: PlanBefore | None = None
    set_aside: int = 0
    settled_through: Instant | None = None
    allocation: AllocationCause | None = None
    state: BudgetState | None = None
