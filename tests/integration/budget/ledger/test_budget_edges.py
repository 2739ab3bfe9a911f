"""The budget service where it is rarely looked at: one poll's own repeats, poison, lock order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from shared.database.pool import transaction
from shared.events import ENCODER
from shared.kafka.brake import CONTRACT_CODES
from tests.integration.budget.budget_helpers import (
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_campaign,
)
from tests.integration.budget.spend import at, delta, snapshot
from tests.integration.waiting import until_waiting

TOTALS = "/v1/campaigns/c1/totals"


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-03 12:00") as made:
        yield made


async def rejected(service: Service) -> list[tuple[str, str]]:
    return [(one["data"]["code"], one["data"]["id"]) for one in await service.outbox("rejected.v1")]


async def test_an_id_with_two_bodies_is_named_although_all_else_in_the_poll_is_new(
    service: Service,
) -> None:
    """contracts.md section 1: `id_reused`; repeats count as `unchanged` in their import."""
    noon = at("11-03 10:00")
    await service.post(
        delta("ads", "a", noon, "1.00", importid="i1"),
        delta("ads", "a", noon, "2.00", importid="i1"),
        delta("ads", "a", noon, "1.00", importid="i1"),
    )
    assert await rejected(service) == [("id_reused", "a")]
    async with service.caller("eve", "viewer") as viewer:
        assert (await viewer.get(TOTALS))["total"]["actual"] == "1.00"
        counted = await viewer.get("/v1/imports/i1")
    counts = [counted[name] for name in ("rows", "inserted", "unchanged", "rejected")]
    assert counts == [3, 1, 1, 1]


async def test_a_time_without_a_zone_is_poison_not_the_end_of_the_service(
    service: Service,
) -> None:
    event = msgspec.json.decode(ENCODER.encode(delta("ads", "a", at("11-03 10:00"), "1.00")))
    event["time"] = "2025-11-03T02:00:00"
    await service.post(msgspec.json.encode(event))

    assert [code for code, _ in await rejected(service)] == ["unparseable"]


async def test_the_brake_hears_of_every_record_that_cannot_be_read(service: Service) -> None:
    """Also of one nested deeper than the decoder goes, which ended the service at each start."""
    deep = b'{"type":"paceline.spend.v1","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    events = [b"not json", deep, delta("ads", "a", at("11-03 10:00"), "1.00")]
    async with transaction(service.pool) as conn:
        set_aside = await service.handler.on_spend(conn, service.receive(events))

    assert [one.code for one in set_aside] == ["unparseable", "unparseable"]
    assert {one.code for one in set_aside} <= CONTRACT_CODES
    assert [code for code, _ in await rejected(service)] == ["unparseable"] * 2


async def test_accepting_an_exception_does_not_deadlock_with_its_revision(
    service: Service,
) -> None:
    """A poll locks the fact, then what is held of it; a decision must not go the other way."""
    await service.post(snapshot("ads", "10-20", 1, "10.00", at("11-03 00:00")))
    yes = {"decision": "approve", "opinion": "ours"}
    async with (
        service.caller("zhao.min", "approver") as approver,
        service.caller("chen.yu", "finance") as finance,
    ):
        (item,) = (await approver.get("/v1/exceptions"))["items"]
        place = f"/v1/exceptions/{item['id']}/decisions"
        await approver.post(place, {**yes, "as": "approver"})
        async with transaction(service.pool) as poll:
            await poll.execute("SELECT FROM budget.facts FOR UPDATE")
            decision = asyncio.create_task(finance.post(place, {**yes, "as": "finance"}))
            await until_waiting(service.pool)
            await poll.execute("UPDATE budget.held SET amount = amount")
        assert (await decision)["moved"] == {"entries": 1}
        assert (await finance.get("/v1/exceptions"))["items"] == []


async def test_the_plan_approved_last_is_the_one_in_force(service: Service) -> None:
    """Whatever its number: totals name the plan whose lines they show (B12)."""
    async with service.caller("wang.lei", "operator") as operator:
        older = await operator.post(
            "/v1/campaigns/c1/plans", plan_body(line_body("L1", "500.00")), 201
        )
    await service.set_clock(at("11-03 13:00"))
    await approve(service, plan=plan_body(line_body("L1", "700.00")))
    await service.set_clock(at("11-03 14:00"))
    place = f"/v1/campaigns/c1/plans/{older['plan_version']}"
    async with (
        service.caller("wang.lei", "operator") as operator,
        service.caller("zhao.min", "approver") as approver,
        service.caller("chen.yu", "finance") as finance,
    ):
        await operator.post(f"{place}/submit", {})
        for caller, role in ((approver, "approver"), (finance, "finance")):
            await caller.post(f"{place}/decisions", {"decision": "approve", "as": role})
        totals = await operator.get(TOTALS)
    assert totals["total"]["allocated"] == "500.00"
    assert totals["plan_version"] == older["plan_version"]


async def test_a_line_that_starts_between_two_ticks_keeps_nobody_waiting(
    service: Service,
) -> None:
    """GET /internal/idle counts as due only what the sealer will tell at this very time."""
    await create_campaign(service, "c2", starts_at="2025-11-03T13:02:00+08:00")
    await approve(service, "c2", plan_body(line_body(allocated="10.00")))
    for minute in ("12:01", "13:01", "13:03", "13:05"):
        await service.set_clock(at(f"11-03 {minute}"))
        while await service.seal():
            pass
        async with service.pool.acquire() as conn:
            assert await service.sealer.count_due(conn) == 0, minute


async def test_a_clock_set_back_and_forward_again_leaves_nothing_due(service: Service) -> None:
    """The sealer remembered the later tick as told, while lines had been told at the earlier."""
    await create_campaign(service, "c3", starts_at="2025-11-03T08:00:00+08:00")
    await service.set_clock(at("11-03 13:01"))
    while await service.seal():
        pass
    await service.set_clock(at("11-03 12:31"))
    await approve(service, "c3", plan_body(line_body(allocated="10.00")))
    await service.seal()  # One round only, which finds lines that were never told.
    await service.set_clock(at("11-03 13:01"))
    while await service.seal():
        pass
    async with service.pool.acquire() as conn:
        assert await service.sealer.count_due(conn) == 0
