"""Transfers between lines: nothing before two have agreed, then at once, never out of nothing."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import Service, approve, create_campaign, line_body
from tests.integration.budget.documents.money_world import (
    C1,
    TRANSFER,
    actions,
    allocated,
    holds,
    moving_money,
    people,
    propose,
    reserved_plan,
    say,
    settle,
)
from tests.integration.budget.spend import at, delta

BEFORE = {
    "L2": "200000.00",
    "L4": "100000.00",
    "L5": "30000.00",
    "flexible": "40000.00",
    "deferred": "20000.00",
}
AFTER = BEFORE | {"L4": "110000.00", "L5": "20000.00"}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        yield made


async def test_nothing_changes_before_the_second_decision_and_the_past_never(
    service: Service,
) -> None:
    place = await propose(service, "transfers", TRANSFER)
    assert (await say(service, place, "approver"))["needs"] == ["finance"]
    assert await allocated(service) == BEFORE
    await service.set_clock(at("11-06 12:00"))
    await service.seal()
    answer = await say(service, place, "finance")
    assert (answer["status"], answer["needs"]) == ("approved", [])
    assert [one["by"] for one in answer["decisions"]] == ["zhao.min", "chen.yu"]
    assert await allocated(service) == AFTER
    assert await allocated(service, known_at="2025-11-06T11:59:00+08:00") == BEFORE
    assert await allocated(service, through="2025-11-06T11:59:00+08:00") == BEFORE
    assert await allocated(service, known_at="2025-11-06T12:00:00+08:00") == AFTER
    assert await actions(service, "transfer/c1/1") == [
        "transfer_proposed",
        "decided",
        "decided",
        "transfer_applied",
    ]
    assert await holds(service)


async def test_what_was_planned_until_then_stays_and_the_rest_goes_with_the_money(
    service: Service,
) -> None:
    """L5 planned 30,000 over 11 days; from the middle of the 6th day on it plans to 20,000."""
    await service.set_clock(at("11-06 12:00"))
    await settle(service, "transfers", TRANSFER)
    planned = {}
    async with people(service) as (_, _, finance):
        for day in ("06T12:00", "07T00:00", "12T00:00"):
            await service.set_clock(at(f"11-{day.replace('T', ' ')}"))
            totals = await finance.get(f"{C1}/totals")
            planned[day] = {one["line"]: one["planned_to_date"] for one in totals["lines"]}
    assert [planned[day]["L5"] for day in planned] == ["15000.00", "15454.545455", "20000.00"]
    assert [planned[day]["L4"] for day in planned] == ["50000.00", "55454.545455", "110000.00"]


async def test_both_lines_are_told_with_what_moved_them_and_what_they_would_be_without(
    service: Service,
) -> None:
    first = {one["line"]: one["allocation"] for one in await service.seal()}
    assert {one["document"] for one in first.values()} == {"plan/c1/1"}
    await settle(service, "transfers", TRANSFER)
    told = {one["line"]: one for one in await service.seal()}
    assert told.keys() == {"L4", "L5"}, "nothing is new of the others"
    cause = told["L5"]["allocation"]
    assert (cause["document"], told["L4"]["allocation"]["document"]) == ("transfer/c1/1",) * 2
    assert (told["L5"]["allocated"], told["L5"]["plan_before"]["allocated"]) == (
        "20000.00",
        "30000.00",
    )
    assert cause["entry"] > max(one["entry"] for one in first.values())


async def test_it_shows_before_and_after_and_what_passes_a_cap(service: Service) -> None:
    await service.post(delta("shop", "s1", at("11-05 12:00"), "6000.00", line="L5"))
    async with people(service) as (operator, _, _):
        asked = await operator.ask("POST", f"{C1}/transfers?dry_run=true", json=TRANSFER)
        weighed = asked.json()
        assert asked.status_code == 200
        assert (await operator.get(f"{C1}/transfers"))["items"] == []
        made = await operator.post(f"{C1}/transfers", TRANSFER, 201)
        assert made["effect"] == weighed["effect"]
        assert made["effect"]["findings"] == [
            {
                "code": "above_cap",
                "line": "L4",
                "severity": "warning",
                "detail": "L4 would have 110000.00, its cap in the plan is 100000.00",
            }
        ]
        [giver, taker] = made["effect"]["lines"]
        figures = ("allocated", "actual", "remaining", "used_ratio")
        assert [giver["before"][name] for name in figures] == [
            "30000.00",
            "6000.00",
            "24000.00",
            "0.200000",
        ]
        assert [giver["after"][name] for name in figures] == [
            "20000.00",
            "6000.00",
            "14000.00",
            "0.300000",
        ]
        assert (taker["line"], taker["after"]["allocated"]) == ("L4", "110000.00")
        assert (await operator.get(f"{C1}/transfers/1")) == made
        assert (await operator.get(f"{C1}/transfers"))["items"] == [made]
        approved = await operator.ask("GET", f"{C1}/transfers?status=approved")
        assert approved.json()["items"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount": "0"}, 422, "amount_zero"),
        ({"to": {"line": "L5"}}, 422, "same_place"),
        ({"to": {"line": "L9"}}, 409, "line_unknown"),
        ({"from": {"line": "L9"}}, 409, "line_unknown"),
        ({"amount": "29000.01"}, 409, "line_short"),
    ],
)
async def test_what_cannot_be_is_refused_before_anybody_decides(
    service: Service, body: Mapping[str, Any], status: int, code: str
) -> None:
    """Of the 30,000 of L5, 1,000 are spent."""
    await service.post(delta("shop", "s1", at("11-05 12:00"), "1000.00", line="L5"))
    async with people(service) as (operator, _, _):
        answer = await operator.post(f"{C1}/transfers", TRANSFER | body, status)
        assert answer["code"] == code
        assert (await operator.get(f"{C1}/transfers"))["items"] == []


async def test_money_spent_meanwhile_is_not_given_away(service: Service) -> None:
    place = await propose(service, "transfers", TRANSFER)
    await service.post(delta("shop", "s1", at("11-05 12:00"), "25000.00", line="L5"))
    await say(service, place, "approver")
    refused = await say(service, place, "finance", 409)
    assert (refused["code"], await allocated(service)) == ("line_short", BEFORE)
    async with people(service) as (operator, _, _):
        shown = await operator.get(place)
        assert (shown["status"], shown["needs"]) == ("in_review", ["finance"])
        await service.post(delta("shop", "s2", at("11-05 13:00"), "-15000.00", line="L5"))
    assert (await say(service, place, "finance"))["status"] == "approved"
    assert await allocated(service) == AFTER


async def test_one_who_proposed_it_does_not_decide_and_one_who_did_not_does_not_withdraw(
    service: Service,
) -> None:
    async with (
        service.caller("mei.lin", "operator", "approver") as author,
        service.caller("wang.lei", "operator") as other,
    ):
        await author.post(f"{C1}/transfers", TRANSFER, 201)
        decision = {"decision": "approve", "as": "approver"}
        refused = await author.post(f"{C1}/transfers/1/decisions", decision, 403)
        assert refused["code"] == "four_eyes"
        refused = await other.post(f"{C1}/transfers/1/withdraw", None, 403)
        assert refused["code"] == "not_author"
        gone = await author.post(f"{C1}/transfers/1/withdraw", None)
        assert (gone["status"], gone["needs"]) == ("withdrawn", [])
        refused = await author.post(f"{C1}/transfers/1/withdraw", None, 409)
        assert refused["code"] == "not_in_review"
        assert (await other.post(f"{C1}/transfers/2/withdraw", None, 404))["code"] == (
            "proposal_unknown"
        )
    assert (await say(service, f"{C1}/transfers/1", "finance", 409))["code"] == "not_in_review"
    assert await actions(service, "transfer/c1/1") == ["transfer_proposed", "transfer_withdrawn"]


async def test_a_rejected_one_moves_nothing_and_the_next_has_the_next_number(
    service: Service,
) -> None:
    place = await propose(service, "transfers", TRANSFER)
    assert (await say(service, place, "finance", decision="reject"))["status"] == "rejected"
    assert (await say(service, place, "approver", 409))["code"] == "not_in_review"
    assert await settle(service, "transfers", TRANSFER) == f"{C1}/transfers/2"
    assert await allocated(service) == AFTER


async def test_a_plan_that_follows_says_anew_what_everybody_has(service: Service) -> None:
    await settle(service, "transfers", TRANSFER)
    await service.set_clock(at("11-07 00:00"))
    lines = (
        line_body("L2", "190000.00"),
        line_body("L4", "110000.00"),
        line_body("L5", "30000.00"),
    )
    await approve(service, plan=reserved_plan(*lines))
    assert await allocated(service) == BEFORE | {"L2": "190000.00", "L4": "110000.00"}
    assert await allocated(service, known_at="2025-11-06T23:59:00+08:00") == AFTER
    assert await holds(service)


async def test_a_plan_from_before_a_transfer_on_takes_it_back(service: Service) -> None:
    await settle(service, "transfers", TRANSFER)
    await approve(service, plan=reserved_plan(), effective_from="2025-11-05T00:00:00+08:00")
    assert await allocated(service) == BEFORE
    assert await allocated(service, through="2025-11-06T12:00:00+08:00") == BEFORE
    assert await holds(service)


async def test_a_campaign_that_is_not_in_force_or_closed_has_nothing_to_move(
    service: Service,
) -> None:
    await create_campaign(service, "c2")
    async with people(service) as (operator, _, finance):
        refused = await operator.post("/v1/campaigns/c2/transfers", TRANSFER, 409)
        assert refused["code"] == "plan_not_in_force"
        await finance.post(f"{C1}/close", {"reason": "all is invoiced"})
        refused = await operator.post(f"{C1}/transfers", TRANSFER, 409)
        assert refused["code"] == "campaign_closed"
