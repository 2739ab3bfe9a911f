"""Entries of one fact in the order of its statements."""

from collections.abc import Iterator
from typing import NamedTuple

from budget.ledger.books import AccountTally
from budget.ledger.ids import ARRIVES, LEAVES, Revision
from budget.ledger.revisions import REFUSALS, Fact, FactStep, RowOutcome, Stated
from budget.ledger.store import CORRECTION, SPEND, EntryRow, LedgerPeriod, PeriodChange
from budget.posting.lateness import Completeness, mark
from budget.posting.posted import Posted
from budget.posting.records import SpendRefusal
from budget.posting.route import Posting

FactKey = tuple[int, str]
"""(stream, key)."""


class FactAccount(NamedTuple):
    """The account a fact is on, and whether that is a line."""

    account_id: int
    is_line: bool


class Statement(NamedTuple):
    """One statement, what it does, and the fact and its places before it and after."""

    posting: Posting
    stated: Stated
    step: FactStep
    known: Fact | None
    before: FactAccount
    after: FactAccount


class _Part(NamedTuple):
    """One entry of a statement."""

    place: FactAccount
    revision: Revision
    number: int
    amount: int
    kind: int
    corrects: int | None


class FactWriter:
    """Entries of one fact in the order of its statements."""

    def __init__(
        self,
        posted: Posted,
        key: FactKey,
        period: LedgerPeriod,
        complete: Completeness,
        fresh: Iterator[int] | None,
    ) -> None:
        self.entries: list[EntryRow] = []
        self.renumbered: dict[int, int] = {}
        self._posted = posted
        self._key = key
        self._period = period
        self._complete = complete
        self._fresh = fresh

    def enter(self, said: Statement, corrections: int) -> int:
        """Writes what one statement does; `corrections` are those of the fact, before and after."""
        posting, step = said.posting, said.step
        if step.outcome in REFUSALS:
            self._posted.refusals.append(_fact_refusal(posting, step.outcome))
            return corrections
        if posting.event.importid is not None:
            self._posted.outcomes.append((posting, step.outcome, said.after.account_id))
        if step.leaves is not None:
            self._leave(said, corrections)
            corrections = 0 if step.leaves == "whole" else corrections
        if step.amount is None:
            return corrections
        kind = CORRECTION if step.kind == "correction" else SPEND
        revision = Revision(self._key[1], said.stated.revision)
        number = self._number(said.stated.entry)
        self._write(said, _Part(said.after, revision, number, step.amount, kind, step.corrects))
        return corrections + step.amount if kind == CORRECTION else corrections

    def _leave(self, said: Statement, corrections: int) -> None:
        """Takes the money back where it was, what are corrections apart; "moved" brings it along.

        The first half is there even of 0: it says that the fact is not on that account any more.
        """
        known, step, fresh = said.known, said.step, self._fresh
        assert known is not None, "a new fact is nowhere yet"
        assert fresh is not None, "numbers were taken"
        ways = [(LEAVES, said.before, -1)]
        if step.leaves == "moved":
            ways.append((ARRIVES, said.after, 1))
        for way, place, sign in ways:
            for kind, amount in ((SPEND, known.amount - corrections), (CORRECTION, corrections)):
                if kind == CORRECTION and not amount:
                    continue
                revision = Revision(self._key[1], said.stated.revision, way, kind == CORRECTION)
                is_last = sign > 0 and kind == SPEND and step.amount is None
                number = self._number(said.stated.entry) if is_last else next(fresh)
                part = _Part(place, revision, number, sign * amount, kind, known.entry)
                self._write(said, part)

    def _write(self, said: Statement, part: "_Part") -> None:
        posting, route, period = said.posting, said.posting.route, self._period
        corrects = part.corrects
        entry = EntryRow(
            stream_id=self._key[0],
            id=part.revision.id,
            entry=part.number,
            account_id=part.place.account_id,
            amount=part.amount,
            at=min(said.stated.stated_at, period.end),
            kind=part.kind,
            corrects=None if corrects is None else self.renumbered.get(corrects, corrects),
            period_start=period.start,
            period_end=period.end,
            period=route.label,
            event_id=posting.event.id,
            entity=route.entity_text,
            item_stream=self._key[0],
            item_key=self._key[1],
            leaves=part.revision.way == LEAVES,
        )
        self.entries.append(entry)
        known = mark(period.end, self._complete.get(posting.index))
        change = PeriodChange(entry.account_id, part.kind == CORRECTION, period, known)
        self._posted.books.tally(change, AccountTally(entry.account_id, part.amount, entry.at))

    def _number(self, stated: int) -> int:
        if self._fresh is None:
            return stated
        if stated not in self.renumbered:
            self.renumbered[stated] = next(self._fresh)
        return self.renumbered[stated]


def _fact_refusal(posting: Posting, outcome: RowOutcome) -> SpendRefusal:
    data = posting.event.data
    what = f"{data.report} of {posting.event.source}, {data.period}"
    detail = f"{what}: revision {data.revision} was stated before with another amount"
    if outcome is RowOutcome.CURRENCY_CHANGED:
        detail = f"{what}: stated in {data.currency}, before in another currency"
    return SpendRefusal(outcome.value, detail, posting.received, posting.event)
