"""Targets change while a campaign runs: each change is a version with its time and its reason."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.integration.budget.budget_helpers import Service, campaign_body, running_campaign

CAMPAIGN = "/v1/campaigns/c1"
VERSIONS = f"{CAMPAIGN}/targets/sales/versions"
[SALES] = campaign_body()["targets"]
LESS = {**SALES, "value": "9000000"}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-06 00:00") as made:
        yield made


async def patch(service: Service, body: Any, status: int = 200) -> Any:
    async with service.caller("li.na", "operator") as operator:
        answer = await operator.ask("PATCH", CAMPAIGN, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def versions(service: Service) -> Any:
    async with service.caller("eve", "viewer") as viewer:
        return (await viewer.get(VERSIONS))["items"]


async def told(service: Service) -> list[Any]:
    items = [one["data"] for one in await service.outbox("catalog.v1")]
    return [one for one in items if one["kind"] == "target"]


async def test_a_judged_target_changes_with_a_reason_and_from_a_time_on(service: Service) -> None:
    [first] = await told(service)
    assert (first["id"], first["version"]) == ("c1/sales", 1)
    assert (first["object"]["target"], first["object"]["campaign"]) == ("sales", "c1")
    refused = await patch(service, {"targets": [LESS]}, 409)
    assert refused["code"] == "targets_judged"
    since = "2025-11-08T00:00:00+08:00"
    why = {"reason": "the stage was lost", "since": since}
    changed = await patch(service, {"targets": [LESS], **why})
    assert changed["targets"][0]["value"] == "9000000"
    found = [(one["version"], one["value"], one["reason"]) for one in await versions(service)]
    assert found == [(1, "12000000", None), (2, "9000000", "the stage was lost")]
    [second] = await told(service)
    assert (second["version"], second["effective_from"]) == (2, since)
    assert second["object"]["value"] == "9000000"
    # The same again, and what is no change of a target, are no version.
    await patch(service, {"targets": [LESS], "reason": "again"})
    await patch(service, {"name": "Double 11"})
    assert len(await versions(service)) == 2
    assert await told(service) == []


async def test_a_target_that_lines_may_serve_stays_and_others_come(service: Service) -> None:
    other = {**SALES, "target": "visits", "measure": "visits", "unit": None}
    instead = {"targets": [other], "reason": "a better one"}
    assert (await patch(service, instead, 409))["code"] == "target_kept"
    more = {**other, "primary": False, "parent": "sales"}
    days = [{"date": "2025-11-10", "percent": "40"}, {"date": "2025-11-11", "percent": "60.0"}]
    sent = [SALES, {**more, "days": days}]
    changed = await patch(service, {"targets": sent, "reason": "one more"})
    assert [one["percent"] for one in changed["targets"][1]["days"]] == ["40", "60"]
    assert len(await versions(service)) == 1
    late = {**more, "deadline": "2025-11-13T00:00:00+08:00"}
    refused = await patch(service, {"targets": [SALES, late], "reason": "later"}, 422)
    assert refused["code"] == "target_tree"


async def test_a_target_that_leaves_a_draft_is_deleted_and_may_come_back(service: Service) -> None:
    other = {**SALES, "target": "profit", "measure": "profit"}
    async with service.caller("li.na", "operator") as operator:
        await operator.post("/v1/campaigns", campaign_body("c2"), 201)
        for targets in ([other], [SALES]):
            answer = await operator.ask("PATCH", "/v1/campaigns/c2", json={"targets": targets})
            assert answer.status_code == 200, answer.text
        found = (await operator.get("/v1/campaigns/c2/targets/sales/versions"))["items"]
        assert [(one["version"], one["deleted"]) for one in found] == [
            (1, False),
            (2, True),
            (3, False),
        ]
        unknown = await operator.get("/v1/campaigns/c2/targets/share/versions", 404)
        assert unknown["code"] == "target_unknown"
