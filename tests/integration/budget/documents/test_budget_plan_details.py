"""What a plan says beside its money: costs, revenue, caps, timetable; and versions compared."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.budget.budget_helpers import (
    Service,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at

PLANS = "/v1/campaigns/c1/plans"
DETAILS: dict[str, Any] = {
    "costs": [{"name": "Clicks", "amount": "90.00"}, {"name": "Agency", "amount": "10.00"}],
    "revenue": "300.00",
    "trend": "rises in the last week",
    "mitigation": None,
}
MORE: dict[str, Any] = {
    "caps": [{"channel": "search", "category": None, "amount": "400.00"}],
    "timetable": [{"name": "Teaser", "starts_on": "2025-11-01", "ends_on": "2025-11-03"}],
    "resources": [{"name": "Designer", "kind": "people", "quantity": "one for two weeks"}],
}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-01 00:00"))
        await create_campaign(made)
        yield made


def detailed() -> dict[str, Any]:
    """L1 earns twice its cost, L2 nothing that is known, L3 half as much more."""
    lines = [
        line_body("L1", "100.00", **DETAILS),
        line_body("L2", "100.00"),
        line_body("L3", "200.00", revenue="300.00"),
    ]
    return {**plan_body(*lines), **MORE}


async def test_details_are_read_as_they_were_sent_and_lines_ranked_by_what_they_earn(
    service: Service,
) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        await operator.post(PLANS, detailed(), 201)
        read = await operator.get(f"{PLANS}/1")
        assert {name: read[name] for name in MORE} == MORE
        assert {name: read["lines"][0][name] for name in DETAILS} == DETAILS
        shown = [(ln["line"], ln["share"], ln["expected_roi"]) for ln in read["lines"]]
        assert shown == [
            ("L1", "0.250000", "2.000000"),
            ("L2", "0.250000", None),
            ("L3", "0.500000", "0.500000"),
        ]
        ranked = (await operator.get(f"{PLANS}/1", sort="roi"))["lines"]
        assert [line["line"] for line in ranked] == ["L1", "L3", "L2"]
        assert (await operator.post(PLANS, read, 201))["findings"] == read["findings"]
        again = await operator.get(f"{PLANS}/2")
        assert again["lines"] == read["lines"]


async def test_a_plan_of_before_there_were_details_has_none(service: Service) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        await operator.post(PLANS, plan_body(), 201)
        async with service.pool.acquire() as conn:
            await conn.execute(
                "UPDATE budget.plans SET body = jsonb_set(body - '{caps,timetable,resources}'"
                "::text[], '{lines,0}', (body #> '{lines,0}')"
                " - '{costs,revenue,trend,mitigation}'::text[])"
            )
        read = await operator.get(f"{PLANS}/1")
        assert [read[name] for name in MORE] == [[], [], []]
        [line] = read["lines"]
        assert (line["costs"], line["revenue"], line["expected_roi"]) == ([], None, None)


async def test_versions_are_compared(service: Service) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        plan = detailed()
        await operator.post(PLANS, plan, 201)
        plan["lines"][0]["name"] = "Search, brand"
        plan["lines"][1] = line_body("L4", "100.00")
        plan["caps"] = []
        await operator.post(PLANS, plan, 201)
        await operator.post(PLANS, plan, 201)
        told = await operator.get(f"{PLANS}/2/diff")
        assert (told["before"], told["after"]) == (1, 2)
        assert told["changes"] == [{"field": "caps", "before": MORE["caps"], "after": []}]
        assert [(one["name"], one["change"]) for one in told["lines"]] == [
            ("L1", "changed"),
            ("L4", "added"),
            ("L2", "removed"),
        ]
        assert told["lines"][0]["changes"] == [
            {"field": "name", "before": "search ads", "after": "Search, brand"}
        ]
        same = await operator.get(f"{PLANS}/3/diff")
        assert [same[name] for name in ("changes", "lines", "reserve")] == [[], [], []]
        assert (await operator.get(f"{PLANS}/3/diff", **{"from": 1}))["lines"] == told["lines"]
        first = await operator.get(f"{PLANS}/1/diff")
        assert (first["before"], {one["change"] for one in first["lines"]}) == (0, {"added"})
        refused = await operator.get(f"{PLANS}/3/diff", **{"from": 9}, status=404)
        assert refused["code"] == "plan_unknown"


@pytest.mark.parametrize(
    ("more", "code", "loc"),
    [
        ({"caps": [{"channel": "search", "amount": "399.99"}]}, "cap_exceeded", "caps.0"),
        ({"caps": [{"amount": "400.00"}]}, "cap_unclear", "caps.0"),
        ({"caps": [*MORE["caps"], *MORE["caps"]]}, "duplicate", "caps"),
        (
            {"timetable": [{"name": "T", "starts_on": "1.11.", "ends_on": "2025-11-03"}]},
            "date_invalid",
            "timetable.0.starts_on",
        ),
        (
            {"timetable": [{"name": "T", "starts_on": "2025-11-04", "ends_on": "2025-11-03"}]},
            "stage_invalid",
            "timetable.0",
        ),
    ],
)
async def test_details_that_cannot_be_are_refused_by_name(
    service: Service, more: dict[str, Any], code: str, loc: str
) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        refused = await operator.post(PLANS, {**detailed(), **more}, 422)
        assert [(one["code"], one["loc"]) for one in refused["errors"]] == [(code, loc)]
