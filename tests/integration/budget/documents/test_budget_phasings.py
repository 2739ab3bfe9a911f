"""Each way to spread a line's money, from the body to the figures of the plan in force (P18)."""

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
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at

PLANS = "/v1/campaigns/c1/plans"
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "1.00") | {
    "sat": "2.00",
    "sun": "2.00",
}
PHASINGS: dict[str, dict[str, Any]] = {
    "even": {"kind": "even", "peaks": [{"date": "2025-11-11", "factor": "10.00"}]},
    "weekday": {"kind": "weekday", "weights": WEEK},
    "front": {"kind": "front", "share": "0.60"},
    "back": {"kind": "back", "share": "0.60"},
    "days": {
        "kind": "days",
        "days": [
            {"date": "2025-11-11", "amount": "2000.00"},
            {"date": "2025-11-01", "amount": "200.00"},
        ],
    },
}


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-01 00:00"))
        await create_campaign(made)
        yield made


async def planned(service: Service, when: str) -> list[str]:
    """What is planned of each line up to then, lines in order of their names."""
    async with service.caller("eve", "viewer") as viewer:
        totals = await viewer.get(
            "/v1/campaigns/c1/totals", through=f"2025-11-{when}T00:00:00+08:00"
        )
    return [line["planned_to_date"] for line in totals["lines"]]


def lines() -> list[dict[str, Any]]:
    return [
        line_body(f"L-{kind}", "2200.00", phasing=phasing)
        for kind, phasing in sorted(PHASINGS.items())
    ]


async def test_every_kind_is_planned_as_it_says_and_read_as_it_was_sent(service: Service) -> None:
    """Eleven days from a Saturday on: four days of the weekend weigh 8, seven others 7."""
    await approve(service, plan=plan_body(*lines()), effective_from=SINCE)
    assert sorted(PHASINGS) == ["back", "days", "even", "front", "weekday"]
    await service.set_clock(at("11-12 00:00"))
    # Back: a density of 0.6 + 0.8x of the part x of the flight.
    assert await planned(service, "02") == [
        "127.272727", "200.00", "110.00", "272.727273", "293.333333",
    ]  # fmt: skip
    assert (await planned(service, "11"))[1:3] == ["200.00", "1100.00"]
    assert await planned(service, "12") == ["2200.00"] * 5
    async with service.caller("wang.lei", "operator") as operator:
        read = await operator.get(f"{PLANS}/1")
        assert [line["phasing"] for line in read["lines"]] == [
            PHASINGS[kind] for kind in sorted(PHASINGS)
        ]
        assert (await operator.post(PLANS, read, 201))["findings"] == read["findings"]


async def test_a_plan_in_mid_flight_gives_the_rest_its_shape(service: Service) -> None:
    """1,100 evenly until 11-06 00:00, 500 passed; then 1,100 more, all of it on the last day."""
    await approve(service, plan=plan_body(line_body("L1", "1100.00")), effective_from=SINCE)
    await service.set_clock(at("11-06 00:00"))
    days = {"kind": "days", "days": [{"date": "2025-11-11", "amount": "1600.00"}]}
    await approve(service, plan=plan_body(line_body("L1", "1600.00", phasing=days)))
    await service.set_clock(at("11-12 00:00"))
    assert [await planned(service, day) for day in ("03", "06", "11", "12")] == [
        ["200.00"],
        ["500.00"],
        ["500.00"],
        ["1600.00"],
    ]


@pytest.mark.parametrize(
    ("phasing", "code", "why"),
    [
        ({"kind": "weekday"}, "phasing_unclear", "no weights"),
        ({"kind": "even", "share": "0.6"}, "phasing_unclear", "a share of even"),
        ({**PHASINGS["days"], "peaks": PHASINGS["even"]["peaks"]}, "phasing_unclear", "peaks"),
        ({"kind": "weekday", "weights": {"mon": "1"}}, "missing", "what do other days weigh?"),
        ({"kind": "front", "share": "0.8"}, "share_out_of_range", "a line below nothing"),
        ({"kind": "weekday", "weights": {**WEEK, "mon": "1001"}}, "weight_too_large", "a weight"),
        ({"kind": "weekday", "weights": dict.fromkeys(WEEK, "0")}, "phasing_empty", "no weight"),
        (
            {"kind": "even", "peaks": [{"date": "2025-11-12", "factor": "2"}]},
            "day_outside_flight",
            "the flight ends as this day begins",
        ),
        (
            {"kind": "even", "peaks": [{"date": 1762819200, "factor": "2"}]},
            "date_invalid",
            "a number is no day",
        ),
        (
            {"kind": "days", "days": [{"date": "2025-11-11", "amount": "2199.99"}]},
            "curve_end_differs",
            "the days do not sum up",
        ),
    ],
)
async def test_a_phasing_that_cannot_be_is_refused_by_name(
    service: Service, phasing: dict[str, Any], code: str, why: str
) -> None:
    async with service.caller("wang.lei", "operator") as operator:
        plan = plan_body(line_body("L1", "2200.00", phasing=phasing))
        refused = await operator.post(PLANS, plan, 422)
        assert {one["code"] for one in refused["errors"]} == {code}, why
        assert refused["errors"][0]["loc"].startswith("lines.0.phasing"), why
