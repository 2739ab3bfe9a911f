"""Draws from the reserve: under the bucket's condition, never below nothing, and seen in totals."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import Service, approve
from tests.integration.budget.documents.money_world import (
    C1,
    DRAW,
    allocated,
    holds,
    moving_money,
    people,
    propose,
    reserved_plan,
    say,
    settle,
)
from tests.integration.budget.spend import at


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path) as made:
        yield made


async def reserve(service: Service, **params: Any) -> dict[str, tuple[str, str, str]]:
    async with people(service) as (_, _, finance):
        shown = (await finance.get(f"{C1}/totals", **params))["reserve"]
    return {one["bucket"]: (one["allocated"], one["drawn"], one["left"]) for one in shown}


async def test_the_draw_of_the_scenario(service: Service) -> None:
    await service.set_clock(at("11-06 10:00"))
    place = await propose(service, "draws", DRAW)
    await say(service, place, "approver")
    assert (await allocated(service))["L2"] == "200000.00"
    await say(service, place, "finance")
    assert (await allocated(service))["L2"] == "230000.00"
    assert (await reserve(service))["flexible"] == ("40000.00", "30000.00", "10000.00")
    before = await reserve(service, known_at="2025-11-06T09:59:59+08:00")
    assert before["flexible"] == ("40000.00", "0.00", "40000.00")
    async with people(service) as (operator, _, _):
        [shown] = (await operator.get(f"{C1}/draws"))["items"]
    assert [one["by"] for one in shown["decisions"]] == ["zhao.min", "chen.yu"]
    assert (shown["condition"], shown["created_by"]) == (DRAW["condition"], "wang.lei")
    assert shown["effect"]["reserve"] == [
        {"campaign": "c1", "bucket": "flexible", "before": "40000.00", "after": "10000.00"}
    ]
    assert await holds(service)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"condition": "somebody wants it"}, 422, "condition_differs"),
        ({"bucket": "deferred", "amount": "1"}, 409, "condition_missing"),
        ({"bucket": "crisis_pr"}, 409, "bucket_unknown"),
        ({"amount": "40000.01"}, 409, "bucket_short"),
        ({"amount": "0"}, 422, "amount_zero"),
        ({"line": "L9"}, 409, "line_unknown"),
    ],
)
async def test_a_bucket_keeps_its_money_for_what_it_was_kept_for(
    service: Service, body: Mapping[str, Any], status: int, code: str
) -> None:
    async with people(service) as (operator, _, _):
        answer = await operator.post(f"{C1}/draws", DRAW | body, status)
    assert answer["code"] == code


async def test_the_condition_may_be_written_in_another_way(service: Service) -> None:
    await settle(service, "draws", DRAW | {"condition": " Competitor  PRICE cut"})
    assert (await allocated(service))["flexible"] == "10000.00"


async def test_two_draws_that_each_fit_do_not_both_when_together_they_do_not(
    service: Service,
) -> None:
    places = [await propose(service, "draws", DRAW) for _ in range(2)]
    for place in places:
        await say(service, place, "approver")
    await say(service, places[0], "finance")
    assert (await say(service, places[1], "finance", 409))["code"] == "bucket_short"
    assert (await reserve(service))["flexible"] == ("40000.00", "30000.00", "10000.00")
    assert await holds(service)


async def test_a_plan_that_follows_fills_the_bucket_anew(service: Service) -> None:
    await settle(service, "draws", DRAW)
    await service.set_clock(at("11-07 00:00"))
    await approve(service, plan=reserved_plan())
    assert (await reserve(service))["flexible"] == ("40000.00", "0.00", "40000.00")
    before = await reserve(service, through="2025-11-06T12:00:00+08:00")
    assert before["flexible"] == ("40000.00", "30000.00", "10000.00")
    assert await holds(service)
