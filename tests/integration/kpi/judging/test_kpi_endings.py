"""A breach ends when a plan drops its line or its campaign is closed, told through catalog.v1."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.events import CatalogItem
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, budget_body, heartbeat, metrics_event, rule_body, totals

LOW = {"impressions": 200_000, "clicks": 1600}
ALL = {"campaign": "double11-2025"}


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(0)) as made:
        yield made


def planned_line(line: str, version: int, *, deleted: bool = False) -> CatalogItem:
    return CatalogItem(
        kind="line",
        id=f"double11-2025/{line}",
        version=version,
        effective_from=None,
        deleted=deleted,
        object={"campaign": "double11-2025", "line": line, "name": "material", "owner": "wang.lei"},
    )


async def overspent(kpi: World) -> None:
    """L10 at 120 % with the rule in force: one breach is open."""
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.catalog(planned_line("L10", 1)))
    await kpi.add_rule(budget_body(suppress=None))
    await kpi.fold(kpi.totals(totals(1, actual="60000.00", as_of=at(1))))
    await kpi.evaluate()
    assert [one.transition for one in await kpi.told()] == ["firing"]


def dropped(seq: int) -> Any:
    """What budget seals of a line that the plan left out: nothing allocated, no ratio."""
    return totals(
        seq, actual="60000.00", allocated="0.00", used_ratio=None, plan_version=2, as_of=at(2)
    )


@pytest.mark.parametrize("catalog_first", [True, False], ids=["catalog first", "totals first"])
async def test_a_line_dropped_by_a_plan_ends_its_breach_once(
    kpi: World, *, catalog_first: bool
) -> None:
    await overspent(kpi)
    gone = [kpi.catalog(planned_line("L10", 2, deleted=True)), kpi.totals(dropped(2))]
    for records in gone if catalog_first else reversed(gone):
        await kpi.fold(records)
        await kpi.evaluate()
    for size in (1, 1000):
        for begin in range(0, len(kpi.log), size):
            await kpi.fold(kpi.log[begin : begin + size])
            await kpi.evaluate()
    (_, ended) = await kpi.told()
    assert (ended.transition, ended.reason, ended.seq) == ("resolved", "line_removed", 2)
    names = {"campaign": "双十一大促", "line": "material and gifts", "rule": "CTR low"}
    assert ended.names == names
    (item,) = (await kpi.client.get("/v1/breaches?open=false")).json()["items"]
    assert (item["open"], item["reason"]) == (False, "line_removed")


async def test_a_line_that_a_plan_takes_up_again_is_judged_again(kpi: World) -> None:
    await overspent(kpi)
    await kpi.fold(kpi.catalog(planned_line("L10", 2, deleted=True)))
    await kpi.evaluate()
    await kpi.fold(kpi.catalog(planned_line("L10", 3)))
    await kpi.evaluate()
    assert [one.breach for one in await kpi.told() if one.transition == "firing"] == [
        "budget-used/line:L10/1",
        "budget-used/line:L10/2",
    ]


async def test_a_closed_campaign_ends_what_is_open_of_money_and_of_windows(kpi: World) -> None:
    await overspent(kpi)
    await kpi.add_rule(rule_body())
    await kpi.set_now(at(2))
    await kpi.fold(kpi.metrics(metrics_event(1, measures=LOW), heartbeat(2)))
    await kpi.evaluate()
    assert len(await kpi.told()) == 2
    await kpi.fold(kpi.campaign(version=2, status="closed"))
    await kpi.evaluate()
    assert [(one.rule, one.transition, one.reason) for one in (await kpi.told())[2:]] == [
        ("budget-used", "resolved", "campaign_closed"),
        ("ctr-low", "resolved", "campaign_closed"),
    ]
    assert (await kpi.client.get("/v1/rules/ctr-low")).json()["status"] == "campaign_closed"


async def test_a_deleted_campaign_is_closed_and_still_has_its_name(kpi: World) -> None:
    await overspent(kpi)
    await kpi.fold(kpi.campaign(version=2, deleted=True))
    await kpi.evaluate()
    (_, ended) = await kpi.told()
    assert (ended.reason, ended.names["campaign"]) == ("campaign_closed", "双十一大促")


async def test_the_end_of_the_flight_ends_windows_and_leaves_money_open(kpi: World) -> None:
    await overspent(kpi)
    await kpi.add_rule(rule_body())
    await kpi.fold(kpi.campaign(version=2, ends_at="2025-11-04T10:00:00+08:00"))
    await kpi.set_now(at(2))
    await kpi.fold(kpi.metrics(metrics_event(1, measures=LOW), heartbeat(2)))
    await kpi.evaluate()
    assert [(one.rule, one.transition, one.reason) for one in (await kpi.told())[1:]] == [
        ("ctr-low", "firing", "threshold_crossed"),
        ("ctr-low", "resolved", "campaign_ended"),
    ]


async def test_a_campaign_whose_end_is_no_instant_is_set_aside_by_name(kpi: World) -> None:
    await kpi.fold(kpi.campaign(ends_at="tomorrow"))
    assert await kpi.rejected() == ["unparseable"]


async def test_a_rule_over_the_campaign_counts_what_a_dropped_line_has_spent(kpi: World) -> None:
    await kpi.add_rule(budget_body(scope=ALL, group_by=["campaign"], suppress=None))
    await kpi.fold(kpi.catalog(planned_line("L10", 2, deleted=True)))
    await kpi.fold(
        kpi.totals(
            totals(1, line="L01", actual="30000.00", allocated="50000.00"),
            totals(1, actual="15000.00", allocated="0.00", used_ratio=None, complete_through=None),
        )
    )
    await kpi.evaluate()
    (one,) = await kpi.told()
    assert (one.value, one.numbers["actual"]) == ("0.900000", "45000.00")
    explained = await kpi.client.get(
        "/v1/rules/budget-used/explain", params={"group": "campaign:double11-2025"}
    )
    assert explained.json()["value"] == "0.900000"
