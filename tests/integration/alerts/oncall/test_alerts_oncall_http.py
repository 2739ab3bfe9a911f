"""Who is on call over HTTP, and who is told while they are (M4)."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from shared.access.tokens import generate_keys
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_client import as_role, client_of
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at, make_history

TEXT = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1s
  routes: [{matchers: ['severity="critical"'], receiver: oncall-search}]
receivers:
  - {name: ops, email_configs: [{to: [ops@example.com]}]}
people:
  - {name: ann, email_configs: [{to: [ann@example.com]}]}
  - {name: bo, email_configs: [{to: [bo@example.com]}]}
schedules:
  - name: oncall-search
    location: Asia/Shanghai
    rotations: [{people: [ann, bo], every: 1d, handoff: "2025-11-03T09:00"}]
"""
"""`at(0)` is noon of the first day in Shanghai."""
TURN_ENDS = "2025-11-04T01:00:00Z"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    _, jwks = generate_keys(tmp_path / "keys")
    async with make_world(database_url, tmp_path, jwks=str(jwks)) as found:
        found.configure(TEXT)
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(world) as found:
        found.headers.update(as_role(world, "viewer"))
        yield found


async def test_a_schedule_says_who_is_on_call_and_who_is_next(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/schedules/oncall-search")).json()
    assert (answer["on_call"], answer["until"], answer["location"]) == (
        "ann",
        TURN_ENDS,
        "Asia/Shanghai",
    )
    next_day = {"person": "bo", "starts_at": TURN_ENDS, "ends_at": "2025-11-05T01:00:00Z"}
    assert answer["next"] == answer["shifts"][1] == next_day
    assert answer["shifts"][-1]["ends_at"] == "2025-12-01T04:00:00Z"
    listed = (await client.get("/v1/schedules")).json()
    assert listed == {
        "items": [{name: value for name, value in answer.items() if name != "shifts"}],
        "next": None,
    }


async def test_its_calendar_begins_with_the_shift_that_goes_on(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/schedules/oncall-search/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    events = answer.text.split("BEGIN:VEVENT\r\n")[1:]
    assert "DTSTART:20251103T010000Z\r\n" in events[0]
    assert "SUMMARY:ann (oncall-search)\r\n" in events[0]
    assert len(events) == 85


async def test_what_there_is_not_is_unknown(client: httpx.AsyncClient) -> None:
    for path in ("/v1/schedules/other", "/v1/schedules/other/calendar.ics"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "schedule_unknown")


async def test_who_is_on_call_is_told_and_after_the_hand_over_the_next_as_well(
    world: World,
) -> None:
    history = make_history(
        ("firing", "critical", "1.6"), ("corrected", "critical", "1.7"), ("resolved", "info", "1.0")
    )
    await world.tell(history[0])
    await world.flush(at(0))
    assert [row["receiver"] for row in await world.rows()] == ["ann"]
    next_day = 22 * 60
    for number, breach in enumerate(history[1:]):
        async with transaction(world.pool) as conn:
            await set_manual(conn, at(next_day + number))
        await world.tell(breach)
        await world.flush(at(next_day + number + 1))
    told = [(row["receiver"], row["transition"]) for row in await world.rows()]
    assert set(told) >= {("ann", "resolved"), ("bo", "resolved")}
    assert ("ops", "resolved") not in told
