"""Books the postings of one poll, set-based: facts, entries, held money, changes, accounts.

Per event there is plain Python only; every statement takes the whole poll. Seen twice, a poll
changes nothing: the keys of entries and facts are the dedupe.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain, islice
from operator import eq

from budget.ledger import store as ledger
from budget.ledger.books import AccountTally, Books
from budget.ledger.delta_entries import DeltaEntries, DeltaRow, Reused
from budget.ledger.held_items import HeldRow
from budget.ledger.revisions import RowOutcome
from budget.ledger.store import PeriodChange
from budget.posting.facts import Facts, KeysOf
from budget.posting.lateness import Completeness, by_mark
from budget.posting.posted import Posted, held_row
from budget.posting.records import SpendRefusal
from budget.posting.route import Posting, SpendRoute
from shared.database.pool import Conn


async def post(
    conn: Conn,
    postings: Sequence[Posting],
    now: datetime,
    keys_of: KeysOf,
    complete: Completeness,
    *,
    entries: DeltaEntries,
) -> Posted:
    """Enters routed postings, in order of arrival, in the caller's transaction.

    The caller closes the books as its last step, because that locks the hot rows of the accounts.
    """
    posted = Posted(Books())
    if not postings:
        return posted
    blocks = await ledger.take_entries(conn, postings[-1].index + 1)
    numbers: Sequence[int] = blocks[0] if len(blocks) == 1 else list(chain(*blocks))
    facts = [posting for posting in postings if posting.route.is_fact]
    if facts:
        await Facts(posted, numbers, complete).book(conn, facts, keys_of)
    deltas = _Deltas(posted, numbers, complete)
    deltas.take([p for p in postings if not p.route.is_fact] if facts else postings)
    deltas.book(*await entries.add(conn, deltas.rows, deltas.entities, now))
    await posted.books.enter(conn, now)
    return posted


class _Deltas:
    """Deltas on their way: one entry per new (stream, id), repeats and reuse told apart."""

    def __init__(self, posted: Posted, numbers: Sequence[int], complete: Completeness) -> None:
        self._posted = posted
        self._books = posted.books
        self._numbers = numbers
        self._complete = complete
        self.rows: list[DeltaRow] = []
        self.entities: dict[int, str] = {}
        self._taken: Sequence[Posting] = ()
        self._repeats: list[Posting] = []

    def take(self, postings: Sequence[Posting]) -> None:
        """Makes the entry of each id's first event; later ones wait for what the ledger says."""
        numbers = self._numbers
        rows: list[DeltaRow] = []
        for posting in postings:
            stream_id, account_id = posting.ids
            event = posting.event
            number = numbers[posting.index]
            rows.append(
                (
                    stream_id,
                    event.id,
                    number,
                    account_id,
                    posting.amount,
                    event.time,
                    posting.bodyhash,
                )
            )
        rows.sort()
        self.entities = {
            numbers[p.index]: p.route.entity_text
            for p in postings
            if p.route.entity_text is not None
        }
        self._taken = postings
        ids = [row[1] for row in rows]
        if any(map(eq, ids, islice(ids, 1, None))):
            rows = self._drop_repeats(rows)
        self.rows = rows

    def _drop_repeats(self, rows: Sequence[DeltaRow]) -> list[DeltaRow]:
        """The first of each (stream, id): rows are sorted, and numbers rise with arrival."""
        firsts = {row[:2]: row for row in reversed(rows)}
        kept = {row[2] for row in firsts.values()}
        numbers = self._numbers
        self._repeats = [p for p in self._taken if numbers[p.index] not in kept]
        self._taken = [p for p in self._taken if numbers[p.index] in kept]
        return sorted(firsts.values())

    def book(self, fresh: set[int] | None, reused: list[Reused]) -> None:
        """Sums what is new; `fresh` None means that everything is."""
        taken = self._taken
        if fresh is not None:
            taken = self._set_known_apart(fresh, reused)
        if self._repeats:
            self._answer_repeats(reused)
        for known, postings in by_mark(taken, self._complete).items():
            self._tally(postings, known)

    def _tally(self, postings: Sequence[Posting], known: int) -> None:
        by_route: dict[SpendRoute, AccountTally] = {}
        for posting in postings:
            route = posting.route
            at = posting.event.time
            tally = by_route.get(route)
            if tally is None:
                by_route[route] = AccountTally(posting.ids[1], posting.amount, at)
            else:
                tally.amount += posting.amount
                tally.count += 1
                if at > tally.latest_at:  # noqa: PLR1730 - a call of max() for each event
                    tally.latest_at = at
            if posting.event.importid is not None:
                self._posted.outcomes.append((posting, RowOutcome.INSERTED, posting.ids[1]))
        for route, tally in by_route.items():
            self._books.tally(PeriodChange(tally.account_id, False, route.period, known), tally)
        if not all(route.feed for route in by_route):
            self._books.held += [self._held(p) for p in postings if not p.route.feed]

    def _set_known_apart(self, fresh: set[int], reused: list[Reused]) -> list[Posting]:
        """The new ones; of the others, the same body changes nothing, another is `id_reused`."""
        stored = {(row.stream_id, row.id): row.bodyhash for row in reused}
        numbers = self._numbers
        for posting in self._taken:
            if numbers[posting.index] not in fresh:
                known = stored.get((posting.ids[0], posting.event.id), posting.bodyhash)
                _repeat(self._posted, posting, known)
        return [posting for posting in self._taken if numbers[posting.index] in fresh]

    def _answer_repeats(self, reused: list[Reused]) -> None:
        """Ids that came more than once in this poll, held against what stands in the ledger now."""
        stored = {(row.stream_id, row.id): row.bodyhash for row in reused}
        firsts = {(p.ids[0], p.event.id): p.bodyhash for p in self._taken}
        for posting in self._repeats:
            key = (posting.ids[0], posting.event.id)
            _repeat(self._posted, posting, stored.get(key, firsts[key]))

    def _held(self, posting: Posting) -> HeldRow:
        number = self._numbers[posting.index]
        return held_row(posting, posting.event.id, posting.amount, number, posting.event.time)


def _repeat(posted: Posted, posting: Posting, stored: bytes) -> None:
    if stored == posting.bodyhash:
        if posting.event.importid is not None:
            posted.outcomes.append((posting, RowOutcome.UNCHANGED, posting.ids[1]))
        return
    detail = f"id {posting.event.id!r} of {posting.event.source} was posted with another body"
    posted.refusals.append(SpendRefusal("id_reused", detail, posting.received, posting.event))
