"""Who else is called while nobody has taken an alert, over the real database (W13, M7)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from alerts.escalation.escalator import Escalator
from shared.access.tokens import generate_keys
from shared.database.clock import ManualClock
from shared.database.pool import transaction
from tests.integration.alerts.alerts_client import as_role, client_of
from tests.integration.alerts.alerts_world import World, make_world
from tests.integration.alerts.escalation.escalated import (
    BOSS,
    BREACH,
    LI_NA,
    OPS,
    TEXT,
    answer,
    begin,
    clock,
    told,
)
from tests.unit.alerts.builders import at, make_history


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


async def test_who_is_on_call_and_then_the_boss_are_called_and_hear_the_end(world: World) -> None:
    await begin(world)
    assert await world.escalate(at(14)) == 0
    assert await told(world) == [OPS]
    await world.escalate(at(15))
    await world.escalate(at(30))
    assert await told(world) == [OPS, LI_NA, BOSS]
    await clock(world, at(40))
    await world.tell(BREACH[1])
    await world.escalate(at(41))
    ends = ["ops", "li.na", "boss"]
    assert (await told(world))[3:] == [(one, "resolved", "all alerts resolved") for one in ends]
    assert await world.escalate(at(500)) == 0
    assert len(await told(world)) == 6


async def test_the_next_round_calls_the_same_people_again_and_then_it_is_unanswered(
    world: World, client: httpx.AsyncClient
) -> None:
    alert = await begin(world)
    for minute in (15, 30, 45, 60, 75, 300):
        await world.escalate(at(minute))
    assert await told(world) == [OPS, LI_NA, BOSS, LI_NA, BOSS]
    shown = (await client.get(f"/v1/alerts/{alert}")).json()
    (one,) = shown["escalations"]
    assert (one["escalation"], one["state"]) == ("search", "unanswered")
    # It looks again when somebody else is on call.
    assert one["next_at"] == "2025-11-04T01:00:00Z"
    assert [(call["round"], call["step"], call["receivers"]) for call in one["calls"]] == [
        (2, 2, ["boss"]),
        (2, 1, ["li.na"]),
        (1, 2, ["boss"]),
        (1, 1, ["li.na"]),
    ]
    assert one["calls"][-1]["called_at"] == "2025-11-03T04:15:00Z"


async def test_who_takes_it_stops_it_and_who_was_called_hears_that(
    world: World, client: httpx.AsyncClient
) -> None:
    alert = await begin(world)
    await world.escalate(at(15))
    await clock(world, at(20))
    await answer(client, alert, "ack")
    await world.escalate(at(21))
    assert ("li.na", "firing", "acknowledged or closed") in await told(world)
    before = await told(world)
    await world.escalate(at(120))
    assert await told(world) == before
    await clock(world, at(130))
    await answer(client, alert, "unack")
    await world.escalate(at(130))
    await world.escalate(at(144))
    assert await told(world) == before
    await world.escalate(at(145))
    assert (await told(world))[len(before) :] == [LI_NA]


async def test_what_becomes_worse_calls_again_though_somebody_has_the_lesser(
    world: World, client: httpx.AsyncClient
) -> None:
    history = make_history(("firing", "warning", "1.3"), ("level_changed", "critical", "1.6"))
    await world.tell(history[0])
    await world.flush(at(0))
    alert = str(await world.pool.fetchval("SELECT alert FROM alerts.alerts"))
    await answer(client, alert, "ack")
    await world.escalate(at(15))
    await clock(world, at(20))
    await world.tell(history[1])
    for minute in (20, 34):
        await world.escalate(at(minute))
    assert "li.na" not in [receiver for receiver, _, _ in await told(world)]
    await world.escalate(at(35))
    assert (await told(world))[-1] == ("li.na", "level_changed", "escalated")


async def test_a_call_is_not_told_if_somebody_takes_the_alert_before_it_is(
    world: World, client: httpx.AsyncClient
) -> None:
    alert = await begin(world)
    await clock(world, at(15))
    async with transaction(world.pool) as conn:
        assert await world.escalator.look(conn) == 1
    await answer(client, alert, "ack")
    await world.flush(at(15))
    await world.flush(at(16))
    assert "li.na" not in [receiver for receiver, _, _ in await told(world)]
    await clock(world, at(17))
    await answer(client, alert, "unack")
    await world.flush(at(18))
    assert "li.na" not in [receiver for receiver, _, _ in await told(world)]


async def test_a_snoozed_alert_calls_at_the_end_of_the_snooze(
    world: World, client: httpx.AsyncClient
) -> None:
    alert = await begin(world)
    await answer(client, alert, "snooze", until=at(60).isoformat())
    await world.escalate(at(0))
    await world.escalate(at(15))
    await world.escalate(at(59))
    assert LI_NA not in await told(world)
    await world.escalate(at(60))
    assert LI_NA in await told(world)


async def test_who_has_it_for_long_is_asked_and_without_a_word_it_is_free(
    world: World, client: httpx.AsyncClient
) -> None:
    alert = await begin(world)
    await clock(world, at(5))
    await answer(client, alert, "ack")
    await world.escalate(at(5))
    before = await told(world)
    await world.escalate(at(245))
    assert (await told(world))[len(before) :] == [("li.na", "firing", "still acknowledged")]
    await world.escalate(at(260))
    shown = (await client.get(f"/v1/alerts/{alert}")).json()
    assert (shown["response"]["state"], shown["acknowledged_by"]) == ("open", None)
    assert [(one["kind"], one["made_by"]) for one in shown["actions"]] == [
        ("unack", "escalation: search"),
        ("ack", "li.na"),
    ]
    await world.escalate(at(275))
    assert (await told(world))[-1] == LI_NA


async def test_who_answers_the_reminder_keeps_it(world: World, client: httpx.AsyncClient) -> None:
    alert = await begin(world)
    await answer(client, alert, "ack")
    for minute in (0, 240):
        await world.escalate(at(minute))
    await clock(world, at(250))
    await answer(client, alert, "ack")
    for minute in (251, 255, 300):
        await world.escalate(at(minute))
    shown = (await client.get(f"/v1/alerts/{alert}")).json()
    assert shown["response"]["state"] == "acknowledged"
    assert shown["escalations"][0]["next_at"] == at(490).isoformat().replace("+00:00", "Z")


async def test_the_file_may_lose_the_escalation_meanwhile(world: World) -> None:
    await begin(world)
    text = TEXT.replace("  escalation: search\n", "")
    text = text[: text.index("schedules:")].replace(
        "  - {name: boss, locale: en, email_configs: [{to: [boss@example.com]}]}\n", ""
    )
    world.configure(text)
    world.restart()
    await world.escalate(at(15))
    await world.escalate(at(30))
    assert await told(world) == [OPS, LI_NA, BOSS]


async def test_what_is_told_is_called_for_in_words(world: World) -> None:
    await begin(world)
    await world.escalate(at(15))
    await world.deliver()
    (mail,) = [one for one in world.inbox.mails if "li.na@example.com" in one.to]
    assert "Spending too fast" in mail.subject
    assert "Note: nobody has taken it yet" in mail.text


async def test_the_configuration_shows_it(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/v1/configuration")).json()
    assert (shown["route"]["escalation"], shown["schedules"]) == ("search", ["oncall-search"])
    assert shown["escalations"] == [
        {
            "name": "search",
            "steps": [
                {"after": "15m", "to": ["oncall-search"], "severity": None},
                {"after": "30m", "to": ["boss"], "severity": "critical"},
            ],
            "repeat": 1,
            "remind_acknowledged_after": "4h",
            "unacknowledge_after": "15m",
        }
    ]


async def test_a_route_that_speaks_at_its_times_calls_at_any_time(world: World) -> None:
    digest = '  digest: {times: ["13:00"], location: Asia/Shanghai}'
    world.configure(TEXT.replace("  escalation: search", f"  escalation: search\n{digest}", 1))
    await world.tell(BREACH[0])
    await world.escalate(at(59))
    assert await told(world) == []
    await world.escalate(at(64))
    assert await told(world) == [OPS]
    await world.escalate(at(79))
    assert await told(world) == [OPS, LI_NA]
    await world.escalate(at(80))
    assert await told(world) == [OPS, LI_NA]


async def test_two_replicas_call_once(world: World) -> None:
    await begin(world)
    await clock(world, at(15))
    others = [
        Escalator(world.settings, world.pool, ManualClock(), world.configurations) for _ in range(4)
    ]

    async def look(escalator: Escalator) -> int:
        async with transaction(world.pool) as conn:
            return await escalator.look(conn)

    looked = await asyncio.gather(*map(look, others))
    assert sum(looked) == 1
    assert await world.pool.fetchval("SELECT count(*) FROM alerts.escalation_calls") == 1
