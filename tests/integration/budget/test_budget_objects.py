"""Planning objects: versions with effective times, the catalogue, the audit, reach."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.integration.budget.budget_helpers import (
    Caller,
    Service,
    create_campaign,
    running_service,
)
from tests.integration.budget.spend import at

MILESTONES = "/v1/objects/milestone"
READY = f"{MILESTONES}/live-room"
BUILT = {"name": "Live room ready", "owner": "chen.jie", "due_at": "2025-11-09T18:00:00+08:00"}
STORED = {**BUILT, "due_at": "2025-11-09T10:00:00+00:00"}
SEARCH = {"name": "Search", "class": "online", "type": "search_ads"}


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-05 00:00"))
        await create_campaign(made)
        await create_campaign(made, "c2", region="west")
        await made.outbox("catalog.v1")
        yield made


@pytest_asyncio.fixture
async def operator(service: Service) -> AsyncIterator[Caller]:
    async with service.caller("li.na", "operator", "auditor") as caller:
        yield caller


async def add(operator: Caller, name: str = "live-room", campaign: str = "c1", **more: Any) -> Any:
    body = {"id": name, "campaign": campaign, "attributes": {**BUILT, **more}}
    return await operator.post(MILESTONES, body, 201)


async def test_each_change_is_a_version_that_is_announced_and_audited(
    service: Service, operator: Caller
) -> None:
    made = await add(operator)
    assert (made["version"], made["attributes"]) == (1, STORED)
    late = {"attributes": {**BUILT, "buffer": "12h"}, "reason": "the stage comes later"}
    changed = await operator.change("PUT", READY, late)
    assert (changed["version"], changed["reason"]) == (2, "the stage comes later")
    assert await operator.get(READY) == changed
    gone = await operator.change("DELETE", READY, match='"2"')
    assert (gone["version"], gone["deleted"]) == (3, True)
    await operator.get(READY, 404)
    assert (await operator.get(MILESTONES))["items"] == []
    told = [one["data"] for one in await service.outbox("catalog.v1")]
    base = {"milestone": "live-room", "campaign": "c1", **STORED}
    assert [(one["version"], one["deleted"], one["object"]) for one in told] == [
        (1, False, base),
        (2, False, {**base, "buffer": "12h"}),
        (3, True, {**base, "buffer": "12h"}),
    ]
    rows = (await operator.get("/v1/audit"))["items"]
    mine = [row for row in rows if row["object"] == "milestone/live-room"]
    assert {row["action"] for row in mine} == {"object_created", "object_changed", "object_deleted"}
    assert {row["actor"] for row in mine} == {"li.na"}


async def test_the_version_that_counted_at_a_time_can_be_read(operator: Caller) -> None:
    await add(operator)
    later = {"attributes": {**BUILT, "owner": "wang.lei"}, "since": "2025-11-08T00:00:00+08:00"}
    await operator.change("PUT", READY, later)
    for day, owner in (("06", "chen.jie"), ("08", "wang.lei")):
        read = await operator.get(READY, at=f"2025-11-{day}T00:00:00+08:00")
        assert read["attributes"]["owner"] == owner
    await operator.get(READY, 404, at="2025-11-04T00:00:00+08:00")
    versions = (await operator.get(f"{READY}/versions"))["items"]
    assert [(one["version"], one["attributes"]["owner"]) for one in versions] == [
        (1, "chen.jie"),
        (2, "wang.lei"),
    ]


async def test_what_changes_nothing_makes_no_version(service: Service, operator: Caller) -> None:
    made = await add(operator)
    await service.outbox("catalog.v1")
    assert await operator.change("PUT", READY, made) == made
    assert await service.outbox("catalog.v1") == []
    told = await operator.change("PUT", READY, {**made, "campaign": "c2"}, 422)
    assert told["code"] == "field_read_only"
    stale = await operator.change("PUT", READY, {"attributes": BUILT}, 412, match='"7"')
    assert stale["code"] == "version_changed"


async def test_an_id_is_given_once(operator: Caller) -> None:
    await add(operator)
    body = {"id": "live-room", "campaign": "c1", "attributes": BUILT}
    assert (await operator.post(MILESTONES, body, 409))["code"] == "object_exists"
    await operator.change("DELETE", READY)
    assert (await operator.post(MILESTONES, body, 409))["code"] == "object_exists"


async def test_what_an_object_names_has_to_be_there(operator: Caller) -> None:
    """In the workspace, or in the same campaign."""
    task = {"name": "Build", "owner": "chen.jie", "due_at": BUILT["due_at"]}
    body = {"id": "build", "campaign": "c1", "attributes": {**task, "milestone": "live-room"}}
    tasks = "/v1/objects/task"
    assert (await operator.post(tasks, body, 422))["code"] == "reference_unknown"
    await add(operator, campaign="c2")
    assert (await operator.post(tasks, body, 422))["code"] == "reference_unknown"
    await add(operator, "stage")
    named = {**body, "attributes": {**task, "milestone": "stage"}}
    assert (await operator.post(tasks, named, 201))["attributes"]["milestone"] == "stage"
    await operator.post("/v1/objects/channel", {"id": "search", "attributes": SEARCH}, 201)
    agency = {"name": "North", "channels": ["search", "radio"]}
    supplier = {"id": "north", "attributes": agency}
    told = await operator.post("/v1/objects/supplier", supplier, 422)
    assert [one["detail"].split(" of ")[0] for one in told["errors"]] == [
        "there is no channel radio"
    ]


async def test_a_kind_says_whose_its_objects_are(operator: Caller) -> None:
    refused = [
        ("visit", {"id": "a", "attributes": {}}, 404, "kind_unknown"),
        ("milestone", {"id": "a", "attributes": BUILT}, 422, "campaign_missing"),
        ("milestone", {"id": "a", "campaign": "c9", "attributes": BUILT}, 404, "campaign_unknown"),
        ("channel", {"id": "a", "campaign": "c1", "attributes": SEARCH}, 422, "campaign_not_taken"),
        ("channel", {"id": "a", "attributes": {"name": "S"}}, 422, "attribute_missing"),
        ("channel", {"id": "a", "attributes": {"name": "\u202eS"}}, 422, None),
    ]
    for kind, body, status, code in refused:
        told = await operator.post(f"/v1/objects/{kind}", body, status)
        assert code is None or told["code"] == code, (kind, body)
    kinds = (await operator.get("/v1/objects"))["items"]
    assert {"milestone", "task", "channel", "measure"} <= {one["kind"] for one in kinds}


async def test_lists_find_by_campaign_owner_and_time(operator: Caller) -> None:
    await add(operator, "a")
    await add(operator, "b", owner="wang.lei")
    await add(operator, "c", "c2", due_at="2025-11-01T00:00:00+08:00")
    for asked, found in (
        ({}, ["a", "b", "c"]),
        ({"campaign": "c1"}, ["a", "b"]),
        ({"owner": "chen.jie"}, ["a", "c"]),
        ({"due_before": "2025-11-09T00:00:00+08:00"}, ["c"]),
        ({"owner": "nobody"}, []),
    ):
        items = (await operator.get(MILESTONES, **asked))["items"]
        assert [one["id"] for one in items] == found, asked
    first = await operator.get(MILESTONES, limit=2)
    rest = await operator.get(MILESTONES, limit=2, cursor=first["next"])
    assert [one["id"] for one in first["items"] + rest["items"]] == ["a", "b", "c"]


async def test_a_limited_reach_sees_the_objects_of_its_campaigns_alone(
    service: Service, operator: Caller
) -> None:
    await add(operator)
    await add(operator, "theirs", "c2")
    await operator.post("/v1/objects/channel", {"id": "search", "attributes": SEARCH}, 201)
    async with service.caller("mei.lin", "operator", regions=["west"]) as limited:
        assert [one["id"] for one in (await limited.get(MILESTONES))["items"]] == ["theirs"]
        assert (await limited.get("/v1/objects/channel"))["items"] == []
        await limited.get(READY, 404)
        body = {"id": "mine", "campaign": "c2", "attributes": BUILT}
        await limited.post(MILESTONES, body, 201)
        # Neither what is taken elsewhere nor another campaign is told apart.
        for denied in ({**body, "id": "live-room"}, {**body, "campaign": "c1"}):
            assert (await limited.post(MILESTONES, denied, 403))["code"] == "out_of_reach"
        channel = {"id": "radio", "attributes": SEARCH}
        assert (await limited.post("/v1/objects/channel", channel, 403))["code"] == "out_of_reach"
    async with service.caller("aud", "auditor", campaigns=["c2"]) as auditor:
        rows = (await auditor.get("/v1/audit", action="object_created"))["items"]
        assert [row["object"] for row in rows] == ["milestone/theirs", "milestone/mine"]
