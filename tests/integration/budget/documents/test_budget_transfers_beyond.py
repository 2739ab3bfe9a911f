"""Transfers between campaigns: each still holds what its plan gave out; both must be in reach."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import (
    SINCE,
    Service,
    approve,
    create_campaign,
    line_body,
)
from tests.integration.budget.documents.money_world import (
    C1,
    TRANSFER,
    allocated,
    holds,
    moving_money,
    people,
    reserved_plan,
    say,
    settle,
)
from tests.integration.budget.spend import at

BEYOND = TRANSFER | {"to": {"campaign": "c2", "line": "L4"}}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        await create_campaign(made, "c2", region="east")
        await approve(made, "c2", reserved_plan(), effective_from=SINCE)
        yield made


async def propose_plan(service: Service, total: str, *lines: dict[str, Any]) -> list[str]:
    """The codes of what is found in the next plan of c1."""
    plan = reserved_plan(*lines)
    assert plan["total"]["amount"] == total
    async with people(service) as (operator, _, _):
        made = await operator.post(f"{C1}/plans", plan, 201)
    return [finding["code"] for finding in made["findings"]]


async def test_one_gives_the_other_takes_and_all_of_it_adds_up(service: Service) -> None:
    await service.set_clock(at("11-06 12:00"))
    await settle(service, "transfers", BEYOND)
    assert (await allocated(service))["L5"] == "20000.00"
    assert (await allocated(service, "c2"))["L4"] == "110000.00"
    before = "2025-11-06T11:59:00+08:00"
    assert (await allocated(service, "c2", known_at=before))["L4"] == "100000.00"
    assert await holds(service)
    told = {(one["campaign"], one["line"]): one["allocation"] for one in await service.seal()}
    assert told["c2", "L4"]["document"] == "transfer/c1/1"


async def test_both_campaigns_list_it_and_show_both_effects(service: Service) -> None:
    place = await settle(service, "transfers", BEYOND)
    async with people(service) as (operator, _, _):
        shown = await operator.get(place)
        for campaign in ("c1", "c2"):
            path = f"/v1/campaigns/{campaign}/transfers"
            assert (await operator.get(path))["items"] == [shown]
    lines = [(one["campaign"], one["line"]) for one in shown["effect"]["lines"]]
    assert lines == [("c1", "L5"), ("c2", "L4")]
    assert shown["effect"]["findings"][0]["line"] == "L4"


async def test_who_reaches_one_of_them_neither_proposes_nor_sees_nor_decides(
    service: Service,
) -> None:
    async with (
        service.caller("mei.lin", "operator", campaigns=["c1"]) as operator,
        service.caller("zhao.min", "approver", regions=["hq"]) as approver,
    ):
        refused = await operator.post(f"{C1}/transfers", BEYOND, 403)
        assert refused["code"] == "out_of_reach"
        async with people(service) as (whole, _, _):
            await whole.post(f"{C1}/transfers", BEYOND, 201)
        assert (await operator.get(f"{C1}/transfers"))["items"] == []
        assert (await operator.get(f"{C1}/transfers/1", 404))["code"] == "proposal_unknown"
        body = {"decision": "approve", "as": "approver"}
        refused = await approver.post(f"{C1}/transfers/1/decisions", body, 403)
        assert refused["code"] == "out_of_reach"
    assert (await say(service, f"{C1}/transfers/1", "approver"))["needs"] == ["finance"]


async def test_a_plan_that_forgets_what_was_given_is_found_and_one_that_states_it_is_not(
    service: Service,
) -> None:
    await settle(service, "transfers", BEYOND)
    lines = [line_body("L2", "200000.00"), line_body("L4", "100000.00")]
    forgets, states = line_body("L5", "30000.00"), line_body("L5", "20000.00")
    assert await propose_plan(service, "390000", *lines, forgets) == [
        "line_moved_since",
        "total_after_transfers",
    ]
    assert await propose_plan(service, "380000", *lines, states) == []
    await service.set_clock(at("11-07 00:00"))
    await approve(service, plan=reserved_plan(*lines, states))
    assert await propose_plan(service, "380000", *lines, states) == []
    assert await holds(service)


async def test_money_does_not_go_where_another_currency_is_kept(service: Service) -> None:
    await create_campaign(service, "usd", currency="USD")
    async with people(service) as (operator, _, _):
        body = TRANSFER | {"to": {"campaign": "usd", "line": "L4"}}
        assert (await operator.post(f"{C1}/transfers", body, 409))["code"] == "currency_differs"
        body = TRANSFER | {"to": {"campaign": "nobody", "line": "L4"}}
        assert (await operator.post(f"{C1}/transfers", body, 404))["code"] == "campaign_unknown"
        own = TRANSFER | {"to": {"campaign": "c1", "line": "L4"}}
        assert (await operator.post(f"{C1}/transfers", own, 201))["to"]["campaign"] == "c1"
