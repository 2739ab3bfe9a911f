"""The budget service where it is rarely looked at: one poll's own repeats, poison, lock order."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from shared.events import ENCODER
from tests.integration.budget_helpers import (
    Service,
    approve,
    at,
    create_campaign,
    delta,
    running_service,
)

TOTALS = "/v1/campaigns/c1/totals"


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-03 12:00"))
        await create_campaign(made)
        await approve(made, effective_from="2025-11-01T00:00:00+08:00")
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
