"""What moves and where it goes: items, their destinations, what came of it. Pure."""

from dataclasses import dataclass, field
from datetime import UTC
from typing import NamedTuple

from msgspec.structs import replace

from budget.ledger.held_items import HeldItem, HeldRow
from budget.ledger.rules import Catalogue, Destination, SpendSubject
from shared.errors import ConflictError
from shared.http.reach import Reach
from shared.money import NO_CURRENCY, format_micros


class HeldAs(NamedTuple):
    """Where a release put money that reached no line, and why."""

    account: str
    reason: str
    line: str | None
    currency: str


@dataclass(slots=True)
class MovedMoney:
    """What came to lines: items, and micros per currency. `held`: what went elsewhere."""

    items: int = 0
    amounts: dict[str, int] = field(default_factory=dict)
    held: dict[HeldAs, tuple[int, int]] = field(default_factory=dict)

    def add(self, destination: Destination, amount: int) -> None:
        account = destination.account
        if destination.reason is None:
            self.items += 1
            self.amounts[account.currency] = self.amounts.get(account.currency, 0) + amount
            return
        name = f"{account.kind}:{account.source or account.campaign}"
        key = HeldAs(name, str(destination.reason), destination.line, account.currency)
        items, sum_ = self.held.get(key, (0, 0))
        self.held[key] = items + 1, sum_ + amount


@dataclass(frozen=True, slots=True)
class Leg:
    """One item on its way: what it is and where it goes."""

    item: HeldItem
    destination: Destination
    account_id: int


def currency_of(item: HeldItem) -> str | None:
    """The currency of an item's money: that of the account it is on; on one without a currency what
    was stated, None as long as nobody said."""
    return item.currency if item.account_currency == NO_CURRENCY else item.account_currency


def refuse_crossing(item: HeldItem, destination: Destination) -> None:
    """The last door before the ledger: `resolve` sends money of another currency to suspense, and
    who names a line for it is told. Money without a currency takes that of its line."""
    currency, wanted = currency_of(item), destination.account.currency
    if currency in (None, wanted):
        return
    place = f"{destination.account.campaign} counts in {wanted}"
    detail = f"{format_micros(item.amount)} {currency} cannot go there: {place}"
    raise ConflictError("currency_differs", detail)


def resolve(catalogue: Catalogue, item: HeldItem) -> Destination:
    """Where an item belongs by this catalogue: by its entity where it has one, else by the campaign
    and line it names; its period in UTC decides which version of a mapping holds."""
    entity = item.entity
    return catalogue.resolve(
        SpendSubject(
            item.source,
            None if entity else item.campaign,
            None if entity else item.line,
            tuple(sorted(entity.items())),
            currency_of(item),
            item.period_start.astimezone(UTC),
            item.period_end.astimezone(UTC),
        )
    )


def is_news(item: HeldItem, destination: Destination) -> bool:
    """Whether an item that stays is held for another reason now, or another line."""
    told = (item.reason, item.campaign, item.line)
    return told != (str(destination.reason), destination.campaign, destination.line)


def leaves_reach(reach: Reach, item: HeldItem, destination: Destination) -> bool:
    """Whether an item goes from one campaign to another and one of them is out of reach. What
    belongs to no campaign yet may come to any, and go back."""
    campaigns = {item.campaign, destination.campaign} - {None}
    return len(campaigns) > 1 and not all(map(reach.covers, campaigns))


def held_row(leg: Leg, entry: int) -> HeldRow:
    """An item that moves to an account on which it is held."""
    item, destination = leg.item, leg.destination
    return replace(
        item,
        account_id=leg.account_id,
        reason=str(destination.reason),
        entry=entry,
        currency=currency_of(item),
        campaign=destination.campaign,
        line=destination.line,
        status="written_off" if destination.account.kind == "written_off" else "open",
    )
