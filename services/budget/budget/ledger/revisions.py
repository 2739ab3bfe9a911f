"""What a stated figure changes of what is booked (I6): revisions into differences. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from shared.money import NO_CURRENCY

EntryKind = Literal["spend", "correction", "move"]


class RowOutcome(StrEnum):
    """What became of a row: the counters of an import, or the reason it was refused."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"
    REVISION_CONFLICT = "revision_conflict"
    CURRENCY_CHANGED = "currency_changed"


REFUSALS = (RowOutcome.REVISION_CONFLICT, RowOutcome.CURRENCY_CHANGED)


class Stated(NamedTuple):
    """A snapshot's statement about a fact: amount in micros, and the entry it would make."""

    revision: int
    amount: int
    currency: str
    stated_at: datetime
    entry: int
    period_start: datetime
    period_end: datetime


class Fact(Stated):
    """What is booked for a fact; `entry` is the last entry that changed it.

    The first statement fixes the period: the label stays when the source's zone is set later, but
    means other bounds then. `currency` is that of the account it is on.
    """

    __slots__ = ()


class FactStep(NamedTuple):
    """What one statement does: the difference to book (None: no entry) and what it corrects.

    `leaves`: the fact goes to an account of another currency first. "whole": its money is taken
    back where it was, and `amount` is all there is of it now; "moved": it named no currency before,
    or names none now, and goes as it is.
    """

    outcome: RowOutcome
    amount: int | None
    kind: EntryKind
    corrects: int | None
    leaves: Literal["whole", "moved"] | None = None


def restate(before: Fact | None, stated: Stated, *, on_line: bool = True) -> tuple[Fact, FactStep]:
    """One statement against what is booked (contracts.md section 1, `mode: snapshot`).

    A higher revision replaces the lower one by the difference, a correction when the replaced one
    was stated at or after the end of its period; first wins among equal revisions. What is on a
    line (`on_line`) keeps its currency; as long as a fact is on none, or is 0, the highest revision
    alone says which, else one wrong statement would refuse all later ones for ever.
    """
    if before is None:
        return Fact(*stated), FactStep(RowOutcome.INSERTED, stated.amount, "spend", None)
    agree = before.currency == stated.currency or NO_CURRENCY in (before.currency, stated.currency)
    if stated.revision <= before.revision:
        return before, FactStep(_unheard(before, stated, agree=agree), None, "spend", None)
    if not agree and on_line and before.amount:
        return before, FactStep(RowOutcome.CURRENCY_CHANGED, None, "spend", None)
    after = before._replace(revision=stated.revision, stated_at=stated.stated_at)
    if not agree:
        whole = after._replace(amount=stated.amount, currency=stated.currency, entry=stated.entry)
        return whole, FactStep(RowOutcome.UPDATED, stated.amount, "spend", before.entry, "whole")
    moved = not on_line and before.currency != stated.currency
    if moved or before.currency == NO_CURRENCY:
        after = after._replace(currency=stated.currency)
    if moved:
        after = after._replace(entry=stated.entry)
    leaves: Literal["moved"] | None = "moved" if moved else None
    if stated.amount == before.amount:
        return after, FactStep(RowOutcome.UNCHANGED, None, "spend", None, leaves)
    late = before.stated_at >= before.period_end
    kind: EntryKind = "correction" if late else "spend"
    corrects = before.entry if late else None
    step = FactStep(RowOutcome.UPDATED, stated.amount - before.amount, kind, corrects, leaves)
    return after._replace(amount=stated.amount, entry=stated.entry), step


def _unheard(before: Fact, stated: Stated, *, agree: bool) -> RowOutcome:
    """What a revision is that is not higher than the one that is booked."""
    if agree and stated.amount == before.amount:
        return RowOutcome.UNCHANGED
    return (
        RowOutcome.REVISION_CONFLICT if stated.revision == before.revision else RowOutcome.OUTDATED
    )
