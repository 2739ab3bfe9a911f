"""What of a source is set aside is told with its lines' totals, and when nobody waits for it."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from budget import SCHEMA
from budget.posting import progress
from shared.database.pool import transaction
from shared.database.progress import count_given_up
from tests.integration.budget.budget_helpers import Service, running_campaign
from tests.integration.budget.spend import at, delta

NOW = at("11-06 00:00")
MINUTE = dt.timedelta(minutes=1)


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_campaign(database_url, tmp_path, "11-06 00:00") as made:
        await made.post(delta("ads", "e1", at("11-05 10:00"), "5.00"))
        yield made


async def aside(service: Service, since: dt.datetime, until: dt.datetime) -> None:
    await service.beat("ads", NOW, setaside=1, setasidefrom=since, setasideuntil=until)


def told(messages: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["set_aside"], one["settled_through"]) for one in messages]


def text(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_a_line_is_told_at_once_that_nobody_waits_any_more(service: Service) -> None:
    since = at("11-05 12:00")
    await aside(service, since, NOW + MINUTE)
    assert told(await service.seal()) == [(1, text(since))]
    assert await service.seal() == []
    # Within the pacing tick: nothing but the end of the wait is news.
    await service.set_clock(NOW + 2 * MINUTE)
    assert told(await service.seal()) == [(1, text(NOW))]
    assert await service.seal() == []


async def test_a_line_is_told_that_something_else_of_its_source_is_waited_for(
    service: Service,
) -> None:
    await aside(service, at("11-05 12:00"), NOW + MINUTE)
    await service.seal()
    later = at("11-05 18:00")
    await aside(service, later, NOW + 2 * MINUTE)
    assert told(await service.seal()) == [(1, text(later))]


async def test_what_a_poll_has_locked_is_given_up_when_it_has_ended(service: Service) -> None:
    """Both lock several rows, in other orders: one that waited for the other could deadlock."""
    await aside(service, at("11-05 12:00"), NOW)
    async with service.pool.acquire() as other, transaction(service.pool) as conn:
        async with other.transaction():
            await other.execute("SELECT 1 FROM budget.progress WHERE partition = 0 FOR UPDATE")
            await progress.give_up(conn, NOW)
        assert await count_given_up(conn, SCHEMA, NOW) == 1
        await progress.give_up(conn, NOW)
        assert await count_given_up(conn, SCHEMA, NOW) == 0
