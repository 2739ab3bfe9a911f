"""What a plan does to a breach is told as the plan's doing, once, through restarts and replays."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from shared.events import BreachCause, PlanBefore
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, budget_body, totals

BEFORE = PlanBefore(allocated="50000.00", planned_to_date="30000.00")


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(0)) as made:
        yield made


async def test_a_plan_that_ends_a_breach_is_named_with_its_version(kpi: World) -> None:
    await kpi.fold(kpi.campaign())
    await kpi.add_rule(budget_body(suppress=None))
    await kpi.fold(kpi.totals(totals(1, actual="60000.00", as_of=at(1))))
    await kpi.evaluate()
    raised = totals(
        2,
        actual="60000.00",
        allocated="90000.00",
        remaining="30000.00",
        plan_version=2,
        plan_before=BEFORE,
        as_of=at(2),
    )
    await kpi.fold(kpi.totals(raised))
    await kpi.evaluate()
    spent = totals(
        3, actual="89000.00", allocated="90000.00", plan_version=2, plan_before=BEFORE, as_of=at(3)
    )
    await kpi.fold(kpi.totals(spent))
    await kpi.evaluate()
    for record in kpi.log:
        await kpi.fold([record])
        await kpi.evaluate()
    told = [(one.transition, one.reason, one.cause) for one in await kpi.told()]
    assert told == [
        ("firing", "threshold_crossed", None),
        ("resolved", "plan_changed", BreachCause(kind="plan", version=2)),
        ("firing", "threshold_crossed", None),
    ]
    items = (await kpi.client.get("/v1/breaches?open=false")).json()["items"]
    assert items[0]["cause"] == {"kind": "plan", "version": 2, "document": None}
