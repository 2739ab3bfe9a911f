"""Moves booked money to where it belongs now: after a mapping, a new campaign, an approval.

The caller keeps polls of the workspace out (`catalogues.stop_posting`). Money moves by pairs
of entries (−, +) under the stream `m/<cause>`, unique by cause and item, so a move cannot happen
twice. What of a fact are corrections has a pair of its own (−c, +c) and stays a correction where
it goes. Items are read and written in chunks; the accounts are locked once, at the end, in order
of their ids, because the sealer locks them in that order too.
"""

from collections.abc import Sequence
from datetime import datetime

from budget.ledger import catalogues, held_items, moves, newest, registry, store
from budget.ledger.books import AccountTally, Books
from budget.ledger.held_items import HeldItem
from budget.ledger.ids import ARRIVES, LEAVES, Half, move_stream
from budget.ledger.moves import RestatedItem
from budget.ledger.moving import (
    Leg,
    MovedMoney,
    held_row,
    is_news,
    leaves_reach,
    refuse_crossing,
    resolve,
)
from budget.ledger.rules import Catalogue, Destination, entity_json, is_manual, ledger_day
from budget.ledger.store import (
    MOVE,
    MOVED_CORRECTION,
    SCAN_TIMEOUT_S,
    EntryRow,
    LedgerPeriod,
    PeriodChange,
)
from shared.database.pool import Conn
from shared.errors import ForbiddenError
from shared.http.reach import OUT_OF_REACH, Reach

CHUNK = 2000
"""Items looked at in one round; a release runs until none is left."""


class Release:
    """One cause's moves in one transaction: `move` as often as needed, then `close` once.

    Nothing goes from one campaign to another unless both are in `reach`.
    """

    def __init__(self, conn: Conn, reach: Reach, cause: str, now: datetime) -> None:
        self.moved = MovedMoney()
        self._conn = conn
        self._reach = reach
        self._workspace = reach.workspace
        self._cause = cause
        self._now = now
        self._books = Books()
        self._touched: set[str] = set()
        self._left: set[int] = set()
        self._out_of_reach = 0

    async def catalogue(self) -> Catalogue:
        version = (await catalogues.find_versions(self._conn, [self._workspace]))[self._workspace]
        return await catalogues.get_catalogue(self._conn, self._workspace, version)

    async def move_held(self, catalogue: Catalogue) -> None:
        """Resolves all open held items again and moves those that belong elsewhere."""
        after = 0
        while items := await moves.find_open(self._conn, self._workspace, after, CHUNK):
            after = items[-1].held
            await self.move([(item, resolve(catalogue, item)) for item in items])

    async def move(self, wanted: Sequence[tuple[HeldItem, Destination]]) -> None:
        """Moves items to their destinations; one that stays only learns why it is held now.

        Raises ConflictError `currency_differs`: no item changes its currency on the way.
        """
        keys = {destination.account for _, destination in wanted}
        accounts = await registry.add_accounts(self._conn, keys)
        legs, staying = [], []
        for item, destination in wanted:
            account_id = accounts[destination.account]
            if account_id != item.account_id:
                refuse_crossing(item, destination)
                legs.append(Leg(item, destination, account_id))
            elif destination.reason is not None and is_news(item, destination):
                about = (destination.campaign, destination.line)
                staying.append(RestatedItem(item.held, str(destination.reason), *about))
            self._out_of_reach += leaves_reach(self._reach, item, destination)
        await self._write(legs)
        await moves.put_restated(self._conn, staying)
        if staying:
            named = {item.source for item, _ in wanted}
            await held_items.put_untold(self._conn, self._workspace, named)

    def touch(self, campaign: str) -> None:
        """Has the sealer tell all lines of a campaign again once this is closed."""
        self._touched.add(campaign)

    async def close(self) -> MovedMoney:
        """Brings the accounts up to what has moved; returns what it was.

        Raises ForbiddenError `out_of_reach`.
        """
        if self._out_of_reach:
            raise ForbiddenError(
                OUT_OF_REACH,
                f"{self._out_of_reach} entries would leave or come to campaigns that this "
                "credential does not reach; one that reaches the whole workspace may do it",
            )
        ids = {change.account_id for change in self._books.tallies}
        await moves.lock_accounts(self._conn, self._workspace, ids, self._touched)
        await self._books.close(self._conn, self._now)
        await newest.put_latest(self._conn, sorted(self._left), timeout_s=SCAN_TIMEOUT_S)
        for campaign in sorted(self._touched):
            await moves.feed_mapped(self._conn, self._workspace, campaign)
        await moves.touch_lines(self._conn, self._workspace, self._touched)
        return self.moved

    async def _write(self, legs: Sequence[Leg]) -> None:
        if not legs:
            return
        streams = await self._streams(legs)
        blocks = await store.take_entries(self._conn, 4 * len(legs))
        numbers = [number for block in blocks for number in block]
        moving = [(leg.item.stream_id, leg.item.key) for leg in legs if leg.item.is_fact]
        corrected = await moves.find_corrections(self._conn, moving)
        facts, held = [], []
        for index, leg in enumerate(legs):
            item, stream_id = leg.item, streams[leg.item.source]
            if not item.held:
                self._left.add(item.account_id)
            leave, arrive = numbers[4 * index], numbers[4 * index + 2]
            part = corrected.get((item.stream_id, item.key), 0) if item.is_fact else 0
            self._book(leg, stream_id, leave, part, out=True)
            self._book(leg, stream_id, arrive, part, out=False)
            currency = leg.destination.account.currency
            if item.is_fact:
                facts.append((item.stream_id, item.key, leg.account_id, currency, arrive))
            if leg.destination.reason is not None:
                held.append(held_row(leg, arrive))
            self.moved.add(leg.destination, item.amount)
        await moves.put_accounts(self._conn, facts)
        await self._books.enter(self._conn, self._now)
        # A new number also where one is held again: a decision on the old one is not about it.
        gone = [leg.item.held for leg in legs if leg.item.held]
        await moves.delete(self._conn, gone)
        await held_items.add(self._conn, held, self._now)
        self._books.entries.clear()
        feeds = {
            (leg.account_id, leg.item.source)
            for leg in legs
            if leg.destination.reason is None and not is_manual(leg.item.source)
        }
        await registry.add_feeds(self._conn, feeds)

    def _book(self, leg: Leg, stream_id: int, entry: int, part: int, *, out: bool) -> None:
        """One half of the move; the `part` that are corrections, if any, is entry + 1."""
        sign = -1 if out else 1
        amount = leg.item.amount - part
        self._enter(leg, stream_id, entry, sign * amount, out=out, correction=False)
        if part:
            self._enter(leg, stream_id, entry + 1, sign * part, out=out, correction=True)

    def _enter(
        self, leg: Leg, stream_id: int, entry: int, amount: int, *, out: bool, correction: bool
    ) -> None:
        item = leg.item
        account_id = item.account_id if out else leg.account_id
        # What leaves a line leaves the day it was booked on, whatever zone it goes to.
        zone = (item.time_zone if out else None) or leg.destination.time_zone
        day = ledger_day(item.period, item.at, zone)
        self._books.entries.append(
            EntryRow(
                stream_id=stream_id,
                id=Half(item.stream_id, item.key, LEAVES if out else ARRIVES, correction).id,
                entry=entry,
                account_id=account_id,
                amount=amount,
                at=item.at,
                kind=MOVED_CORRECTION if correction else MOVE,
                corrects=item.entry,
                period_start=item.period_start,
                period_end=item.period_end,
                period=item.period or day.isoformat(),
                event_id=item.event_id,
                entity=entity_json(item.entity),
                item_stream=item.stream_id,
                item_key=item.key,
                leaves=out,
            )
        )
        change = PeriodChange(
            account_id, correction, LedgerPeriod(day, item.period_start, item.period_end)
        )
        self._books.tally(change, AccountTally(account_id, amount, item.at))

    async def _streams(self, legs: Sequence[Leg]) -> dict[str, int]:
        name = move_stream(self._cause)
        keys = {(self._workspace, leg.item.source, name) for leg in legs}
        found = await registry.add_streams(self._conn, keys)
        return {key[1]: stream_id for key, stream_id in found.items()}
