"""Campaigns and mappings are read, edited and written; a new end of flight moves money."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from budget.documents.campaigns.schemas import CampaignView
from budget.documents.mappings.schemas import MappingTargetBody, MappingView
from tests.integration.budget.budget_helpers import (
    Service,
    campaign_body,
    create_campaign,
    line_body,
    plan_body,
    running_campaign,
)
from tests.integration.budget.spend import at, delta

CAMPAIGN = "/v1/campaigns/c1"
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(
        database_url, tmp_path, "11-06 00:00", line_body(), line_body("L2", "9.00")
    ) as made:
        await made.outbox("catalog.v1")
        yield made


async def patch(service: Service, body: Any, status: int = 200, **headers: str) -> Any:
    async with service.caller("wang.lei", "operator") as operator:
        answer = await operator.ask("PATCH", CAMPAIGN, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def read(service: Service, path: str = CAMPAIGN) -> Any:
    async with service.caller("eve", "viewer") as viewer:
        return await viewer.get(path)


async def audited(service: Service) -> list[Any]:
    async with service.caller("aud", "auditor") as auditor:
        rows = (await auditor.get("/v1/audit"))["items"]
    return [row for row in rows if row["action"] == "campaign_changed"]


async def test_a_new_name_and_owner_reach_the_catalogue_and_the_audit(service: Service) -> None:
    was = await read(service)
    sent = {"name": "Singles' Day", "owner": None, "region": "east"}
    told = await patch(service, sent, **MERGE)
    version = was["version"] + 1
    assert told == {**was, **sent, "version": version, "findings": []}
    assert await read(service) == {**was, **sent, "version": version}
    [item] = [one["data"] for one in await service.outbox("catalog.v1")]
    assert (item["id"], item["version"]) == ("c1", version)
    assert (item["object"]["name"], item["object"]["owner"]) == ("Singles' Day", None)
    [row] = await audited(service)
    assert (row["actor"], row["object"]) == ("wang.lei", "campaign/c1")
    assert row["detail"]["before"]["owner"] == "li.na"
    assert row["detail"]["after"] == sent
    sealed = await service.seal()
    assert {one["names"]["campaign"] for one in sealed} == {"Singles' Day"}


async def test_attributes_are_merged_key_by_key(service: Service) -> None:
    await patch(service, {"attributes": {"brief": "B-1", "agency": "north"}})
    told = await patch(service, {"attributes": {"brief": None, "desk": "2"}})
    assert told["attributes"] == {"agency": "north", "desk": "2"}
    assert (await patch(service, {"attributes": None}))["attributes"] == {}


async def test_an_edit_that_changes_nothing_makes_no_version(service: Service) -> None:
    first = await patch(service, {"name": "once"})
    again = await patch(service, {"name": "once"})
    whole = await patch(service, await read(service))
    other_zone = await patch(service, {"ends_at": "2025-11-11T16:00:00Z"})
    assert first == again == whole == other_zone
    assert len(await audited(service)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"status": "closed"},
        {"version": 99},
        {"currency": "USD"},
        {"starts_at": "2025-10-01T00:00:00+08:00"},
        {"campaign": "c2"},
    ],
)
async def test_what_is_not_edited_is_refused_by_name_when_changed(
    service: Service, change: Any
) -> None:
    was = await read(service)
    refused = await patch(service, {**change, "name": "other"}, 422)
    assert refused["code"] == "field_read_only"
    assert [fault["loc"] for fault in refused["errors"]] == list(change)
    assert await read(service) == was


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"nmae": "x"}, 422, "invalid_request"),
        ({"name": None}, 422, "invalid_request"),
        ({"ends_at": None}, 422, "invalid_request"),
        ({"ends_at": "2025-11-01T00:00:00+08:00"}, 422, "flight_invalid"),
        ({"owner": "a\u202eb"}, 422, "invalid_request"),
    ],
)
async def test_an_edit_is_held_to_what_a_new_campaign_is(
    service: Service, body: Any, status: int, code: str
) -> None:
    assert (await patch(service, body, status))["code"] == code


async def test_a_longer_flight_takes_its_spend_and_says_that_the_plan_ends_earlier(
    service: Service,
) -> None:
    late = at("11-13 10:00")
    await service.set_clock(at("11-14 00:00"))
    await service.post(delta("ads", "late", late, "7.00", campaign="c1", line="L2"))
    assert (await read(service, "/v1/exceptions"))["items"][0]["reason"] == "after_end"
    told = await patch(service, {"ends_at": "2025-11-20T00:00:00+08:00"})
    assert [(one["code"], one["line"]) for one in told["findings"]] == [
        ("curve_before_end", "L1"),
        ("curve_before_end", "L2"),
    ]
    totals = await read(service, f"{CAMPAIGN}/totals")
    line = totals["lines"][1]
    assert (line["actual"], line["planned_to_date"], totals["exceptions"]["count"]) == (
        "7.00",
        "9.00",
        0,
    )
    assert (await read(service, "/v1/invariants"))["holds"]


async def test_a_shorter_flight_keeps_the_curve_and_refuses_to_leave_spend_behind(
    service: Service,
) -> None:
    await service.post(delta("ads", "one", at("11-05 10:00"), "7.00", campaign="c1", line="L2"))
    refused = await patch(service, {"ends_at": "2025-11-05T00:00:00+08:00"}, 409)
    assert refused["code"] == "spend_after_end"
    assert "2025-11-05T02:00:00" in refused["detail"]
    async with service.caller("wang.lei", "operator") as operator:
        await operator.post(f"{CAMPAIGN}/plans", plan_body(line_body("L2", "9.00")), 201)
    told = await patch(service, {"ends_at": "2025-11-09T00:00:00+08:00"})
    assert [(one["code"], one["line"]) for one in told["findings"]] == [
        ("curve_after_end", "L1"),
        ("curve_after_end", "L2"),
        ("plan_of_old_flight", None),
    ]
    await service.set_clock(at("11-11 00:00"))
    await service.post(delta("ads", "two", at("11-10 10:00"), "1.00", campaign="c1", line="L2"))
    [held] = (await read(service, "/v1/exceptions"))["items"]
    assert held["reason"] == "after_end"


async def test_a_closed_campaign_and_an_old_version_are_refused(service: Service) -> None:
    stale = await patch(service, {"name": "x"}, 412, **{"If-Match": '"1"'})
    assert stale["code"] == "version_changed"
    async with service.caller("chen.yu", "finance") as finance:
        await finance.post(f"{CAMPAIGN}/close", {"reason": "done"})
    assert (await patch(service, {"name": "x"}, 409))["code"] == "campaign_closed"


async def test_a_draft_is_edited_and_a_viewer_edits_nothing(service: Service) -> None:
    await create_campaign(service, "c2")
    async with service.caller("wang.lei", "operator") as operator:
        answer = await operator.ask("PATCH", "/v1/campaigns/c2", json={"owner": "zhao"})
        absent = await operator.ask("PATCH", "/v1/campaigns/c9", json={"owner": "zhao"})
    async with service.caller("eve", "viewer") as viewer:
        denied = await viewer.ask("PATCH", "/v1/campaigns/c2", json={"owner": "eve"})
    assert (answer.status_code, answer.json()["owner"], answer.headers["ETag"]) == (
        200,
        "zhao",
        '"2"',
    )
    assert (absent.status_code, denied.status_code) == (404, 403)


def test_what_a_mapping_tells_of_itself_is_what_an_edit_only_reads() -> None:
    settable = MappingTargetBody.model_fields.keys()
    assert MappingView.model_fields.keys() == settable | MappingTargetBody.READ_ONLY
    assert "findings" not in CampaignView.model_fields


async def test_a_mapping_as_it_was_read_is_pointed_to_another_line(service: Service) -> None:
    body = {"source": "ads", "match": {"campaign": "9"}, "campaign": "c1", "line": "L1"}
    since = "2025-11-02T00:00:00+08:00"
    async with service.caller("wang.lei", "operator") as operator:
        made = await operator.post("/v1/mappings", {**body, "effective_from": since}, 201)
        place = f"/v1/mappings/{made['mapping']}"
        was = await operator.get(place)
        told = await operator.change("PUT", place, {**was, "line": "L2"})
        assert told["version"] == 2
        now = await operator.get(place)
        assert now == {**was, "line": "L2", "version": 2}
        other = {**now, "source": "other", "match": {"campaign": "8"}}
        refused = await operator.change("PUT", place, other, 422, '"2"')
        assert refused["code"] == "field_read_only"
        assert [fault["loc"] for fault in refused["errors"]] == ["match", "source"]


async def test_a_campaign_without_a_target_gets_one_and_its_plan_can_be_judged(
    service: Service,
) -> None:
    target = {"target": "sales", "measure": "revenue", "value": "5000", "relevance": "annual plan"}
    target |= {"deadline": "2025-11-12T00:00:00+08:00", "primary": True}
    bare, submit = "/v1/campaigns/bare", "/v1/campaigns/bare/plans/1/submit"
    async with service.caller("li.na", "operator") as caller:
        await caller.post("/v1/campaigns", campaign_body("bare", targets=[]), 201)
        await caller.post(f"{bare}/plans", plan_body({**line_body(), "targets": []}), 201)
        refused = await caller.post(submit, {"comment": "please"}, 422)
        assert refused["code"] == "target_missing"
        assert "PATCH its targets" in refused["detail"]
        twice = await caller.ask("PATCH", bare, json={"targets": [target, target]})
        assert (twice.status_code, twice.json()["code"]) == (422, "duplicate")
        edited = await caller.ask("PATCH", bare, json={"targets": [target]})
        assert (edited.status_code, edited.json()["version"]) == (200, 2)
        assert edited.json()["targets"][0]["value"] == "5000"
        assert (await caller.post(submit, {"comment": "please"}))["status"] == "in_review"
        judged = await caller.ask("PATCH", CAMPAIGN, json={"targets": [target]})
        assert (judged.status_code, judged.json()["code"]) == (409, "targets_judged")
