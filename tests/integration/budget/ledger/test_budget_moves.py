"""Booked money on the move while polls go on: nothing waits for itself, nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from shared.database.pool import transaction
from shared.money import format_micros, parse_micros
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

FACTS = 2_500
"""More than one chunk of a release."""


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(
        database_url, tmp_path, "11-06 00:00", line_body(), line_body("L2", "9.00")
    ) as made:
        yield made


async def check_invariants(service: Service) -> None:
    async with service.caller("au", "auditor") as auditor:
        answer = await auditor.get("/v1/invariants")
    assert answer["holds"], answer


async def totals(service: Service, campaign: str = "c1") -> dict[str, str]:
    async with service.caller("eve", "viewer") as viewer:
        told = await viewer.get(f"/v1/campaigns/{campaign}/totals")
    return {line["line"]: line["actual"] for line in told["lines"]}


def entity(number: int) -> dict[str, str]:
    return {"account": "1", "campaign": f"{number:05d}", "ad_group": "7"}


def fact(number: int, revision: int, **more: Any) -> Any:
    told = {"entity": entity(number), "currency": "USD", **more}
    return snapshot("ads", "11-03", revision, f"{number}.{revision:02d}", at("11-04 00:00"), **told)


async def usd_campaign(service: Service) -> None:
    await create_campaign(service, "c2", currency="USD")
    plan = plan_body(line_body(allocated="100.00"))
    plan["total"]["currency"] = "USD"
    await approve(service, "c2", plan, effective_from=SINCE)


async def map_to(
    service: Service, match: dict[str, str], campaign: str = "c1", line: str = "L1", **more: Any
) -> Any:
    body = {"source": "ads", "match": match, "campaign": campaign, "line": line, **more}
    async with service.caller("wang.lei", "operator") as operator:
        return await operator.post("/v1/mappings", body, 201)


async def test_a_large_release_and_polls_on_its_facts_never_wait_for_each_other(
    service: Service,
) -> None:
    """Facts held for their currency; polls restate them from the other end, some of them in a
    third currency, which they take as long as they are on no line, beside spend on the very account
    the release fills."""
    await usd_campaign(service)
    await map_to(service, {"account": "1"})
    numbers = range(FACTS)
    await service.post(*(fact(number, 1) for number in numbers))
    deadlocks, released, spent = 0, asyncio.Event(), 0

    async def poll(handler: Any, part: int) -> None:
        nonlocal deadlocks, spent
        round_ = 0
        while not released.is_set() or round_ < 4:
            round_ += 1
            some = list(numbers[-1 - part :: -97])[:3]
            stated = {"currency": "EUR" if part else "USD"}
            events: list[Any] = [fact(number, 1 + round_, **stated) for number in some]
            place = {"campaign": "c2", "line": "L1", "currency": "USD"}
            events.append(delta("tap", f"{part}-{round_}", at("11-05 00:00"), "1.00", **place))
            try:
                async with transaction(service.pool) as conn:
                    await handler.on_spend(conn, service.receive(events))
                spent += 1
            except asyncpg.DeadlockDetectedError:
                deadlocks += 1
            except asyncpg.LockNotAvailableError:
                # On a slow machine the release takes longer than a poll waits: it comes again.
                continue

    async def release() -> None:
        await asyncio.sleep(0.2)
        try:
            made = await map_to(service, {"ad_group": "7"}, "c2")
            assert FACTS - 6 <= made["moved"]["entries"] <= FACTS
        finally:
            released.set()

    handlers = [type(service.handler)(service.settings, service.handler._clock) for _ in range(3)]
    await asyncio.gather(release(), *(poll(one, i) for i, one in enumerate(handlers)))
    assert deadlocks == 0
    await service.post(*(fact(number, 99) for number in reversed(numbers)))
    expected = sum(parse_micros(f"{number}.99") for number in numbers) + spent * 1_000_000
    assert await totals(service, "c2") == {"L1": format_micros(expected)}
    await check_invariants(service)


async def test_a_change_that_takes_too_long_leaves_everything_as_it_was(service: Service) -> None:
    """A poll names many workspaces, so nobody may hold up posting for as long as he likes."""
    made = await map_to(service, {"account": "1"})
    await service.post(*(fact(number, 1, currency="CNY") for number in range(300)))
    before = await totals(service)
    body, place = {"campaign": "c1", "line": "L2"}, f"/v1/mappings/{made['mapping']}"
    async with service.caller("wang.lei", "operator") as operator:
        service.settings.release_timeout_s = 0.01
        refused = await operator.change("PUT", place, body, 503)
        assert refused["code"] == "release_timeout"
        service.settings.release_timeout_s = 45.0
        assert await totals(service) == before
        await service.post(fact(301, 1, currency="CNY", entity=entity(301)))
        await check_invariants(service)
        moved = await operator.change("PUT", place, body)
    assert moved["moved"]["entries"] == 301
    assert (await totals(service))["L1"] == "0.00"
