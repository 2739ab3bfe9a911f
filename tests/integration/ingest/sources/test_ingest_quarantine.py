"""A source with too much poison: its money goes on, what it says is complete does not."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.embedded.postgres import PostgresServer
from ingest.rejections import quarantines
from ingest.rejections.handlers import RejectedHandler
from shared.database.clock import make_clock
from shared.database.pool import create_pool, transaction
from shared.kafka.consumer import Received
from shared.kafka.rejections import rejected_row
from tests.integration.ingest.ingest_world import World, running, settings_for, until_ready
from tests.integration.shared.shared_helpers import eventually
from tests.unit.ingest.ingest_builders import heartbeat, spend

LIMIT = 20
THROUGH = "2025-11-02T00:00:00Z"


@pytest.fixture(scope="module")
async def world(
    kafka: str, topic_prefix: str, database_url: str, tmp_path_factory: Any
) -> AsyncIterator[World]:
    keys: Path = tmp_path_factory.mktemp("keys")
    settings = settings_for(
        kafka, topic_prefix, database_url, keys, refresh_s=0.3, quarantine_rejections_max=LIMIT
    )
    async with running(settings, keys) as made:
        await until_ready(made)
        yield made


@pytest.fixture
def source() -> str:
    return f"poison/{uuid.uuid4().hex[:8]}"


def poison(source: str, count: int) -> list[dict[str, Any]]:
    return [spend(id=f"p-{n}", source=source, data_amount=1.5) for n in range(count)]


async def until_state(world: World, source: str, state: str) -> dict[str, Any]:
    shown: dict[str, Any] = {}

    async def is_so() -> bool:
        reply = await world.client.get(f"/v1/sources/{source}", headers=world.token("viewer"))
        shown.clear()
        shown.update(reply.json())
        return bool(shown.get("state") == state)

    await eventually(is_so, what=f"{source} {state}")
    return shown


async def until_withheld(world: World, source: str) -> httpx.Response:
    """The answer to a heartbeat, once the process has read that it does not count."""
    replies: list[httpx.Response] = []

    async def is_so() -> bool:
        replies.append(await world.post(heartbeat(source=source)))
        return replies[-1].status_code == 422

    await eventually(is_so, what=f"heartbeats of {source} withheld")
    return replies[-1]


async def release(world: World, source: str, role: str = "operator", **headers: str) -> Any:
    return await world.client.post(
        f"/v1/sources/{source}/release",
        json={"reason": "the sender was repaired"},
        headers={**world.token(role), "Idempotency-Key": uuid.uuid4().hex, **headers},
    )


async def beats(world: World, source: str) -> list[str]:
    """What Kafka has of a source's heartbeats in each of the partitions that have one."""
    return [
        event["data"]["complete_through"]
        for topic in ("spend.v1", "metrics.v1")
        for events in (await world.stored(topic)).values()
        for event in events
        if event["source"] == source and event["type"] == "paceline.source.v1"
    ]


async def test_too_much_poison_withholds_heartbeats_until_a_person_releases_the_source(
    world: World, source: str
) -> None:
    await world.post(*poison(source, LIMIT))
    await world.rejections(LIMIT, source=source)
    assert (await world.client.get(f"/v1/sources/{source}", headers=world.token())).is_error
    await world.post(*poison(source, 1))
    shown = await until_state(world, source, "quarantined")
    assert shown["quarantine"]["reason"] == "more than 20 events set aside in 3600 s"
    assert shown in (await world.get("/v1/sources", limit=500))["items"]

    await until_withheld(world, source)
    both = await world.post(spend(id=f"{source}-money", source=source), heartbeat(source=source))
    assert (both.status_code, both.json()["accepted"]) == (202, 1)
    assert [one["code"] for one in both.json()["rejected"]] == ["source_quarantined"]
    assert f"{source}-money" in await world.stored_ids()
    before = await beats(world, source)

    async def heard_of() -> bool:
        return (await world.get(f"/v1/sources/{source}"))["last_received"] is not None

    await eventually(heard_of)
    released = await release(world, source)
    assert (released.status_code, released.json()["quarantine"]) == (200, None)
    assert (await world.post(heartbeat(THROUGH, source=source))).status_code == 202
    after = await beats(world, source)
    assert len(after) - len(before) == 2 * world.settings.partitions
    assert after.count(THROUGH) == 2 * world.settings.partitions
    text = (await world.client.get("/metrics")).text
    assert "paceline_ingest_sources_quarantined" in text


async def test_a_reports_claim_to_be_complete_is_withheld_too(world: World) -> None:
    source = f"google-ads/{uuid.uuid4().hex[:8]}"
    await world.post(*poison(source, LIMIT + 1))
    await until_withheld(world, source)
    row = {
        "customer": {"id": "1", "currencyCode": "USD"},
        "campaign": {"id": "7"},
        "segments": {"date": "2025-11-01"},
        "metrics": {"costMicros": "1000000"},
    }
    reply = await world.client.post(
        "/v1/reports/google-ads",
        json=[row],
        params={"source": source, "as_of": "2025-11-02T00:00:00Z", "complete": True},
        headers=world.token("operator"),
    )

    assert (reply.status_code, reply.json()["accepted"]) == (202, 1)
    assert [(beat["source"], beat["code"]) for beat in reply.json()["not_complete"]] == [
        (source, "source_quarantined")
    ]
    assert THROUGH not in await beats(world, source)


async def test_a_release_is_a_decision_of_an_operator_with_a_reason(
    world: World, source: str
) -> None:
    await world.post(*poison(source, LIMIT + 1))
    await until_state(world, source, "quarantined")
    viewer = await release(world, source, "viewer")
    keyless = await world.client.post(
        f"/v1/sources/{source}/release", json={"reason": "x"}, headers=world.token("operator")
    )
    silent = await world.client.post(
        f"/v1/sources/{source}/release", json={"reason": ""}, headers=world.token("operator")
    )
    first = await release(world, source, **{"Idempotency-Key": f"{source}-1"})
    again = await release(world, source, **{"Idempotency-Key": f"{source}-1"})
    other = await release(world, source)
    unknown = await release(world, "nobody/1")

    codes = [reply.json()["code"] for reply in (viewer, keyless, silent, other, unknown)]
    assert codes == [
        "role_missing",
        "idempotency_key_missing",
        "invalid_request",
        "not_quarantined",
        "source_unknown",
    ]
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["idempotency-hit"] == "true"


async def test_nobody_can_quarantine_a_source_that_the_credential_does_not_cover(
    world: World, source: str
) -> None:
    key = await world.make_key("mine/*")
    headers = {"Authorization": f"Bearer {key}"}
    broken = [spend(id=f"n-{n}", source=source, data_amount=1) for n in range(LIMIT + 1)]
    valid = [spend(id=f"v-{n}", source=source) for n in range(LIMIT + 1)]
    replies = [await world.post(*events, headers=headers) for events in (broken, valid)]
    assert [reply.status_code for reply in replies] == [422, 422]
    await world.rejections(LIMIT + 1, source=source, code="source_not_allowed")

    limited = await world.make_key("*", campaigns=["mine"])
    headers = {"Authorization": f"Bearer {limited}"}
    assert (await world.post(*valid, headers=headers)).status_code == 422
    await world.rejections(LIMIT + 1, source=source, code="out_of_reach")

    somebody = world.token("operator", campaigns=["mine"])
    await world.post(*[one | {"id": source} for one in broken], headers=somebody)

    async def listed() -> bool:
        shown = (await world.get("/v1/rejections", code="amount_not_decimal"))["items"]
        found = [one["source"] for one in shown if one["id"] == source]
        return found == [None] * (LIMIT + 1)

    await eventually(listed, what="what a person of one campaign was refused")

    assert (await world.post(heartbeat(source=source))).status_code == 202
    assert (await until_state(world, source, "silent"))["quarantine"] is None


async def test_withheld_heartbeats_are_listed_and_do_not_count_against_the_source(
    world: World, source: str
) -> None:
    await world.post(*poison(source, LIMIT + 1))
    await until_withheld(world, source)
    await world.post(*[heartbeat(source=source) for _ in range(LIMIT + 1)])
    await world.rejections(LIMIT + 1, source=source, code="source_quarantined")
    await release(world, source)
    await world.post(*poison(source, LIMIT))
    await world.rejections(2 * LIMIT + 1, source=source, code="amount_not_decimal")

    assert (await until_state(world, source, "silent"))["quarantine"] is None


async def test_while_postgresql_is_away_a_quarantine_lasts_and_money_is_accepted(
    world: World, source: str, postgres_server: PostgresServer, state_dir: Path
) -> None:
    await world.post(*poison(source, LIMIT + 1))
    await until_withheld(world, source)
    await asyncio.to_thread(postgres_server.kill)
    try:
        await asyncio.sleep(2 * world.settings.refresh_s)
        reply = await world.post(
            spend(id=f"{source}-away", source=source), heartbeat(source=source)
        )
    finally:
        await asyncio.to_thread(postgres_server.start, state_dir)

    assert (reply.status_code, reply.json()["accepted"]) == (202, 1)
    assert [one["code"] for one in reply.json()["rejected"]] == ["source_quarantined"]
    await until_ready(world)


def rejected(source: str, number: int, at: datetime) -> Received:
    row = rejected_row(
        service="budget",
        code="id_reused",
        detail="another body",
        received=Received("spend.v1", 0, number, None, b""),
        workspace="default",
        source=source,
        event_id=f"{source}-{number}",
        event={},
        time=at,
    )
    return Received("rejected.v1", 0, number, None, row.value)


NOW, EARLIER = timedelta(0), timedelta(seconds=-3700)
WINDOWS: list[tuple[str, list[list[timedelta]], bool]] = [
    ("at the limit it is still trusted", [[NOW] * LIMIT], False),
    ("one more is too many", [[NOW] * LIMIT, [NOW]], True),
    ("all in one poll", [[NOW] * (LIMIT + 1)], True),
    ("what is older than the window does not count", [[EARLIER] * LIMIT, [NOW] * LIMIT], False),
]


@pytest.mark.parametrize(
    ("polls", "expected"), [row[1:] for row in WINDOWS], ids=[row[0] for row in WINDOWS]
)
async def test_rejections_count_once_within_the_window(
    world: World, source: str, polls: list[list[timedelta]], expected: bool
) -> None:
    handler = RejectedHandler(world.settings, make_clock("system"))
    numbered = iter(range(int(source[-8:], 16) * 1000, 2**62))
    now = datetime.now(UTC)
    batches = [[rejected(source, next(numbered), now + ago) for ago in poll] for poll in polls]
    pool = await create_pool(world.settings)
    try:
        # Twice: a poll whose offsets were not committed is read again.
        for batch in [*batches, *batches]:
            async with transaction(pool) as conn:
                await handler.on_rejected(conn, batch)
        async with transaction(pool) as conn:
            held = await quarantines.find_quarantined(conn)
    finally:
        await pool.close()

    assert (("default", source) in held) == expected
