"""What a line is short of, and what channels and categories cost, as people read it (K27, K29)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.money import parse_micros
from tests.integration.budget.budget_helpers import Service, line_body
from tests.integration.budget.documents.money_world import C1, moving_money, people, reserved_plan
from tests.integration.budget.spend import at, delta

LINES = (
    line_body("L2", "110000.00", channel="search", category="direct_ads"),
    line_body("L4", "55000.00", channel="search", category="promotion"),
    line_body("L5", "55000.00", channel=None, category="promotion"),
)


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with moving_money(database_url, tmp_path, "11-06 00:00", reserved_plan(*LINES)) as made:
        await made.post(
            delta("shop", "s2", at("11-05 12:00"), "70000.00", line="L2"),
            delta("shop", "s4", at("11-05 12:00"), "10000.00", line="L4"),
        )
        yield made


async def read(service: Service, path: str, **params: Any) -> Any:
    async with people(service) as (_, _, finance):
        return await finance.get(f"{C1}/{path}", **params)


async def test_each_line_says_how_it_stands_and_why(service: Service) -> None:
    await service.beat("shop", at("11-06 00:00"))
    totals = await read(service, "totals")
    shown = {
        one["line"]: (one["variance"], one["variance_ratio"], one["state"], one["state_reason"])
        for one in totals["lines"]
    }
    assert shown == {
        "L2": ("20000.00", "0.400000", "short", "ahead_of_plan"),
        "L4": ("-15000.00", "-0.600000", "underspent", "behind_plan"),
        "L5": ("-25000.00", "-1.000000", "underspent", "behind_plan"),
    }
    total = totals["total"]
    assert (total["variance"], total["variance_ratio"]) == ("-20000.00", "-0.200000")
    assert total["state"] == "on_plan"
    told = {one["line"]: one["state"] for one in await service.seal()}
    assert told == {"L2": "short", "L4": "underspent", "L5": "underspent"}


async def test_a_channel_costs_what_its_lines_cost(service: Service) -> None:
    shares = await read(service, "channels")
    channels = [
        (one["channel"], one["lines"], one["actual"], one["actual_share"], one["allocated_share"])
        for one in shares["channels"]
    ]
    assert channels == [
        ("search", ["L2", "L4"], "80000.00", "1.000000", "0.750000"),
        (None, ["L5"], "0.00", "0.000000", "0.250000"),
    ]
    categories = {one["category"]: one["allocated"] for one in shares["categories"]}
    assert categories == {"direct_ads": "110000.00", "promotion": "110000.00"}
    totals = await read(service, "totals")
    sums = {
        name: sum(parse_micros(one[name]) for one in shares["categories"])
        for name in ("allocated", "actual", "remaining", "planned_to_date")
    }
    assert sums == {name: parse_micros(totals["total"][name]) for name in sums}
    before = await read(service, "channels", through=at("11-05 11:00").isoformat())
    assert [one["actual"] for one in before["channels"]] == ["0.00", "0.00"]
