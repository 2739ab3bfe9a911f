"""What moves: whose it is, in which currency, and what a release says of it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from budget.ledger.held_items import HeldItem
from budget.ledger.moving import HeldAs, MovedMoney, currency_of, leaves_reach, refuse_crossing
from budget.ledger.rules import AccountKey, Destination, HeldReason, Kind
from shared.errors import ConflictError
from shared.http.reach import Reach
from shared.money import NO_CURRENCY

EVERYTHING = Reach("w")
AT = datetime(2025, 11, 1, tzinfo=UTC)
ONE = Reach("w", campaigns=frozenset({"c1"}))


def item(campaign: str | None = "c1", **changes: Any) -> HeldItem:
    held = HeldItem(
        workspace="w",
        account_id=1,
        stream_id=1,
        key="k",
        is_fact=False,
        amount=1_500_000,
        entry=1,
        source="ads",
        event_id="e",
        currency="CNY",
        campaign=campaign,
        line=None,
        entity={},
        period=None,
        period_start=AT,
        period_end=AT,
        at=AT,
        account_currency="CNY",
    )
    return msgspec.structs.replace(held, **changes)


def destination(
    campaign: str | None = "c1", kind: Kind = "line", currency: str = "CNY"
) -> Destination:
    reason = None if kind == "line" else HeldReason.UNMAPPED
    account = AccountKey("w", kind, campaign or "", "L1", "ads", currency)
    return Destination(account, reason, campaign, "L1", "UTC")


@pytest.mark.parametrize(
    ("before", "after", "refused", "why"),
    [
        ("c1", "c1", False, "it stays within the campaign"),
        (None, "c1", False, "what nobody knew a campaign for may come"),
        ("c1", None, False, "and go back"),
        ("c2", "c1", True, "it would be taken"),
        ("c1", "c2", True, "it would be given"),
        ("c2", "c3", True, "both are of others"),
        ("c2", "c2", False, "the catalogue has long said so"),
    ],
)
def test_a_limited_reach_moves_nothing_from_or_to_other_campaigns(
    before: str | None, after: str | None, refused: bool, why: str
) -> None:
    assert leaves_reach(ONE, item(before), destination(after)) is refused, why
    assert not leaves_reach(EVERYTHING, item(before), destination(after))


@pytest.mark.parametrize(
    ("on_account", "stated", "currency", "why"),
    [
        ("CNY", "USD", "CNY", "a line's currency wins over what was stated"),
        (NO_CURRENCY, "USD", "USD", "an account without one takes what was stated"),
        (NO_CURRENCY, None, None, "nobody has said"),
    ],
)
def test_the_currency_of_an_item(
    on_account: str, stated: str | None, currency: str | None, why: str
) -> None:
    assert currency_of(item(account_currency=on_account, currency=stated)) == currency, why


def test_money_goes_nowhere_where_another_currency_counts() -> None:
    refuse_crossing(item(), destination())
    refuse_crossing(item(account_currency=NO_CURRENCY, currency=None), destination(currency="EUR"))
    with pytest.raises(ConflictError, match=r"1\.50 CNY cannot go there: c1 counts in EUR"):
        refuse_crossing(item(), destination(currency="EUR"))


def test_only_what_reaches_a_line_is_moved_and_the_rest_is_said_by_place_and_reason() -> None:
    moved = MovedMoney()
    for currency, amount in (("CNY", 2), ("USD", 5), ("CNY", -1)):
        moved.add(destination(currency=currency), amount)
    for amount in (7, -3):
        moved.add(destination("c1", "suspense"), amount)
    moved.add(destination("c1", "written_off"), 11)
    assert (moved.items, moved.amounts) == (3, {"CNY": 1, "USD": 5})
    assert moved.held == {
        HeldAs("suspense:ads", "unmapped", "L1", "CNY"): (2, 4),
        HeldAs("written_off:ads", "unmapped", "L1", "CNY"): (1, 11),
    }
