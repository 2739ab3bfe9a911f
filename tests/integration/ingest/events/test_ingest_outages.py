"""Kafka frozen, PostgreSQL gone: nothing acknowledged is lost, and nobody has to restart."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cli.embedded.kafka import KafkaServer
from cli.embedded.postgres import PostgresServer
from ingest.rejections.handlers import RejectedHandler
from ingest.settings import IngestSettings
from shared.database.clock import make_clock
from shared.database.pool import create_pool, transaction
from shared.kafka.consumer import Received
from shared.kafka.rejections import rejected_row
from tests.integration.ingest.ingest_world import World, running, settings_for, until_ready
from tests.integration.shared.shared_helpers import eventually
from tests.unit.ingest.ingest_builders import NOW, heartbeat, spend

DEADLINE_S = 2.0


@pytest.fixture
async def world(
    request: pytest.FixtureRequest,
    kafka: str,
    topic_prefix: str,
    database_url: str,
    tmp_path: Path,
) -> AsyncIterator[World]:
    settings = settings_for(
        kafka,
        topic_prefix,
        database_url,
        tmp_path,
        delivery_timeout_s=60.0,
        ack_timeout_s=getattr(request, "param", 60.0),
        refresh_s=0.5,
        database_timeout_s=5.0,
    )
    async with running(settings, tmp_path) as made:
        await until_ready(made)
        yield made


@pytest.mark.parametrize("world", [DEADLINE_S], indirect=True)
async def test_a_frozen_broker_is_a_503_in_time_and_all_that_was_acknowledged_is_stored(
    world: World, kafka_server: KafkaServer
) -> None:
    acknowledged: set[str] = set()
    refused = [0] * 4

    async def all_refused() -> bool:
        return all(refused)

    async def sender(name: int) -> None:
        for number in range(60):
            ids = [f"frozen-{name}-{number:02d}-{n}" for n in range(10)]
            reply = await world.post(*(spend(id=one, data_line=one[-1] + "x") for one in ids))
            if reply.status_code == 202:
                acknowledged.update(ids)
            else:
                assert (reply.status_code, reply.json()["code"]) == (503, "broker_unavailable")
                assert int(reply.headers["retry-after"]) >= 1
                refused[name] += 1
            await asyncio.sleep(0.02)

    senders = [asyncio.create_task(sender(name)) for name in range(4)]
    await asyncio.sleep(0.3)
    kafka_server.freeze()
    try:
        # As long as it is frozen nothing but the deadline can answer them.
        await eventually(all_refused, what="a 503 for each sender")
        beat = await world.post(heartbeat(source="frozen/1"))
    finally:
        kafka_server.thaw()
    await asyncio.gather(*senders)
    await until_ready(world)

    assert beat.status_code == 503

    async def taken() -> bool:
        return (await world.post(spend(id="frozen-after"))).status_code == 202

    await eventually(taken, what="a 202 after the thaw")
    stored = set(await world.stored_ids())
    assert acknowledged - stored == set()
    assert "frozen-after" in stored


@pytest.mark.parametrize("world", [DEADLINE_S], indirect=True)
async def test_a_confirmation_that_could_not_be_told_is_told_when_it_is_sent_again(
    world: World, kafka_server: KafkaServer
) -> None:
    source, key = "confirmed/1", {"Idempotency-Key": "once"}
    bad, beat = spend(source=source, data_amount="1,5"), heartbeat(source=source)
    path, body = f"/v1/sources/{source}/confirm", b'{"reason":"a test event"}'
    assert (await world.post(bad, spend(id="g", source=source), beat)).status_code == 202
    await world.rejections(1, source=source)

    async def noted() -> bool:
        sources = (await world.get("/v1/sources"))["items"]
        return any(one["source"] == source and one["complete_through"] for one in sources)

    await eventually(noted, what="the heartbeat of the source")
    kafka_server.freeze()
    try:
        refused = await world.send(body, path, key)
    finally:
        kafka_server.thaw()
    assert (refused.status_code, refused.json()["code"]) == (503, "broker_unavailable")
    again: list[Any] = []

    async def told() -> bool:
        again[:] = [await world.send(body, path, key)]
        return again[0].status_code == 200

    await eventually(told, what="the confirmation")
    assert again[0].json() == {"source": source, "settled": 1}
    for events in (await world.stored()).values():
        beats = [one for one in events if one["source"] == source and "complete" in str(one)]
        assert [beats[0].get("setaside"), beats[-1].get("setaside")] == [1, None]
    [rejected] = await world.rejections(1, source=source)
    assert rejected["settled_by"] == "li.na"


async def test_while_postgresql_is_away_events_are_accepted_from_known_keys_only(
    world: World, postgres_server: PostgresServer, state_dir: Path
) -> None:
    key = await world.make_key("google-ads/*")
    headers = {"Authorization": f"Bearer {key}"}
    assert (await world.post(spend(id="away-before"), headers=headers)).status_code == 202
    await asyncio.to_thread(postgres_server.kill)
    try:
        known = await world.post(spend(id="away-key"), headers=headers)
        person = await world.post(spend(id="away-token"), spend(id="bad", data_amount=1))
        unknown = await world.post(spend(), headers={"Authorization": "Bearer plk_0_new"})
        listed = await world.client.get("/v1/sources", headers=world.token("viewer"))
    finally:
        await asyncio.to_thread(postgres_server.start, state_dir)

    assert known.status_code == person.status_code == 202
    assert (unknown.status_code, unknown.json()["code"]) == (503, "keys_unavailable")
    assert (listed.status_code, listed.json()["code"]) == (503, "database_unavailable")
    assert {"away-before", "away-key", "away-token"} <= set(await world.stored_ids())

    async def caught_up() -> bool:
        reply = await world.client.get("/v1/rejections", headers=world.token("viewer"))
        return reply.status_code == 200 and "bad" in [r["id"] for r in reply.json()["items"]]

    await eventually(caught_up, what="its rejection")
    sources = (await world.get("/v1/sources"))["items"]
    assert "google-ads/123-456-7890" in [source["source"] for source in sources]


@pytest.fixture
def settings(kafka: str, topic_prefix: str, database_url: str, tmp_path: Path) -> IngestSettings:
    return settings_for(kafka, topic_prefix, database_url, tmp_path, refresh_s=0.5)


async def test_a_service_that_starts_without_postgresql_waits_for_it_and_then_accepts(
    settings: IngestSettings, postgres_server: PostgresServer, state_dir: Path, tmp_path: Path
) -> None:
    await asyncio.to_thread(postgres_server.kill)
    started = False
    try:
        async with running(settings, tmp_path) as world:
            await asyncio.sleep(1.0)
            early = await world.post(spend(id="early"))
            await asyncio.to_thread(postgres_server.start, state_dir)
            started = True
            await until_ready(world)
            late = await world.post(spend(id="late"))
    finally:
        if not started:
            await asyncio.to_thread(postgres_server.start, state_dir)

    assert (early.status_code, early.json()["code"]) == (503, "settings_unavailable")
    assert late.status_code == 202


async def test_a_rejection_delivered_twice_is_stored_once_and_poison_is_kept(
    world: World, database_url: str
) -> None:
    def record(value: bytes, offset: int) -> Received:
        return Received("rejected.v1", 0, offset, None, value)

    row = rejected_row(
        service="budget",
        code="id_reused",
        detail="another body",
        received=record(b"", 7),
        workspace="default",
        source="s/1",
        event_id="e\0vil",
        event={"text": "a\0b"},
        time=NOW,
    )
    batch = [record(row.value, 1), record(b"\xff no json", 2)]
    pool = await create_pool(world.settings)
    try:
        for _ in range(2):
            async with transaction(pool) as conn:
                handler = RejectedHandler(world.settings, make_clock("system"))
                set_aside = await handler.on_rejected(conn, batch)
    finally:
        await pool.close()
    items: list[dict[str, Any]] = (await world.get("/v1/rejections", source="s/1"))["items"]

    assert [(item["code"], item["offset"]) for item in items] == [("id_reused", 7)]
    poison = (await world.get("/v1/rejections", code="unparseable"))["items"]
    assert len(poison) == 1
    # The brake on dead letters counts it.
    assert [(one.received.offset, one.code) for one in set_aside] == [(2, "unparseable")]


async def test_events_of_any_json_are_kept_as_refused_and_the_service_goes_on(
    world: World,
) -> None:
    """One null ended the service at each start, as its record stayed in rejected.v1."""
    before = len((await world.get("/v1/rejections", code="wrong_type", limit=500))["items"])
    deep = "[" * 400 + "]" * 400
    events = ["null", "[]", '[1, null, "x"]', "7", "true", '"text"', deep]
    reply = await world.send(f"[{', '.join(events)}]".encode())

    assert reply.status_code == 422
    assert [one["code"] for one in reply.json()["rejected"]] == ["wrong_type"] * 7
    shown = await world.rejections(before + 7, code="wrong_type", limit="500")
    kept = [item["event"] for item in shown[: len(events)]]
    assert kept == [deep, "text", True, 7, [1, None, "x"], [], None]
