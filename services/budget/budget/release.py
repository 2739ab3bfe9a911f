"""Moves held money to where it belongs now: after a mapping, a new campaign, an approval.

The caller holds the workspace's lock. Money moves by pairs of entries (−, +) under the stream
`m/<cause>`, unique by cause and item, so a move cannot happen twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from budget import store_catalogue, store_moves, store_postings, store_registry
from budget.books import Books, Tally
from budget.rules.posting import AccountKey, Catalogue, Destination, Subject
from budget.store_postings import MOVE, Change, EntryRow, Period
from shared.database import Conn

CHUNK = 2000
"""Held items looked at in one round; a release runs until none is left."""


@dataclass(slots=True)
class Moved:
    """What a release moved to lines: items, and micros per currency."""

    items: int = 0
    amounts: dict[str, int] = field(default_factory=dict)

    def add(self, currency: str, amount: int) -> None:
        """Counts one item."""
        self.items += 1
        self.amounts[currency] = self.amounts.get(currency, 0) + amount


@dataclass(frozen=True, slots=True)
class Leg:
    """One item on its way: what is held, where it goes, how much (micros)."""

    item: Mapping[str, Any]
    destination: Destination
    account_id: int
    amount: int


async def release(conn: Conn, workspace: str, cause: str, now: datetime) -> Moved:
    """Resolves all open held items of a workspace again and moves those that belong elsewhere."""
    version = (await store_catalogue.versions(conn, [workspace]))[workspace]
    catalogue = await store_catalogue.load(conn, workspace, version)
    moved, after = Moved(), 0
    while True:
        items = await store_moves.open_items(conn, workspace, after, CHUNK)
        if not items:
            return moved
        after = items[-1]["held"]
        wanted = [(item, _resolve(catalogue, item)) for item in items]
        await move(conn, wanted, cause, now, moved)


async def move(
    conn: Conn,
    wanted: Sequence[tuple[Mapping[str, Any], Destination]],
    cause: str,
    now: datetime,
    moved: Moved,
) -> None:
    """Moves items to their destinations; one that stays only learns its new reason."""
    accounts = await _accounts(conn, {destination.account for _, destination in wanted})
    leaving = [(i, d) for i, d in wanted if accounts[d.account] != i["account_id"]]
    if leaving:
        facts = await store_moves.lock_facts(
            conn, [(i["stream_id"], i["key"]) for i, _ in leaving if i["is_fact"]]
        )
        legs = [
            Leg(i, d, accounts[d.account], facts.get((i["stream_id"], i["key"]), i["amount"]))
            for i, d in leaving
        ]
        await _write(conn, legs, cause, now)
        for leg in legs:
            if leg.destination.reason is None:
                moved.add(leg.destination.account.currency, leg.amount)
    staying = [(i, d) for i, d in wanted if accounts[d.account] == i["account_id"]]
    await store_moves.set_reasons(
        conn, [(i["held"], str(d.reason)) for i, d in staying if str(d.reason) != i["reason"]]
    )


async def _write(conn: Conn, legs: Sequence[Leg], cause: str, now: datetime) -> None:
    streams = await _streams(conn, cause, legs)
    blocks = await store_postings.take_entries(conn, 2 * len(legs))
    numbers = [number for block in blocks for number in block]
    books = Books()
    relocated, staying = [], []
    for index, leg in enumerate(legs):
        stream_id = streams[leg.item["source"]]
        leave, arrive = numbers[2 * index], numbers[2 * index + 1]
        _book(books, leg, stream_id, leave, out=True)
        _book(books, leg, stream_id, arrive, out=False)
        currency = leg.destination.account.currency
        relocated.append((leg.item["stream_id"], leg.item["key"], leg.account_id, currency, arrive))
        if leg.destination.reason is not None:
            staying.append((leg.item["held"], leg.account_id, str(leg.destination.reason), arrive))
    facts = [row for row, leg in zip(relocated, legs, strict=True) if leg.item["is_fact"]]
    await store_moves.relocate_facts(conn, facts)
    await books.enter(conn, now)
    await store_moves.remove(
        conn, [leg.item["held"] for leg in legs if leg.destination.reason is None]
    )
    await store_moves.rehold(conn, staying)
    feeds = {(leg.account_id, leg.item["source"]) for leg in legs if leg.destination.reason is None}
    await store_registry.add_feeds(conn, feeds)
    await books.close(conn, now)


def _book(books: Books, leg: Leg, stream_id: int, entry: int, *, out: bool) -> None:
    item = leg.item
    account_id = item["account_id"] if out else leg.account_id
    amount = -leg.amount if out else leg.amount
    books.entries.append(
        EntryRow(
            stream_id=stream_id,
            id=f"{item['stream_id']}|{item['key']}|{'-' if out else '+'}",
            entry=entry,
            account_id=account_id,
            amount=amount,
            at=item["at"],
            kind=MOVE,
            corrects=item["entry"],
            period_start=item["period_start"],
            period_end=item["period_end"],
            period=item["period"] or _day(leg).isoformat(),
            event_id=item["event_id"],
        )
    )
    period = Period(_day(leg), item["period_start"], item["period_end"])
    books.tally(Change(account_id, False, period), Tally(account_id, amount, item["at"]))


def _day(leg: Leg) -> date:
    if leg.item["period"]:
        return date.fromisoformat(leg.item["period"][:10])
    at: datetime = leg.item["at"]
    return at.astimezone(ZoneInfo(leg.destination.time_zone)).date()


def _resolve(catalogue: Catalogue, item: Mapping[str, Any]) -> Destination:
    entity = item["entity"]
    return catalogue.resolve(
        Subject(
            item["source"],
            None if entity else item["campaign"],
            None if entity else item["line"],
            tuple(sorted(entity.items())),
            item["currency"],
            item["period_start"].astimezone(UTC),
            item["period_end"].astimezone(UTC),
        )
    )


async def _accounts(conn: Conn, keys: set[AccountKey]) -> dict[AccountKey, int]:
    return await store_registry.add_accounts(conn, keys)


async def _streams(conn: Conn, cause: str, legs: Sequence[Leg]) -> dict[str, int]:
    keys = {(leg.item["workspace"], leg.item["source"], f"m/{cause}") for leg in legs}
    return {key[1]: one for key, one in (await store_registry.add_streams(conn, keys)).items()}
