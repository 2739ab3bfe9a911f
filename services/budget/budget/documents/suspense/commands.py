"""Decisions on money in suspense: it goes to a line, is written off, or is taken back (P30).

What names a campaign that nobody will ever create has no other way out. One item or many at a time,
each a pair of entries; a fact remembers the account it came to, so later restatements follow it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from budget.caller import add_audit, stop_posting
from budget.documents.suspense import store
from budget.documents.suspense.store import ItemFilter
from budget.ledger.held_items import HeldItem
from budget.ledger.moving import currency_of, resolve
from budget.ledger.release import CHUNK, Release
from budget.ledger.rules import AccountKey, Catalogue, Destination, HeldReason, Kind
from shared.errors import ConflictError, NotFoundError
from shared.http.caller import Caller
from shared.money import NO_CURRENCY, format_micros

ITEMS_MAX = 5000
"""Of one decision; `left` says how many more it concerns."""


@dataclass(frozen=True, slots=True)
class SettledItems:
    """What a decision has moved, and how many items that it concerns are left for another."""

    items: int
    amounts: dict[str, int]
    left: int


async def assign(
    caller: Caller, wanted: ItemFilter, place: tuple[str, str], reason: str
) -> SettledItems:
    """Moves items to the line (campaign, line), whatever they name and whenever they were.

    Raises NotFoundError `suspense_unknown` or `campaign_unknown`, ConflictError `line_unknown` or
    `currency_differs`.
    """
    campaign, line = place
    caller.reach.require(campaign)
    caller = await stop_posting(caller)

    def choose(catalogue: Catalogue) -> Callable[[HeldItem], Destination]:
        if campaign not in catalogue.campaigns:
            raise NotFoundError("campaign_unknown", f"there is no campaign {campaign}")
        found = catalogue.on_line(campaign, line)
        if found is None:
            detail = f"{campaign} has no line {line} in force; approve a plan that has it"
            raise ConflictError("line_unknown", detail)
        return lambda _: found

    settled = await _settle(caller, wanted, "suspense", choose, touched=campaign)
    detail = {"campaign": campaign, "line": line, "reason": reason}
    await _audit(caller, "suspense_assigned", wanted, settled, detail)
    return settled


async def write_off(caller: Caller, wanted: ItemFilter, reason: str) -> SettledItems:
    """Moves items to the account of what is written off of their source.

    Raises NotFoundError `suspense_unknown`.
    """
    caller = await stop_posting(caller)
    settled = await _settle(caller, wanted, "suspense", lambda _: _written_off)
    await _audit(caller, "suspense_written_off", wanted, settled, {"reason": reason})
    return settled


async def restore(caller: Caller, wanted: ItemFilter, reason: str) -> SettledItems:
    """Takes back what was written off: it goes where it belongs by the catalogue of today.

    Raises NotFoundError `suspense_unknown`.
    """
    caller = await stop_posting(caller)

    def choose(catalogue: Catalogue) -> Callable[[HeldItem], Destination]:
        return lambda item: resolve(catalogue, item)

    settled = await _settle(caller, wanted, "written_off", choose)
    await _audit(caller, "suspense_restored", wanted, settled, {"reason": reason})
    return settled


async def _settle(
    caller: Caller,
    wanted: ItemFilter,
    kind: Kind,
    choose: Callable[[Catalogue], Callable[[HeldItem], Destination]],
    *,
    touched: str | None = None,
) -> SettledItems:
    items = await store.find_items(caller.conn, caller.reach, kind, wanted, ITEMS_MAX)
    if not items and not caller.reach.is_whole:
        raise caller.reach.unknown("suspense", "item", to_write=True)
    if not items:
        detail = "no such money is there: it was moved already, or never was"
        raise NotFoundError("suspense_unknown", detail)
    # An item gets a new number each time it is held, so that no cause is ever used twice.
    moving = Release(caller.conn, caller.reach, f"{kind}/{items[0].held}", caller.now)
    destination_of = choose(await moving.catalogue())
    for begin in range(0, len(items), CHUNK):
        part = items[begin : begin + CHUNK]
        await moving.move([(item, destination_of(item)) for item in part])
    if touched is not None:
        moving.touch(touched)
    await moving.close()
    left = await store.count(caller.conn, caller.reach, kind, wanted)
    return SettledItems(len(items), _amounts(items), left)


def _amounts(items: Sequence[HeldItem]) -> dict[str, int]:
    amounts: Counter[str] = Counter()
    for item in items:
        amounts[currency_of(item) or NO_CURRENCY] += item.amount
    return amounts


def _written_off(item: HeldItem) -> Destination:
    currency = currency_of(item) or NO_CURRENCY
    account = AccountKey(item.workspace, "written_off", "", "", item.source, currency)
    return Destination(account, HeldReason(item.reason), item.campaign, item.line, "UTC")


async def _audit(
    caller: Caller, action: str, wanted: ItemFilter, settled: SettledItems, detail: dict[str, Any]
) -> None:
    about = f"suspense/{wanted.ids[0]}" if wanted.ids and len(wanted.ids) == 1 else "suspense"
    asked = {name: value for name, value in wanted._asdict().items() if value is not None}
    amounts = {name: format_micros(amount) for name, amount in settled.amounts.items()}
    said = {**detail, "of": asked, "items": settled.items, "amounts": amounts}
    await add_audit(caller, action, about, said)
