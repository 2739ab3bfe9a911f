"""Books the facts a poll states: what is booked for them, and the entries that change it.

A fact stays on its account, with one exception: what is on no line, or is 0, follows its highest
revision to an account of another currency. Money never crosses currencies: it is taken back where
it was, and what is stated now is all there is of it.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from budget.ledger import facts, moves
from budget.ledger import store as ledger
from budget.ledger.facts import FactRow, StatedFact
from budget.ledger.held_items import Adjusted
from budget.ledger.revisions import Fact, Stated, restate
from budget.ledger.rules import AccountKey
from budget.ledger.store import EntryRow, LedgerPeriod
from budget.posting.lateness import Completeness
from budget.posting.posted import Posted, held_row
from budget.posting.records import SpendRefusal
from budget.posting.route import Posting, fact_key
from budget.posting.writing import FactAccount, FactKey, FactWriter, Statement
from shared.database.pool import Conn
from shared.names import SUBJECT_BYTES_MAX

KeysOf = Callable[[Conn, Iterable[int]], Awaitable[dict[int, AccountKey]]]
Statements = list[tuple[Posting, Stated]]
KEY_BYTES_MAX = SUBJECT_BYTES_MAX + len("2025-11-01T10||")
"""What ingest lets through: its period, entity and dims as one key."""


@dataclass(slots=True)
class _Walk:
    """A fact through the statements of a poll."""

    fact: Fact | None
    place: FactAccount
    said: list[Statement] = field(default_factory=list)
    entered: list[EntryRow] = field(default_factory=list)

    @property
    def known(self) -> Fact:
        """The fact, once something was stated."""
        assert self.fact is not None
        return self.fact

    @property
    def leaves(self) -> int:
        """How often it goes to another account; hardly ever."""
        return sum(said.step.leaves is not None for said in self.said)

    def take(self, statements: Statements) -> "_Walk":
        """Restates the fact in order of arrival; it goes where a statement's own route leads if
        that is in another currency than the account it is on."""
        for posting, stated in statements:
            known, before = self.fact, self.place
            self.fact, step = restate(known, stated, on_line=before.is_line)
            if step.leaves is not None:
                self.place = _place_of(posting)
            self.said.append(Statement(posting, stated, step, known, before, self.place))
        return self


class Facts:
    """The facts of one poll, gathered into the books."""

    def __init__(self, posted: Posted, numbers: Sequence[int], complete: Completeness) -> None:
        self._posted = posted
        self._books = posted.books
        self._numbers = numbers
        self._complete = complete

    async def book(self, conn: Conn, postings: Sequence[Posting], keys_of: KeysOf) -> None:
        """States the facts and gathers their entries, on the accounts where the facts are now."""
        by_key = self._by_key(postings)
        rows = []
        for key, statements in sorted(by_key.items(), key=lambda item: item[0]):
            new = _Walk(None, _place_of(statements[0][0])).take(statements)
            rows.append(FactRow(*key, new.known, new.place.account_id))
        found = await facts.state_facts(conn, rows)
        accounts = {row.account_id for row in rows} | {f.account_id for f in found.values()}
        keys = await keys_of(conn, accounts)
        walks: dict[FactKey, _Walk] = {}
        stored: dict[FactKey, StatedFact] = {}
        for row in rows:
            key = (row.stream_id, row.key)
            known = found.get(key) or StatedFact(row.fact, row.fact, row.account_id)
            stored[key] = known
            place = FactAccount(known.account_id, keys[known.account_id].kind == "line")
            if known.before is None:
                place = _place_of(by_key[key][0][0])
            walks[key] = _Walk(known.before, place).take(by_key[key])
        corrected, fresh = await self._for_leaving(conn, walks)
        settled = []
        for key, walk in walks.items():
            known = stored[key]
            self._enter(key, walk, corrected.get(key, 0), fresh)
            self._hold(key, walk, new=known.before is None)
            if (walk.fact, walk.place.account_id) != known[1:]:
                settled.append(FactRow(*key, walk.known, walk.place.account_id))
        await facts.settle_facts(conn, settled)

    def _by_key(self, postings: Sequence[Posting]) -> dict[FactKey, Statements]:
        by_key: dict[FactKey, Statements] = {}
        for posting in postings:
            key = (posting.ids[0], fact_key(posting.route, posting.event))
            if len(key[1].encode()) > KEY_BYTES_MAX:
                self._posted.refusals.append(_too_long(posting))
                continue
            stated = _stated(posting, self._numbers[posting.index])
            by_key.setdefault(key, []).append((posting, stated))
        return by_key

    async def _for_leaving(
        self, conn: Conn, walks: Mapping[FactKey, _Walk]
    ) -> tuple[dict[FactKey, int], Iterator[int]]:
        """What of facts that go to another account are corrections, and numbers for their entries:
        these are several for one statement, and stand in the order in which they happen."""
        leaving = {key: walk for key, walk in walks.items() if walk.leaves}
        if not leaving:
            return {}, iter(())
        count = sum(len(walk.said) + 4 * walk.leaves for walk in leaving.values())
        blocks = await ledger.take_entries(conn, count)
        return await moves.find_corrections(conn, list(leaving)), chain(*blocks)

    def _enter(self, key: FactKey, walk: _Walk, corrections: int, fresh: Iterator[int]) -> None:
        """Entries of one fact, all of which have fresh numbers if it goes elsewhere."""
        fact = walk.known
        # The label's day is in the key; its bounds are those of the first statement.
        day = walk.said[0].posting.route.period.day
        period = LedgerPeriod(day, fact.period_start, fact.period_end)
        fresh_numbers = fresh if walk.leaves else None
        writer = FactWriter(self._posted, key, period, self._complete, fresh_numbers)
        for said in walk.said:
            corrections = writer.enter(said, corrections)
        walk.entered = writer.entries
        if writer.renumbered:
            walk.fact = fact._replace(entry=writer.renumbered.get(fact.entry, fact.entry))
        self._books.entries += writer.entries

    def _hold(self, key: FactKey, walk: _Walk, *, new: bool) -> None:
        """An item is new where its fact is, or where its account is another now: a decision on the
        one before was about money in another currency."""
        fact, left = walk.known, [said for said in walk.said if said.step.leaves is not None]
        if left and not new:
            self._books.released.append(key)
        if walk.place.is_line:
            return
        if new or left:
            # The statement that chose the account; a later one may be refused.
            posting = (left[-1] if left else walk.said[0]).posting
            row = held_row(posting, key[1], fact.amount, fact.entry, walk.entered[-1].at)
            self._books.held.append(row)
        elif walk.entered:
            total = sum(entry.amount for entry in walk.entered)
            latest_at = max(entry.at for entry in walk.entered)
            self._books.adjusted.append(Adjusted(*key, total, fact.entry, latest_at))


def _place_of(posting: Posting) -> FactAccount:
    return FactAccount(posting.ids[1], posting.route.destination.reason is None)


def _stated(posting: Posting, entry: int) -> Stated:
    event = posting.event
    assert event.data.revision is not None
    route = posting.route
    currency, period = route.destination.account.currency, route.period
    revision, amount = event.data.revision, posting.amount
    return Stated(revision, amount, currency, event.time, entry, period.start, period.end)


def _too_long(posting: Posting) -> SpendRefusal:
    detail = f"period, entity and dims together exceed {KEY_BYTES_MAX} bytes"
    return SpendRefusal("subject_too_long", detail, posting.received, posting.event)
