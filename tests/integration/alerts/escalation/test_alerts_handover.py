"""Who takes over on call, and who is both told and called (M4, M7, W13)."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from shared.access.tokens import generate_keys
from tests.integration.alerts.alerts_client import as_role, client_of
from tests.integration.alerts.alerts_world import World, make_world
from tests.integration.alerts.escalation.escalated import (
    BOSS,
    BREACH,
    OPS,
    TEXT,
    answer,
    begin,
    clock,
    told,
)
from tests.unit.alerts.builders import at


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


BO = ("bo", "firing", "escalated")
HANDOVER = 21 * 60
"""Nine o'clock the next day."""


async def test_who_takes_over_on_call_hears_of_what_nobody_has_taken_once(
    world: World, client: httpx.AsyncClient
) -> None:
    alert = await begin(world)
    for minute in (15, 30, 45, 60, 75):
        await world.escalate(at(minute))
    before = await told(world)
    await world.escalate(at(HANDOVER - 1))
    assert await told(world) == before
    await world.escalate(at(HANDOVER))
    await world.escalate(at(HANDOVER + 1))
    assert (await told(world))[len(before) :] == [BO]
    shown = (await client.get(f"/v1/alerts/{alert}")).json()
    call = shown["escalations"][0]["calls"][0]
    assert (call["kind"], call["step"], call["receivers"]) == ("handover", None, ["bo"])
    assert call["round"] == 2
    await clock(world, at(HANDOVER + 2))
    await answer(client, alert, "ack")
    await world.escalate(at(2 * HANDOVER))
    # Somebody has it: whoever takes over next need not hear.
    assert [one for one in await told(world) if one[2] == "escalated"][-1] == BO


async def test_who_takes_over_from_who_was_told_by_the_route_is_called(world: World) -> None:
    by_turns = TEXT.replace(
        "escalation: search", "escalation: search\n  routes: [{receiver: turns}]"
    )
    by_turns = by_turns.replace("oncall-search", "turns").replace("{after: 15m, to: [turns]}", "")
    world.configure(by_turns.replace("      - \n", ""))
    await begin(world)
    assert await told(world) == [("li.na", "firing", "first notification")]
    for minute in (30, 60, 90, HANDOVER):
        await world.escalate(at(minute))
    assert (await told(world))[1:] == [BOSS, BOSS, BO]


async def test_who_is_told_by_the_route_and_called_hears_of_a_change_and_the_end_once(
    world: World,
) -> None:
    world.configure(TEXT.replace("to: [oncall-search]", "to: [ops]"))
    await begin(world)
    await world.escalate(at(15))
    assert await told(world) == [OPS, ("ops", "firing", "escalated")]
    await clock(world, at(16))
    await world.tell(BREACH[1])
    await world.escalate(at(17))
    await world.escalate(at(300))
    assert (await told(world))[2:] == [("ops", "resolved", "all alerts resolved")]
