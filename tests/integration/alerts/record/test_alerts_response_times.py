"""How fast people answered, and which escalations nobody did, per period (E29)."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.access.tokens import generate_keys
from tests.integration.alerts.alerts_client import as_role, client_of
from tests.integration.alerts.alerts_world import World, make_world
from tests.integration.alerts.escalation.escalated import TEXT, answer, clock
from tests.unit.alerts.builders import at, make_breach

PERIOD = {"from": "2025-11-03T00:00:00+08:00", "to": "2025-11-04T00:00:00+08:00"}


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    _, jwks = generate_keys(tmp_path / "keys")
    async with make_world(database_url, tmp_path, jwks=str(jwks)) as found:
        found.configure(TEXT)
        await clock(found, at(0))
        yield found


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(world) as found:
        found.headers.update(as_role(world, "operator"))
        yield found


async def begin(world: World) -> list[str]:
    """Five alerts of two teams that ops was told, and then li.na and the boss were called for; the
    first is acknowledged before, the second after the calls, the third is snoozed."""
    for number in range(5):
        labels = {"campaign": f"d{number}", "team": "search" if number < 3 else "brand"}
        await world.tell(make_breach(breach=f"pacing-high/line:L{number}/1", labels=labels))
    await world.flush(at(0))
    await world.deliver()
    rows = await world.pool.fetch("SELECT alert FROM alerts.alerts ORDER BY alert")
    return [str(row["alert"]) for row in rows]


async def times(client: httpx.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    found = await client.get("/v1/response-times", params={**PERIOD, **wanted})
    assert found.status_code == 200, found.text
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def test_they_are_counted_by_receiver_and_by_a_label(
    world: World, client: httpx.AsyncClient
) -> None:
    alerts = await begin(world)
    await answer(client, alerts[0], "ack")
    await world.escalate(at(15))
    await world.escalate(at(30))
    await clock(world, at(31))
    await answer(client, alerts[1], "ack")
    await answer(client, alerts[2], "snooze", duration="2h")
    # How long people took, as if it had been so long ago that the messages arrived.
    for alert, seconds in ((alerts[0], 60), (alerts[1], 1860)):
        await world.pool.execute(
            "UPDATE alerts.responses SET response = response || "
            "jsonb_build_object('acknowledged_after_s', $2::int) WHERE alert = $1",
            int(alert),
            seconds,
        )
    by_receiver = {one["who"]: one for one in await times(client)}
    assert list(by_receiver) == ["ops", "boss", "li.na"]
    assert by_receiver["ops"] == {
        "who": "ops",
        "told": 5,
        "acknowledged": 2,
        "unanswered": 2,
        "unanswered_open": 2,
        "escalated": 4,
        "escalated_in_vain": 2,
        "p50_s": 960,
        "p90_s": 1680,
        "max_s": 1860,
    }
    assert (by_receiver["boss"]["told"], by_receiver["boss"]["acknowledged"]) == (4, 1)
    by_team = {one["who"]: (one["told"], one["p50_s"]) for one in await times(client, by="team")}
    assert by_team == {"search": (3, 960), "brand": (2, None)}
    # What was told before counts in its own period, and nothing twice.
    later = {"from": PERIOD["to"], "to": "2025-11-05T00:00:00+08:00"}
    await world.escalate(at(13 * 60))
    assert await times(client, **later) == []


async def test_who_was_told_after_somebody_had_it_is_not_told_how_fast_that_was(
    world: World, client: httpx.AsyncClient
) -> None:
    alerts = await begin(world)
    await clock(world, at(1))
    await answer(client, alerts[0], "ack")
    await clock(world, at(2))
    await answer(client, alerts[0], "unack")
    await world.escalate(at(17))
    await world.escalate(at(32))
    found = {one["who"]: one for one in await times(client)}
    boss = found["boss"]
    assert (boss["told"], boss["acknowledged"], boss["p50_s"]) == (5, 0, None)
    assert (found["ops"]["acknowledged"], found["ops"]["p50_s"] is None) == (1, False)
    await clock(world, at(33))
    await answer(client, alerts[0], "ack")
    found = {one["who"]: one for one in await times(client)}
    assert (found["boss"]["acknowledged"], found["boss"]["p50_s"]) == (1, None)


async def test_a_spreadsheet_gets_the_same_figures(world: World, client: httpx.AsyncClient) -> None:
    await begin(world)
    found = await client.get("/v1/response-times", params={**PERIOD, "format": "csv", "by": "team"})
    assert found.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert [(row["who"], row["told"], row["p50_s"]) for row in rows] == [
        ("search", "3", ""),
        ("brand", "2", ""),
    ]


@pytest.mark.parametrize(
    ("begin_at", "end_at"),
    [(PERIOD["to"], PERIOD["from"]), (PERIOD["from"], "2026-03-01T00:00:00Z")],
    ids=["backwards", "too long"],
)
async def test_a_period_has_a_beginning_and_an_end_soon_after_it(
    client: httpx.AsyncClient, begin_at: str, end_at: str
) -> None:
    refused = await client.get("/v1/response-times", params={"from": begin_at, "to": end_at})
    assert (refused.status_code, refused.json()["code"]) == (422, "range_invalid")
