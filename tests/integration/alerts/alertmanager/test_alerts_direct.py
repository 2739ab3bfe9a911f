"""The short way of POST /api/v2/alerts answers what the usual way does, and stores what it does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.database.clock import SystemClock
from tests.integration.alerts.alertmanager.api_world import ApiWorld, app_of, make_api_world

LABELS = {"alertname": "Latency", "instance": "a"}
SOUND = {"labels": LABELS, "annotations": {"summary": "slow"}, "generatorURL": "http://p/graph"}


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path) as found:
        yield found


async def direct(api: ApiWorld, body: bytes, *headers: tuple[bytes, bytes]) -> Any:
    """Status and text of the answer; None when the usual way is to be asked."""
    answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
    route = app_of(api.world, SystemClock()).direct
    taken = route.answer(headers, body, lambda status, _, text: answered.set_result((status, text)))
    return await answered if taken else None


@pytest.mark.parametrize(
    "alerts",
    [
        [SOUND],
        [],
        [SOUND, {"labels": {}}],
        [{"labels": {"": "x"}}],
        [{**SOUND, "startsAt": "2025-11-03T04:00:00Z", "endsAt": "2025-11-03T03:00:00Z"}],
    ],
    ids=["sound", "none", "one of two", "no name", "ends before it starts"],
)
async def test_both_ways_say_the_same(api: ApiWorld, alerts: list[Any]) -> None:
    body = msgspec.json.encode(alerts)
    usual = await api.client.post("/api/v2/alerts", content=body)
    assert await direct(api, body) == (usual.status_code, usual.content)


async def test_what_is_answered_is_stored(api: ApiWorld) -> None:
    assert await direct(api, msgspec.json.encode([SOUND])) == (200, b"")
    [row] = await api.world.pool.fetch("SELECT labels FROM alerts.alerts")
    assert row["labels"] == LABELS


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"[{", []),
        (msgspec.json.encode([SOUND]), [(b"authorization", b"Bearer x")]),
        (msgspec.json.encode([SOUND]), [(b"authorization", b"Bearer x")] * 2),
    ],
    ids=["unreadable", "a credential", "two credentials"],
)
async def test_the_usual_way_answers_whatever_else_it_is(
    api: ApiWorld, body: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    assert await direct(api, body, *headers) is None
    assert await api.world.pool.fetch("SELECT FROM alerts.alerts") == []


async def test_a_clock_that_is_moved_by_hand_is_asked_the_usual_way(api: ApiWorld) -> None:
    route = app_of(api.world).direct
    assert not route.answer([], msgspec.json.encode([SOUND]), lambda *_: None)
