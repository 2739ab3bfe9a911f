"""What a line looks like after wrong money has left it (P30): its anchor, its corrections, B5."""

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
    line_body,
    plan_body,
    running_campaign,
)
from tests.integration.budget.spend import at, delta, snapshot

TOTALS = "/v1/campaigns/c1/totals"
SUMMER = {"account": "1", "campaign": "9"}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(
        database_url, tmp_path, "11-06 00:00", line_body(), line_body("L2", "9.00")
    ) as made:
        yield made


async def map_to(service: Service, line: str = "L1", **more: Any) -> Any:
    body = {"source": "ads", "match": {"campaign": "9"}, "campaign": "c1", "line": line, **more}
    async with service.caller("wang.lei", "operator") as operator:
        return await operator.post("/v1/mappings", body, 201)


async def change(service: Service, method: str, mapping: Any, body: Any = None) -> Any:
    async with service.caller("wang.lei", "operator") as operator:
        tag = f'"{mapping["version"]}"'
        return await operator.change(method, f"/v1/mappings/{mapping['mapping']}", body, match=tag)


async def line(service: Service, name: str, *shown: str) -> list[Any]:
    """These figures of a line: now, and the same ones as added up from its entries."""
    async with service.caller("eve", "viewer") as viewer:
        told = await viewer.get(TOTALS)
        known = await viewer.get(TOTALS, through="2025-11-06T00:00:00+08:00")
        assert (await viewer.get("/v1/invariants"))["holds"]
    found = []
    for answer in (told, known):
        (one,) = [one for one in answer["lines"] if one["line"] == name]
        found.append([one[figure] for figure in shown])
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("method", ["DELETE", "PUT"])
@pytest.mark.parametrize(
    "wrong",
    [
        [delta("ads", "x", at("11-05 20:00"), "1.00", entity=SUMMER)],
        [snapshot("ads", "11-05", 1, "1.00", at("11-05 21:00"), entity=SUMMER)],
        [snapshot("ads", "11-05", 1, "1.00", at("11-05 20:00"), entity=SUMMER),
         snapshot("ads", "11-05", 2, "2.00", at("11-05 19:00"), entity=SUMMER)],
    ],
    ids=["delta", "fact", "fact stated twice"],
)  # fmt: skip
async def test_a_line_is_known_no_further_than_the_money_that_is_still_on_it(
    service: Service, method: str, wrong: list[Any]
) -> None:
    """Else it would be paced by a plan of two days later, and look slow."""
    await service.post(delta("tap", "1", at("11-03 12:00"), "40000"))
    await service.beat("tap", at("11-04 00:00"))
    pace = ["40000.00", "2025-11-03T16:00:00Z", "1.111111"]
    assert await line(service, "L1", "actual", "anchor", "pacing_ratio") == pace
    made = await map_to(service)
    await service.post(*wrong)
    await service.seal()
    body = {"campaign": "c1", "line": "L2"} if method == "PUT" else None
    gone = await change(service, method, made, body)
    assert await line(service, "L1", "actual", "anchor", "pacing_ratio") == pace
    told = [one for one in await service.seal() if one["line"] == "L1"]
    assert (told[-1]["actual"], told[-1]["pacing_ratio"]) == ("40000.00", "1.111111")

    if method == "PUT":
        at_end = await line(service, "L2", "anchor")
        await change(service, "PUT", gone, {"campaign": "c1", "line": "L1"})
        assert await line(service, "L1", "anchor") == at_end, "what came back counts again"


async def test_a_line_that_all_money_has_left_is_known_up_to_its_start(service: Service) -> None:
    made = await map_to(service)
    other = await map_to(service, match={"campaign": "8"})
    await service.post(delta("ads", "x", at("11-05 20:00"), "1.00", entity=SUMMER))
    await change(service, "DELETE", made)
    assert await line(service, "L1", "actual", "anchor") == ["0.00", "2025-10-31T16:00:00Z"]
    await change(service, "DELETE", other)


async def test_corrections_follow_the_money_they_are_part_of(service: Service) -> None:
    """5.00, restated to 3.00 after its day: -2.00 of the 3.00 are corrections, wherever it lies."""
    restated = [
        snapshot("ads", "11-03", 1, "5.00", at("11-05 00:00"), entity=SUMMER),
        snapshot("ads", "11-03", 2, "3.00", at("11-05 01:00"), entity=SUMMER),
    ]
    await service.post(*restated)
    made = await map_to(service)
    assert await line(service, "L1", "actual", "corrections") == ["3.00", "-2.00"]
    changed = await change(service, "PUT", made, {"campaign": "c1", "line": "L2"})
    assert changed["moved"] == {"entries": 1, "amount": {"amount": "3.00", "currency": "CNY"}}
    await service.post(
        *restated, snapshot("ads", "11-03", 3, "3.50", at("11-05 02:00"), entity=SUMMER)
    )
    assert await line(service, "L1", "actual", "corrections") == ["0.00", "0.00"]
    assert await line(service, "L2", "actual", "corrections") == ["3.50", "-1.50"]
    told = {one["line"]: one for one in await service.seal()}
    assert [told[name]["corrections"] for name in ("L1", "L2")] == ["0.00", "-1.50"]
    gone = await change(service, "DELETE", changed)
    assert await line(service, "L2", "actual", "corrections") == ["0.00", "0.00"]
    async with service.caller("eve", "viewer") as viewer:
        items = (await viewer.get("/v1/campaigns/c1/lines/L2/entries"))["items"]
    amounts = [(one["kind"], one["amount"]) for one in items]
    moved = [("move", "5.00"), ("move", "-2.00")]
    back = [("move", "-5.00"), ("move", "1.50")]
    assert amounts == [*moved, ("correction", "0.50"), *back]
    assert gone["version"] == 3


async def accept(service: Service) -> None:
    """Both roles accept the one exception of c1."""
    async with (
        service.caller("zhao.min", "approver") as approver,
        service.caller("chen.yu", "finance") as finance,
    ):
        (item,) = (await approver.get("/v1/exceptions", campaign="c1"))["items"]
        place, yes = f"/v1/exceptions/{item['id']}/decisions", {"decision": "approve"}
        await approver.post(place, {**yes, "as": "approver"})
        answer = await finance.post(place, {**yes, "as": "finance"})
    assert (answer["status"], answer["moved"]) == ("approved", {"entries": 1})


async def exceptions(service: Service) -> Any:
    async with service.caller("eve", "viewer") as viewer:
        return (await viewer.get(TOTALS))["exceptions"]


async def test_what_was_accepted_stays_accepted_when_its_mapping_is_corrected(
    service: Service,
) -> None:
    """B5: both roles have accepted the money for the campaign; the line was somebody's slip."""
    made = await map_to(service)
    early = [snapshot("ads", "10-20", 1, "100.00", at("11-05 00:00"), entity=SUMMER)]
    await service.post(*early)
    await accept(service)
    assert await line(service, "L1", "actual") == ["100.00"]
    for target, other in (("L2", "L1"), ("L1", "L2"), ("L2", "L1")):
        made = await change(service, "PUT", made, {"campaign": "c1", "line": target})
        assert made["moved"] == {"entries": 1, "amount": {"amount": "100.00", "currency": "CNY"}}
        assert made["findings"] == []
        assert await line(service, target, "actual") == ["100.00"]
        assert await line(service, other, "actual") == ["0.00"]
    await service.post(*early)
    await service.post(snapshot("ads", "10-20", 2, "90.00", at("11-05 01:00"), entity=SUMMER))
    assert await line(service, "L2", "actual", "corrections") == ["90.00", "-10.00"]
    assert (await exceptions(service))["count"] == 0


async def test_what_was_accepted_for_one_campaign_is_an_exception_of_the_next(
    service: Service,
) -> None:
    await create_campaign(service, "c2")
    await approve(service, "c2", plan_body(line_body("L5", "5.00")), effective_from=SINCE)
    made = await map_to(service)
    await service.post(delta("ads", "x", at("10-20 12:00"), "100.00", entity=SUMMER))
    await accept(service)
    moved = await change(service, "PUT", made, {"campaign": "c2", "line": "L5"})
    assert moved["moved"] == {"entries": 0, "amount": {"amount": "0.00", "currency": "CNY"}}
    (finding,) = moved["findings"]
    assert finding["code"] == "money_held"
    assert finding["detail"].endswith("are in exception:c2 now: before_approval")
    assert await line(service, "L1", "actual") == ["0.00"]
