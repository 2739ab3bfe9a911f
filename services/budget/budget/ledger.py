"""Books the postings of one poll, set-based: facts, entries, held money, changes, accounts.

Per event there is plain Python only; every statement takes the whole poll. Seen twice, a poll
changes nothing: the keys of entries and facts are the dedupe.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from budget import store_postings
from budget.batch import Posting, Refusal
from budget.books import Books, Tally
from budget.router import Route, fact_key
from budget.rules.posting import REFUSALS, AccountKey, Fact, Outcome, Stated, Step, restate
from budget.store_held import HeldRow
from budget.store_postings import KINDS, SPEND, Change, EntryRow, FactRow, Reused, StatedFact
from shared.database import Conn

KeysOf = Callable[[Conn, Iterable[int]], Awaitable[dict[int, AccountKey]]]
FactKey = tuple[int, str]


@dataclass(slots=True)
class Posted:
    """What became of a poll: what is refused, and (posting, outcome, account) of the rest."""

    books: Books
    refusals: list[Refusal] = field(default_factory=list)
    outcomes: list[tuple[Posting, Outcome, int]] = field(default_factory=list)


async def post(conn: Conn, postings: Sequence[Posting], now: datetime, keys_of: KeysOf) -> Posted:
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
        await _Facts(posted, numbers).book(conn, facts, keys_of)
    deltas = _Deltas(posted, numbers)
    for posting in postings:
        if not posting.route.is_fact:
            deltas.take(posting)
    deltas.book(*await posted.books.enter(conn, now))
    return posted


class _Deltas:
    """Deltas on their way: one entry per new (stream, id), repeats and reuse told apart."""

    def __init__(self, posted: Posted, numbers: Sequence[int]) -> None:
        self._posted = posted
        self._books = posted.books
        self._numbers = numbers
        self._firsts: dict[FactKey, Posting] = {}
        self._repeats: list[Posting] = []

    def take(self, posting: Posting) -> None:
        """Adds the entry of an id's first event; later ones wait for what the ledger says."""
        event, route = posting.event, posting.route
        key = (posting.stream_id, event.id)
        if key in self._firsts:
            self._repeats.append(posting)
            return
        self._firsts[key] = posting
        stated = route.stated_period is not None
        self._books.entries.append(
            EntryRow(
                posting.stream_id,
                event.id,
                self._numbers[posting.index],
                posting.account_id,
                posting.amount,
                event.time,
                SPEND,
                posting.bodyhash,
                None,
                route.period_start if stated else None,
                route.period_end if stated else None,
                route.stated_period,
                None,
            )
        )

    def book(self, fresh: set[int] | None, reused: list[Reused]) -> None:
        """Sums what is new; `fresh` None means that everything is."""
        stored = {(row.stream_id, row.id): row.bodyhash for row in reused}
        by_route: dict[tuple[Route, int], Tally] = {}
        for key, posting in self._firsts.items():
            if fresh is not None and self._numbers[posting.index] not in fresh:
                _repeat(self._posted, posting, stored.get(key))
                continue
            route = posting.route
            tally = by_route.get((route, posting.account_id))
            if tally is None:
                by_route[route, posting.account_id] = Tally(posting.amount, 1, posting.event.time)
            else:
                tally.add(posting.amount, 1, posting.event.time)
            if route.destination.reason is not None:
                self._books.held.append(self._held(posting))
            self._posted.outcomes.append((posting, Outcome.INSERTED, posting.account_id))
        for posting in self._repeats:
            key = (posting.stream_id, posting.event.id)
            first = self._firsts[key].bodyhash
            _repeat(self._posted, posting, stored.get(key, first))
        for (route, account_id), tally in by_route.items():
            change = _change(route, account_id, correction=False)
            self._books.tally(change, tally.amount, tally.count, tally.latest_at)
            if route.destination.reason is None:
                self._books.lines.add(account_id)

    def _held(self, posting: Posting) -> HeldRow:
        number = self._numbers[posting.index]
        return _held(posting, posting.event.id, posting.amount, number, posting.event.time)


def _repeat(posted: Posted, posting: Posting, stored: bytes | None) -> None:
    """An id that stands already: the same body changes nothing, another one is `id_reused`."""
    if stored is None or stored == posting.bodyhash:
        posted.outcomes.append((posting, Outcome.UNCHANGED, posting.account_id))
        return
    detail = f"id {posting.event.id!r} of {posting.event.source} was posted with another body"
    posted.refusals.append(Refusal("id_reused", detail, posting.received, posting.event))


class _Facts:
    """The facts a poll states: what is booked for them, and the entries that change it."""

    def __init__(self, posted: Posted, numbers: Sequence[int]) -> None:
        self._posted = posted
        self._books = posted.books
        self._numbers = numbers

    async def book(self, conn: Conn, postings: Sequence[Posting], keys_of: KeysOf) -> None:
        """States the facts and gathers their entries, on the accounts where the facts are now."""
        by_key: dict[FactKey, list[tuple[Posting, Stated]]] = {}
        for posting in postings:
            key = (posting.stream_id, fact_key(posting.route, posting.event))
            stated = _stated(posting, self._numbers[posting.index])
            by_key.setdefault(key, []).append((posting, stated))
        rows = [
            FactRow(*key, _fold(None, statements)[0], statements[0][0].account_id)
            for key, statements in sorted(by_key.items(), key=lambda item: item[0])
        ]
        found = await store_postings.state_facts(conn, rows)
        accounts = {row.account_id for row in rows} | {f.account_id for f in found.values()}
        kinds = await keys_of(conn, accounts)
        settled = []
        for row in rows:
            key = (row.stream_id, row.key)
            known = found.get(key) or StatedFact(row.fact, row.fact, row.account_id)
            after, steps = _fold(known.before, by_key[key])
            if after != known.after:
                settled.append((*key, after))
            if kinds[known.account_id].kind == "line":
                self._books.lines.add(known.account_id)
            self._enter(row, known, list(zip(by_key[key], steps, strict=True)))
        await store_postings.settle_facts(conn, settled)

    def _enter(
        self,
        row: FactRow,
        known: StatedFact,
        statements: Sequence[tuple[tuple[Posting, Stated], Step]],
    ) -> None:
        total, last_entry = 0, 0
        for (posting, said), step in statements:
            if step.outcome in REFUSALS:
                self._posted.refusals.append(_fact_refusal(posting, step.outcome))
                continue
            self._posted.outcomes.append((posting, step.outcome, known.account_id))
            if step.amount is None:
                continue
            entry = _fact_entry(row, known.account_id, posting, said, step)
            self._books.entries.append(entry)
            correction = step.kind == "correction"
            change = _change(posting.route, known.account_id, correction=correction)
            self._books.tally(change, step.amount, 1, entry.at)
            total, last_entry = total + step.amount, said.entry
        if not last_entry or known.account_id in self._books.lines:
            return
        if known.before is None:
            posting = statements[-1][0][0]
            at = min(posting.event.time, posting.route.period_end)
            self._books.held.append(_held(posting, row.key, total, last_entry, at))
        else:
            self._books.adjusted.append((row.stream_id, row.key, total, last_entry))


def _stated(posting: Posting, entry: int) -> Stated:
    event = posting.event
    assert event.data.revision is not None
    currency = posting.route.destination.account.currency
    return Stated(event.data.revision, posting.amount, currency, event.time, entry)


def _fold(
    before: Fact | None, statements: Sequence[tuple[Posting, Stated]]
) -> tuple[Fact, list[Step]]:
    fact, steps = before, []
    for posting, stated in statements:
        fact, step = restate(fact, stated, posting.route.period_end)
        steps.append(step)
    assert fact is not None
    return fact, steps


def _fact_entry(
    row: FactRow, account_id: int, posting: Posting, said: Stated, step: Step
) -> EntryRow:
    event, route = posting.event, posting.route
    assert step.amount is not None
    return EntryRow(
        stream_id=row.stream_id,
        id=f"{row.key}@{said.revision}",
        entry=said.entry,
        account_id=account_id,
        amount=step.amount,
        at=min(event.time, route.period_end),
        kind=KINDS.index(step.kind),
        bodyhash=None,
        corrects=step.corrects,
        period_start=route.period_start,
        period_end=route.period_end,
        period=route.label,
        event_id=event.id,
    )


def _fact_refusal(posting: Posting, outcome: Outcome) -> Refusal:
    data = posting.event.data
    what = f"{data.report} of {posting.event.source}, {data.period}"
    detail = f"{what}: revision {data.revision} was stated before with another amount"
    if outcome is Outcome.CURRENCY_CHANGED:
        detail = f"{what}: stated in {data.currency}, before in another currency"
    return Refusal(outcome.value, detail, posting.received, posting.event)


def _change(route: Route, account_id: int, *, correction: bool) -> Change:
    return Change(account_id, correction, route.day, route.period_start, route.period_end)


def _held(posting: Posting, key: str, amount: int, entry: int, at: datetime) -> HeldRow:
    event, route = posting.event, posting.route
    destination = route.destination
    return HeldRow(
        workspace=event.workspace,
        account_id=posting.account_id,
        stream_id=posting.stream_id,
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
        period_start=route.period_start,
        period_end=route.period_end,
        at=at,
    )
