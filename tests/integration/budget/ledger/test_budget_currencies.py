"""Money and its currency: a wrong one is not final, and no leg of a move ever crosses two."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.budget.budget_helpers import (
    SINCE,
    Service,
    approve,
    create_campaign,
    plan_body,
    running_campaign,
)
from tests.integration.budget.spend import at, delta, snapshot

ENTITY = {"account": "1", "campaign": "9"}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    """`c1` counts in CNY, `usa` in USD, both with a line L1."""
    async with running_campaign(database_url, tmp_path, "11-06 00:00") as made:
        await create_campaign(made, "usa", currency="USD")
        await approve(made, "usa", _plan_in_dollars(), effective_from=SINCE)
        yield made


def _plan_in_dollars() -> dict[str, Any]:
    plan = plan_body()
    return {**plan, "total": {**plan["total"], "currency": "USD"}}


async def _map(service: Service, campaign: str) -> Any:
    body = {"source": "ads", "match": {"campaign": "9"}, "campaign": campaign, "line": "L1"}
    async with service.caller("wang.lei", "operator") as operator:
        return await operator.post("/v1/mappings", body, 201)


async def _point(service: Service, mapping: Any, campaign: str) -> Any:
    async with service.caller("wang.lei", "operator") as operator:
        body = {"campaign": campaign, "line": "L1"}
        return await operator.change(
            "PUT",
            f"/v1/mappings/{mapping['mapping']}",
            body,
            match=f'"{mapping["version"]}"',
        )


async def _where(service: Service) -> dict[str, Any]:
    """Money by place; every rule of the ledger holds."""
    async with service.caller("eve", "viewer") as viewer:
        invariants = await viewer.get("/v1/invariants")
        assert invariants["holds"], invariants
        found: dict[str, Any] = {}
        for campaign in ("c1", "usa"):
            told = await viewer.get(f"/v1/campaigns/{campaign}/totals")
            found[campaign] = (told["total"]["actual"], told["total"]["corrections"])
            found[f"{campaign} exceptions"] = told["exceptions"]["amount"]
        items = (await viewer.get("/v1/suspense"))["items"]
    found["suspense"] = sorted(
        (one["reason"], one["amount"]["amount"], one["amount"]["currency"]) for one in items
    )
    return found


NOTHING: dict[str, Any] = {
    "c1": ("0.00", "0.00"),
    "c1 exceptions": "0.00",
    "usa": ("0.00", "0.00"),
    "usa exceptions": "0.00",
    "suspense": [],
}


def _day(revision: int, amount: str, currency: str | None, **more: Any) -> Any:
    return snapshot(
        "ads",
        "11-03",
        revision,
        amount,
        at(f"11-05 0{revision}:00"),
        entity=ENTITY,
        currency=currency,
        **more,
    )


@pytest.mark.parametrize(
    ("statements", "expected", "why"),
    [
        ((("4.00", "JPY"), ("4.00", "USD")), ("4.00", "0.00"), "loaded with --currency JPY first"),
        ((("0", "JPY"), ("4.00", "USD")), ("4.00", "0.00"), "a day of zeros in another currency"),
        ((("4.00", None), ("5.00", "USD")), ("5.00", "1.00"), "no currency, then one"),
        ((("4.00", "USD"), ("5.00", None)), ("5.00", "1.00"), "one, then no currency"),
        ((("4.00", "JPY"), ("3.00", "EUR"), ("5.00", "USD")), ("5.00", "0.00"), "two wrong ones"),
        ((("4.00", "JPY"), ("9.00", "JPY"), ("5.00", "USD")), ("5.00", "0.00"), "restated wrong"),
    ],
)
@pytest.mark.parametrize("mapped", ["before", "between", "after"])
async def test_a_wrong_currency_is_not_final(
    service: Service, statements: Any, expected: tuple[str, str], why: str, mapped: str
) -> None:
    events = [_day(number, *said) for number, said in enumerate(statements, 1)]
    if mapped == "before":
        await _map(service, "usa")
    for event in events[:-1]:
        await service.post(event)
    if mapped == "between":
        await _map(service, "usa")
    await service.post(events[-1])
    if mapped == "after":
        await _map(service, "usa")
    assert await service.outbox("rejected.v1") == []
    assert await _where(service) == {**NOTHING, "usa": expected}, why
    await service.post(*events)
    assert await _where(service) == {**NOTHING, "usa": expected}, "a replay changes nothing"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("polls", [1, 3])
async def test_of_two_currencies_in_suspense_the_highest_revision_stands_in_any_order(
    service: Service, order: tuple[int, ...], polls: int
) -> None:
    events = [_day(1, "4.00", "JPY"), _day(2, "5.00", None), _day(3, "6.00", "USD")]
    sent = [events[index] for index in order]
    for poll in [sent] if polls == 1 else [[one] for one in sent]:
        await service.post(*poll)
    assert (await _where(service))["suspense"] == [("unmapped", "6.00", "USD")]
    await _map(service, "usa")
    assert (await _where(service))["usa"][0] == "6.00"


async def test_a_zero_on_a_line_does_not_hold_back_money_in_another_currency(
    service: Service,
) -> None:
    mapped = await _map(service, "c1")
    await service.post(_day(1, "0", "CNY"))
    await service.post(_day(2, "4.00", "USD"))
    expected = {**NOTHING, "suspense": [("currency_differs", "4.00", "USD")]}
    assert await _where(service) == expected
    await _point(service, mapped, "usa")
    assert await _where(service) == {**NOTHING, "usa": ("4.00", "0.00")}


async def test_what_is_on_a_line_keeps_its_currency(service: Service) -> None:
    await _map(service, "c1")
    await service.post(_day(2, "4.00", "CNY"))
    await service.post(_day(3, "5.00", "USD"), _day(1, "6.00", "USD"))
    assert [one["data"]["code"] for one in await service.outbox("rejected.v1")] == [
        "currency_changed"
    ]
    assert await _where(service) == {**NOTHING, "c1": ("4.00", "0.00")}


@pytest.mark.parametrize("currency", ["CNY", None])
@pytest.mark.parametrize("is_fact", [True, False])
async def test_exception_money_does_not_become_another_currency_with_its_mapping(
    service: Service, currency: str | None, is_fact: bool
) -> None:
    """100.00 CNY were 100.00 USD: the mapping of what waits in an exception was pointed at a
    campaign in another currency, and the pair of entries summed to zero."""
    mapped = await _map(service, "c1")
    early = at("10-20 12:00")
    where = {"entity": ENTITY, "currency": currency}
    if is_fact:
        await service.post(snapshot("ads", "10-20", 1, "100.00", at("11-05 00:00"), **where))
    else:
        await service.post(delta("ads", "early", early, "100.00", **where))
    assert await _where(service) == {**NOTHING, "c1 exceptions": "100.00"}
    changed = await _point(service, mapped, "usa")
    expected = {**NOTHING, "suspense": [("currency_differs", "100.00", "CNY")]}
    assert await _where(service) == expected
    assert "money_held" in {one["code"] for one in changed["findings"]}
    back = await _point(service, changed, "c1")
    assert await _where(service) == {**NOTHING, "c1 exceptions": "100.00"}
    assert back["version"] == 3


async def test_line_money_without_a_stated_currency_stays_in_that_of_its_line(
    service: Service,
) -> None:
    mapped = await _map(service, "c1")
    await service.post(
        _day(1, "7.00", None), delta("ads", "d", at("11-03 10:00"), "1.00", entity=ENTITY)
    )
    assert await _where(service) == {**NOTHING, "c1": ("8.00", "0.00")}
    await _point(service, mapped, "usa")
    expected = [("currency_differs", "1.00", "CNY"), ("currency_differs", "7.00", "CNY")]
    assert await _where(service) == {**NOTHING, "suspense": expected}
    async with service.caller("li.na", "operator") as operator:
        again = (await operator.get("/v1/mappings"))["items"][0]
        await operator.change(
            "DELETE", f"/v1/mappings/{again['mapping']}", match=f'"{again["version"]}"'
        )
    assert (await _where(service))["suspense"] == [
        ("unmapped", "1.00", "CNY"),
        ("unmapped", "7.00", "CNY"),
    ]


@pytest.mark.parametrize(
    ("planted", "check", "why"),
    [
        (
            "UPDATE budget.entries SET account_id = {usa} "
            "WHERE account_id = {c1} AND kind = 2 AND amount > 0",
            "currencies",
            "one half of a move is on an account in another currency",
        ),
        (
            "UPDATE budget.facts SET currency = 'USD' WHERE account_id = {c1}",
            "currencies",
            "a fact is on an account in another currency",
        ),
        (
            "UPDATE budget.entries SET amount = amount + 1 WHERE kind = 2 AND amount > 0",
            "currencies",
            "two halves of a move do not cancel out",
        ),
    ],
)
async def test_a_crossed_pair_is_seen(service: Service, planted: str, check: str, why: str) -> None:
    await service.post(_day(1, "7.00", "CNY"))
    await _map(service, "c1")
    assert await _where(service) == {**NOTHING, "c1": ("7.00", "0.00")}
    async with service.pool.acquire() as conn:
        rows = await conn.fetch(
            "SELECT campaign, account_id FROM budget.accounts WHERE kind = 'line'"
        )
        accounts = {row["campaign"]: row["account_id"] for row in rows}
        await conn.execute(planted.format(**accounts))
    async with service.caller("eve", "viewer") as viewer:
        told = await viewer.get("/v1/invariants")
    assert told["checks"][check] is False, why
    assert told["holds"] is False
