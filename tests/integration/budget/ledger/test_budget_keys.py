"""Names that hold what separates the parts of a key: each subject keeps its own money."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.budget.budget_helpers import Service, line_body, running_campaign
from tests.integration.budget.spend import at, snapshot

ONE, OTHER = {"ad": "x,device=m"}, {"ad": "x", "device": "m"}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(
        database_url, tmp_path, "11-06 00:00", line_body(), line_body("L2", "9.00")
    ) as made:
        yield made


async def _suspense(service: Service) -> list[str]:
    async with service.caller("eve", "viewer") as viewer:
        assert (await viewer.get("/v1/invariants"))["holds"]
        items = (await viewer.get("/v1/suspense"))["items"]
    return sorted(item["amount"]["amount"] for item in items)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"entity": ONE}, {"entity": OTHER}, "one ad looked like two levels"),
        ({"entity": {"ad": "1"}, "dims": ONE}, {"entity": {"ad": "1"}, "dims": OTHER}, "dims too"),
        (
            {"entity": {"ad": "a|device=m"}},
            {"entity": {"ad": "a"}, "dims": {"device": "m|"}},
            "the end of the entity is not the end of the key",
        ),
        ({"entity": {"ad": "a\\"}}, {"entity": {"ad": "a"}}, "the escape itself"),
    ],
)
async def test_two_snapshots_that_looked_alike_are_two_facts(
    service: Service, one: dict[str, Any], other: dict[str, Any], why: str
) -> None:
    stated = at("11-05 00:00")
    await service.post(
        snapshot("ads", "11-03", 1, "100.00", stated, **one),
        snapshot("ads", "11-03", 1, "7.00", stated, **other),
    )
    await service.post(snapshot("ads", "11-03", 2, "101.00", stated, **one))
    assert await _suspense(service) == ["101.00", "7.00"], why


async def test_two_mappings_that_looked_alike_do_not_overlap(service: Service) -> None:
    ads = [{"ad": "x,campaign=9"}, {"ad": "x", "campaign": "9"}]
    stated = at("11-05 00:00")
    async with service.caller("wang.lei", "operator") as operator:
        for match, line in zip(ads, ("L1", "L2"), strict=True):
            body = {"source": "ads", "match": match, "campaign": "c1", "line": line}
            await operator.post("/v1/mappings", body, 201)
        await service.post(
            *(
                snapshot("ads", "11-03", 1, amount, stated, entity=match)
                for match, amount in zip(ads, ("3.00", "4.00"), strict=True)
            )
        )
        told = await operator.get("/v1/campaigns/c1/totals")
    assert {one["line"]: one["actual"] for one in told["lines"]} == {"L1": "3.00", "L2": "4.00"}


async def test_a_match_that_no_event_could_name_is_refused_by_its_length(service: Service) -> None:
    """Escaped it is twice as long, and longer than an index can take."""
    match = dict.fromkeys(("account", "campaign", "ad_group", "ad"), "|" * 100 + "投" * 100)
    body = {"source": "ads", "match": match, "campaign": "c1", "line": "L1"}
    async with service.caller("wang.lei", "operator") as operator:
        assert (await operator.post("/v1/mappings", body, 422))["code"] == "invalid_request"
