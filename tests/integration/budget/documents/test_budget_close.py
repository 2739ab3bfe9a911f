"""A campaign is closed (G31, S1): its plan and totals stay, new money is an exception (B5)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.budget.budget_helpers import (
    Service,
    create_campaign,
    line_body,
    plan_body,
    running_campaign,
)
from tests.integration.budget.spend import at, delta, snapshot

CAMPAIGN = "/v1/campaigns/c1"
WHY = {"reason": "settled with all suppliers"}
SUMMER = {"account": "1", "campaign": "9"}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(
        database_url, tmp_path, "11-06 00:00", line_body(), line_body("L2", "9.00")
    ) as made:
        yield made


async def close(service: Service, status: int = 200, campaign: str = "c1", **more: Any) -> Any:
    async with service.caller("chen.yu", "finance") as finance:
        return await finance.post(f"/v1/campaigns/{campaign}/close", WHY, status, **more)


async def totals(service: Service) -> tuple[dict[str, tuple[str, str]], Any]:
    """Actual and corrections by line, and the exceptions; the invariants hold."""
    async with service.caller("eve", "viewer") as viewer:
        told = await viewer.get(f"{CAMPAIGN}/totals")
        assert (await viewer.get("/v1/invariants"))["holds"]
    lines = {one["line"]: (one["actual"], one["corrections"]) for one in told["lines"]}
    return lines, told["exceptions"]


async def held(service: Service) -> list[tuple[str, str]]:
    async with service.caller("eve", "viewer") as viewer:
        items = (await viewer.get("/v1/exceptions", campaign="c1"))["items"]
    return [(item["reason"], item["amount"]["amount"]) for item in items]


async def test_a_closed_campaign_says_so_everywhere_and_once(service: Service) -> None:
    """Closing early is a legitimate stop; who did it and why is kept."""
    await service.outbox("catalog.v1")
    closed = await close(service, key="k1")
    assert (closed["status"], closed["version"], closed["closed_by"]) == ("closed", 4, "chen.yu")
    assert closed["closed_at"] == "2025-11-05T16:00:00Z"
    assert await close(service, key="k1") == closed
    assert (await close(service, 409))["code"] == "already_closed"
    async with service.caller("au", "auditor") as auditor:
        assert await auditor.get(CAMPAIGN) == closed
        last = (await auditor.get("/v1/audit"))["items"][-1]
    assert (last["action"], last["object"], last["actor"], last["detail"]) == (
        "campaign_closed", "campaign/c1", "chen.yu", WHY)  # fmt: skip
    (item,) = [one["data"] for one in await service.outbox("catalog.v1")]
    assert (item["kind"], item["id"], item["version"]) == ("campaign", "c1", 4)
    assert (item["object"]["status"], item["deleted"]) == ("closed", False)


@pytest.mark.parametrize("role", ["viewer", "operator", "approver", "auditor"])
async def test_only_finance_or_an_admin_closes(service: Service, role: str) -> None:
    async with service.caller("ana", role) as caller, service.caller("root", "admin") as admin:
        assert (await caller.post(f"{CAMPAIGN}/close", WHY, 403))["code"] == "role_missing"
        assert (await admin.post(f"{CAMPAIGN}/close", {"reason": ""}, 422))["errors"]
        assert (await admin.post(f"{CAMPAIGN}/close", WHY))["status"] == "closed"


async def test_only_an_approved_campaign_can_be_closed(service: Service) -> None:
    await create_campaign(service, "draft")
    assert (await close(service, 409, "draft"))["code"] == "not_approved"
    assert (await close(service, 404, "nowhere"))["code"] == "campaign_unknown"


async def test_new_money_is_an_exception_and_what_is_on_a_line_is_restated_there(
    service: Service,
) -> None:
    known = snapshot("ads", "11-03", 1, "5.00", at("11-05 00:00"))
    stray = delta("tap", "stray", at("11-03 10:00"), "7.00", line="L9")
    late = delta("tap", "late", at("11-12 10:00"), "8.00")
    await service.set_clock(at("11-13 00:00"))
    before = await service.post(known, stray, late)
    await close(service)
    assert await held(service) == [("after_end", "8.00"), ("after_close", "7.00")]
    new = await service.post(
        delta("tap", "new", at("11-05 10:00"), "1.00"),
        snapshot("ads", "11-04", 1, "2.00", at("11-05 00:00")),
        snapshot("ads", "11-03", 2, "3.00", at("11-05 01:00")),
    )
    await service.post(snapshot("ads", "11-04", 2, "2.50", at("11-05 02:00")))
    for records in (before, new):
        await service.post_records(records)
    lines, waiting = await totals(service)
    assert lines == {"L1": ("3.00", "-2.00"), "L2": ("0.00", "0.00")}
    assert waiting == {"count": 4, "amount": "18.50"}
    assert sorted(await held(service)) == [
        ("after_close", "1.00"), ("after_close", "2.50"), ("after_close", "7.00"),
        ("after_end", "8.00")]  # fmt: skip

    async with (
        service.caller("zhao.min", "approver") as approver,
        service.caller("chen.yu", "finance") as finance,
    ):
        items = (await approver.get("/v1/exceptions", campaign="c1"))["items"]
        (late_fact,) = [item for item in items if item["amount"]["amount"] == "2.50"]
        place, yes = f"/v1/exceptions/{late_fact['id']}/decisions", {"decision": "approve"}
        await approver.post(place, {**yes, "as": "approver"})
        assert (await finance.post(place, {**yes, "as": "finance"}))["status"] == "approved"
    await service.post(snapshot("ads", "11-04", 3, "2.25", at("11-05 03:00")))
    lines, waiting = await totals(service)
    assert lines["L1"] == ("5.25", "-1.75")
    assert waiting == {"count": 3, "amount": "16.00"}


async def test_a_mapping_can_still_be_corrected_between_lines_of_a_closed_campaign(
    service: Service,
) -> None:
    body = {"source": "ads", "match": {"campaign": "9"}, "campaign": "c1", "line": "L1"}
    async with service.caller("wang.lei", "operator") as operator:
        made = await operator.post("/v1/mappings", body, 201)
        await service.post(snapshot("ads", "11-03", 1, "5.00", at("11-05 00:00"), entity=SUMMER))
        await close(service)
        moved = await operator.change(
            "PUT", f"/v1/mappings/{made['mapping']}", {"campaign": "c1", "line": "L2"}
        )
    assert moved["moved"]["entries"] == 1
    assert [one["code"] for one in moved["findings"]] == ["campaign_closed"]
    assert (await totals(service))[0] == {"L1": ("0.00", "0.00"), "L2": ("5.00", "0.00")}


async def test_a_closed_campaign_is_planned_no_more(service: Service) -> None:
    async with (
        service.caller("wang.lei", "operator") as operator,
        service.caller("zhao.min", "approver") as approver,
    ):
        drafts = [await operator.post(f"{CAMPAIGN}/plans", plan_body(), 201) for _ in range(2)]
        first, second = (f"{CAMPAIGN}/plans/{draft['plan_version']}" for draft in drafts)
        await operator.post(f"{first}/submit", {})
        await close(service)
        verdict = {"decision": "approve", "as": "approver"}
        for refused in (
            await operator.post(f"{CAMPAIGN}/plans", plan_body(), 409),
            await operator.post(f"{second}/submit", {}, 409),
            await approver.post(f"{first}/decisions", verdict, 409),
        ):
            assert refused["code"] == "campaign_closed"
        assert (await operator.get(f"{CAMPAIGN}/totals"))["plan_version"] == 1


async def test_a_closed_campaign_is_told_once_more_and_then_only_when_there_is_news(
    service: Service,
) -> None:
    await service.post(delta("tap", "1", at("11-05 10:00"), "1.00"))
    await service.seal()
    await close(service)
    assert {one["line"] for one in await service.seal()} == {"L1", "L2"}
    await service.set_clock(at("11-06 12:00"))
    assert await service.seal() == []
    async with service.pool.acquire() as conn:
        assert await service.sealer.count_due(conn) == 0
    await service.post(delta("tap", "2", at("11-05 11:00"), "1.00"))
    assert await service.seal() == []
    await service.beat("tap", at("11-06 00:00"))
    assert [one["line"] for one in await service.seal()] == ["L1"]
