"""Books the postings of one poll, set-based: facts, entries, held money, changes, accounts.

Per event there is plain Python only; every statement takes the whole poll. Seen twice, a poll
changes nothing: the keys of entries and facts are the dedupe.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from operator import eq

from budget import store_postings
from budget.batch import Posting, Refusal
from budget.books import Books, Tally
from budget.entry_ids import revision_id
from budget.lateness import Completeness, by_mark, mark
from budget.router import Route, fact_key
from budget.rules.posting import REFUSALS, AccountKey, Fact, Outcome, Stated, Step, restate
from budget.store_held import Adjusted, HeldRow
from budget.store_postings import (
    KINDS,
    Change,
    DeltaRow,
    EntryRow,
    FactRow,
    Period,
    Reused,
    StatedFact,
)
from shared.database import Conn
from shared.names import SUBJECT_BYTES_MAX

KeysOf = Callable[[Conn, Iterable[int]], Awaitable[dict[int, AccountKey]]]
FactKey = tuple[int, str]

KEY_BYTES_MAX = SUBJECT_BYTES_MAX + len("2025-11-01T10||")
"""What ingest lets through: its period, entity and dims as one key."""


@dataclass(slots=True)
class Posted:
    """What became of a poll: refusals, and (posting, outcome, account) of imported events."""

    books: Books
    refusals: list[Refusal] = field(default_factory=list)
    outcomes: list[tuple[Posting, Outcome, int]] = field(default_factory=list)


async def post(
    conn: Conn,
    postings: Sequence[Posting],
    now: datetime,
    keys_of: KeysOf,
    complete: Completeness,
) -> Posted:
    """Enters routed postings, in order of arrival, in the caller's transaction.

    The caller closes the books as its last step, because that locks the hot rows of the accounts.
    """
    posted = Posted(Books())
    if not postings:
        return posted
    blocks = await store_postings.take_entries(conn, postings[-1].index + 1)
    numbers: Sequence[int] = blocks[0] if len(blocks) == 1 else list(chain(*blocks))
    facts = [posting for posting in postings if posting.route.is_fact]
    if facts:
        await _Facts(posted, numbers, complete).book(conn, facts, keys_of)
    deltas = _Deltas(posted, numbers, complete)
    deltas.take([p for p in postings if not p.route.is_fact] if facts else postings)
    deltas.book(*await posted.books.enter(conn, now))
    return posted


class _Deltas:
    """Deltas on their way: one entry per new (stream, id), repeats and reuse told apart."""

    def __init__(self, posted: Posted, numbers: Sequence[int], complete: Completeness) -> None:
        self._posted = posted
        self._books = posted.books
        self._numbers = numbers
        self._complete = complete
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
        self._books.entities = {
            numbers[p.index]: p.route.entity_text
            for p in postings
            if p.route.entity_text is not None
        }
        self._taken = postings
        ids = [row[1] for row in rows]
        if any(map(eq, ids, islice(ids, 1, None))):
            rows = self._drop_repeats(rows)
        self._books.deltas = rows

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
        by_route: dict[Route, Tally] = {}
        for posting in postings:
            route = posting.route
            at = posting.event.time
            tally = by_route.get(route)
            if tally is None:
                by_route[route] = Tally(posting.ids[1], posting.amount, at)
            else:
                tally.amount += posting.amount
                tally.count += 1
                if at > tally.latest_at:  # noqa: PLR1730 - a call of max() for each event
                    tally.latest_at = at
            if posting.event.importid is not None:
                self._posted.outcomes.append((posting, Outcome.INSERTED, posting.ids[1]))
        for route, tally in by_route.items():
            self._books.tally(Change(tally.account_id, False, route.period, known), tally)
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
        return _held(posting, posting.event.id, posting.amount, number, posting.event.time)


def _repeat(posted: Posted, posting: Posting, stored: bytes) -> None:
    if stored == posting.bodyhash:
        if posting.event.importid is not None:
            posted.outcomes.append((posting, Outcome.UNCHANGED, posting.ids[1]))
        return
    detail = f"id {posting.event.id!r} of {posting.event.source} was posted with another body"
    posted.refusals.append(Refusal("id_reused", detail, posting.received, posting.event))


class _Facts:
    """The facts a poll states: what is booked for them, and the entries that change it."""

    def __init__(self, posted: Posted, numbers: Sequence[int], complete: Completeness) -> None:
        self._posted = posted
        self._books = posted.books
        self._numbers = numbers
        self._complete = complete

    async def book(self, conn: Conn, postings: Sequence[Posting], keys_of: KeysOf) -> None:
        """States the facts and gathers their entries, on the accounts where the facts are now."""
        by_key: dict[FactKey, list[tuple[Posting, Stated]]] = {}
        for posting in postings:
            key = (posting.ids[0], fact_key(posting.route, posting.event))
            if len(key[1].encode()) > KEY_BYTES_MAX:
                self._posted.refusals.append(_too_long(posting))
                continue
            stated = _stated(posting, self._numbers[posting.index])
            by_key.setdefault(key, []).append((posting, stated))
        rows = [
            FactRow(*key, _fold(None, statements)[0], statements[0][0].ids[1])
            for key, statements in sorted(by_key.items(), key=lambda item: item[0])
        ]
        found = await store_postings.state_facts(conn, rows)
        accounts = {row.account_id for row in rows} | {f.account_id for f in found.values()}
        keys = await keys_of(conn, accounts)
        settled = []
        for row in rows:
            key = (row.stream_id, row.key)
            known = found.get(key) or StatedFact(row.fact, row.fact, row.account_id)
            after, steps = _fold(known.before, by_key[key])
            if after != known.after:
                settled.append((*key, after))
            # The label's day is in the key; its bounds are those of the first statement.
            day = by_key[key][0][0].route.period.day
            period = Period(day, after.period_start, after.period_end)
            statements = zip(by_key[key], steps, strict=True)
            entered = self._enter(row, known.account_id, period, statements)
            if keys[known.account_id].kind != "line":
                # The first statement chose the account; a later one may be refused.
                self._hold(known, after, by_key[key][0], entered)
        await store_postings.settle_facts(conn, settled)

    def _enter(
        self,
        row: FactRow,
        account_id: int,
        period: Period,
        statements: Iterable[tuple[tuple[Posting, Stated], Step]],
    ) -> list[EntryRow]:
        entries = []
        for (posting, said), step in statements:
            if step.outcome in REFUSALS:
                self._posted.refusals.append(_fact_refusal(posting, step.outcome))
                continue
            if posting.event.importid is not None:
                self._posted.outcomes.append((posting, step.outcome, account_id))
            if step.amount is None:
                continue
            entry = EntryRow(
                stream_id=row.stream_id,
                id=revision_id(row.key, said.revision),
                entry=said.entry,
                account_id=account_id,
                amount=step.amount,
                at=min(said.stated_at, period.end),
                kind=KINDS.index(step.kind),
                corrects=step.corrects,
                period_start=period.start,
                period_end=period.end,
                period=posting.route.label,
                event_id=posting.event.id,
                entity=posting.route.entity_text,
            )
            entries.append(entry)
            known = mark(period.end, self._complete.get(posting.index))
            change = Change(account_id, step.kind == "correction", period, known)
            self._books.tally(change, Tally(account_id, step.amount, entry.at))
        self._books.entries += entries
        return entries

    def _hold(
        self, known: StatedFact, after: Fact, first: tuple[Posting, Stated], entered: list[EntryRow]
    ) -> None:
        posting, said = first
        total = sum(entry.amount for entry in entered)
        before = known.before or said
        stated_now = after.currency if before.currency != after.currency else None
        key = fact_key(posting.route, posting.event)
        if known.before is None:
            row = _held(posting, key, total, after.entry, entered[-1].at)
            self._books.held.append(row._replace(currency=stated_now or row.currency))
        elif entered or stated_now:
            adjusted = Adjusted(posting.ids[0], key, total, after.entry, stated_now)
            self._books.adjusted.append(adjusted)


def _stated(posting: Posting, entry: int) -> Stated:
    event = posting.event
    assert event.data.revision is not None
    route = posting.route
    currency, period = route.destination.account.currency, route.period
    revision, amount = event.data.revision, posting.amount
    return Stated(revision, amount, currency, event.time, entry, period.start, period.end)


def _fold(
    before: Fact | None, statements: Sequence[tuple[Posting, Stated]]
) -> tuple[Fact, list[Step]]:
    fact, steps = before, []
    for _, stated in statements:
        fact, step = restate(fact, stated)
        steps.append(step)
    assert fact is not None
    return fact, steps


def _fact_refusal(posting: Posting, outcome: Outcome) -> Refusal:
    data = posting.event.data
    what = f"{data.report} of {posting.event.source}, {data.period}"
    detail = f"{what}: revision {data.revision} was stated before with another amount"
    if outcome is Outcome.CURRENCY_CHANGED:
        detail = f"{what}: stated in {data.currency}, before in another currency"
    return Refusal(outcome.value, detail, posting.received, posting.event)


def _too_long(posting: Posting) -> Refusal:
    detail = f"period, entity and dims together exceed {KEY_BYTES_MAX} bytes"
    return Refusal("subject_too_long", detail, posting.received, posting.event)


def _held(posting: Posting, key: str, amount: int, entry: int, at: datetime) -> HeldRow:
    event, route = posting.event, posting.route
    destination = route.destination
    return HeldRow(
        workspace=event.workspace,
        account_id=posting.ids[1],
        stream_id=posting.ids[0],
        key=key,
        is_fact=route.is_fact,
        reason=str(destination.reason),
        amount=amount,
        entry=entry,
        source=event.source,
        event_id=event.id,
        currency=event.data.currency,
        campaign=destination.campaign,
        line=destination.line,
        entity=route.entity,
        period=route.stated_period,
        period_start=route.period.start,
        period_end=route.period.end,
        at=at,
    )
