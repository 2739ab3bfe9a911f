"""The whole process on a real broker: spend in, totals out, killed between its two commits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from budget.__main__ import build
from budget.settings import BudgetSettings
from shared.access.tokens import generate_keys, sign_token
from shared.events import ENCODER
from shared.kafka.commits import Commits
from shared.service.process import Service
from tests.integration.budget.budget_helpers import (
    Service as LocalService,
)
from tests.integration.budget.budget_helpers import (
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at, delta, heartbeat

PARTITIONS = 24


@asynccontextmanager
async def process(settings: BudgetSettings) -> AsyncIterator[Service]:
    """The service as `python -m budget` wires it; its parts end when the block ends."""
    async with build(settings) as made:
        tasks = [asyncio.create_task(part.run(), name=part.name) for part in made.parts]
        try:
            yield made
        finally:
            for part in made.parts:
                await part.stop()
            async with asyncio.timeout(20):
                await asyncio.gather(*tasks, return_exceptions=True)


async def send(settings: BudgetSettings, events: Sequence[Any]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap, acks="all") as producer:
        topic = settings.topic("spend.v1")
        for number, event in enumerate(events):
            await producer.send(topic, ENCODER.encode(event), partition=number % PARTITIONS)
        await producer.flush()


async def beat(settings: BudgetSettings, source: str, through: Any) -> None:
    await send(settings, [heartbeat(source, through) for _ in range(PARTITIONS)])


async def read_totals(settings: BudgetSettings) -> list[dict[str, Any]]:
    topic = settings.topic("budget.totals.v1")
    async with AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap, auto_offset_reset="earliest"
    ) as reader:
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        reader.assign(places)
        ends = await reader.end_offsets(places)
        found: list[Any] = []
        while any([await reader.position(place) < ends[place] for place in places]):
            for part in (await reader.getmany(timeout_ms=200)).values():
                found += [msgspec.json.decode(record.value)["data"] for record in part]
        return found


async def idle(service: Service, token: str) -> None:
    """Waits until the service has nothing left to do, twice in a row."""
    transport = httpx.ASGITransport(app=service.app)
    headers = {"Authorization": f"Bearer {token}"}
    passes = 0
    async with (
        asyncio.timeout(120),
        httpx.AsyncClient(transport=transport, base_url="http://budget", headers=headers) as client,
    ):
        while passes < 2:
            answer = await client.get("/internal/idle")
            passes = passes + 1 if answer.status_code == 200 and answer.json()["idle"] else 0
            await asyncio.sleep(0.05)


def settings_of(database_url: str, kafka: str, prefix: str, directory: Path) -> BudgetSettings:
    _, jwks = generate_keys(directory / "keys")
    return BudgetSettings(
        database_url=database_url,
        kafka_bootstrap=kafka,
        topic_prefix=prefix,
        clock="manual",
        jwks=str(jwks),
        partitions=PARTITIONS,
        session_timeout_s=6,
    )


async def prepare(local: LocalService, name: str) -> None:
    await local.set_clock(at("11-05 00:00"))
    await create_campaign(local, name)
    plan = plan_body(line_body(allocated="1000.00"))
    await approve(local, name, plan, effective_from="2025-11-01T00:00:00+08:00")


async def test_spend_on_the_topic_becomes_sealed_totals_and_a_kill_repeats_nothing(
    database_url: str, kafka: str, topic_prefix: str, tmp_path: Path, monkeypatch: Any
) -> None:
    """The poll is in PostgreSQL, its offsets are not in Kafka: the successor reads it again."""
    settings = settings_of(database_url, kafka, topic_prefix, tmp_path)
    token = sign_token(tmp_path / "keys" / "jwt_private.pem", subject="root", roles=["admin"])
    async with running_service(database_url, tmp_path) as local:
        await prepare(local, "k1")
        events = [
            delta("k-ads", f"{n:04d}", at("11-03 10:00"), "1.25", campaign="k1") for n in range(400)
        ]
        async with process(settings) as first:
            await beat(settings, "k-ads", at("11-01 00:00"))
            await idle(first, token)
        await send(settings, events)
        await beat(settings, "k-ads", at("11-04 00:00"))
        died = asyncio.Event()
        original = Commits.commit

        async def die(self: Commits, _: Any) -> None:
            if self.owed:
                died.set()
                raise RuntimeError("killed between the two commits")

        monkeypatch.setattr(Commits, "commit", die)
        async with process(settings):
            await asyncio.wait_for(died.wait(), 120)
        monkeypatch.setattr(Commits, "commit", original)
        async with process(settings) as second:
            await idle(second, token)
            await send(settings, events)
            await idle(second, token)
        async with local.caller("eve", "viewer") as viewer:
            totals = await viewer.get("/v1/campaigns/k1/totals")
            assert totals["total"]["actual"] == "500.00"
            invariants = await viewer.get("/v1/invariants")
            assert invariants["holds"], invariants
            assert invariants["entries"] == 400
    told = await read_totals(settings)
    assert [one["seq"] for one in told] == list(range(1, len(told) + 1))
    assert told[-1]["actual"] == "500.00"
    assert told[-1]["complete_through"] == "2025-11-03T16:00:00Z"
