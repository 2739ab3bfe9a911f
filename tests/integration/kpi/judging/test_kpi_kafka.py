"""Two whole kpi-monitor replicas on a real Kafka and PostgreSQL: each breach is told once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cli.kafka.topics import ensure_topics
from kpi_monitor.__main__ import build
from kpi_monitor.settings import KpiSettings
from shared.access.tokens import generate_keys, sign_token
from shared.events import (
    BREACH_DECODER,
    CATALOG_TOPIC,
    ENCODER,
    METRICS_TOPIC,
    TOTALS_TOPIC,
    Breach,
    CatalogItem,
    MetricsEvent,
    SourceEvent,
    subject_key,
)
from shared.kafka.outbox import envelope
from shared.kafka.producer import Producer, Record
from tests.integration.shared.shared_helpers import PARTITIONS, eventually, new_prefix, read_topic
from tests.unit.kpi.builders import at, budget_body, heartbeat, metrics_event, rule_body, totals

LINES = [f"L{n:02d}" for n in range(8)]


@dataclass
class Installation:
    """Two replicas that share a group; events go in through Kafka, breaches come out of it."""

    settings: KpiSettings
    producer: Producer
    client: httpx.AsyncClient

    async def send(self, events: Sequence[MetricsEvent | SourceEvent]) -> None:
        topic = self.settings.topic(METRICS_TOPIC)
        for event in events:
            value = ENCODER.encode(event)
            if isinstance(event, SourceEvent):
                await self.producer.send_everywhere([topic], [Record(b"heartbeat", value)])
            else:
                key = subject_key(event.workspace, event.source, event.data)
                await self.producer.send(topic, [Record(key.encode(), value)])

    async def tell(self, name: str, key: str, data: Any) -> None:
        value = envelope(
            name, data, event_id=key, service="budget", workspace="default", time=at(0)
        )
        await self.producer.send(self.settings.topic(name), [Record(key.encode(), value)])

    async def idle(self) -> None:
        """Waits as a player of the scenario does: for two equal idle answers."""
        passes = 0

        async def twice() -> bool:
            nonlocal passes
            reply = await self.client.get("/internal/idle")
            passes = passes + 1 if reply.status_code == 200 and reply.json()["idle"] else 0
            return passes >= 2

        await eventually(twice, what="idle")

    async def told(self) -> list[Breach]:
        records = await read_topic(
            self.settings.kafka_bootstrap, self.settings.topic("breaches.v1")
        )
        return [BREACH_DECODER.decode(record.value).data for record in records]


@asynccontextmanager
async def replica(settings: KpiSettings) -> AsyncIterator[Any]:
    """One process's parts in this loop; left abruptly (cancelled), as by a kill."""
    async with build(settings) as service:
        tasks = [asyncio.create_task(part.run()) for part in service.parts]
        try:
            yield service.app
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def installation(
    kafka: str, database_url: str, directory: Path
) -> AsyncIterator[tuple[Installation, AsyncExitStack]]:
    """Both replicas run; the stack given back holds the second, to end it early."""
    private, jwks = generate_keys(directory)
    prefix = new_prefix()
    ensure_topics(kafka, prefix=prefix, partitions=PARTITIONS)
    common: dict[str, Any] = {
        "kafka_bootstrap": kafka,
        "topic_prefix": prefix,
        "partitions": PARTITIONS,
        "database_url": database_url,
        "clock": "manual",
        "jwks": str(jwks),
        "session_timeout_s": 6,
    }
    first, second = (KpiSettings(replica=name, **common) for name in ("1", "2"))
    token = sign_token(private, subject="tester", roles=["admin"])
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(replica(first))
        other = await stack.enter_async_context(AsyncExitStack())
        await other.enter_async_context(replica(second))
        client = await stack.enter_async_context(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),
                base_url="http://kpi",
                headers={"Authorization": f"Bearer {token}"},
            )
        )
        producer = Producer(first)
        await producer.start()
        stack.push_async_callback(producer.stop)

        async def connected() -> bool:
            return producer.connected

        await eventually(connected, what="producer")
        yield Installation(first, producer, client), other


def hour(start: int) -> list[MetricsEvent]:
    """Odd hours are low on every line."""
    clicks = 1600 if start % 2 else 6000
    return [
        metrics_event(start, line=line, measures={"impressions": 200_000, "clicks": clicks})
        for line in LINES
    ]


async def test_two_replicas_tell_each_breach_once_through_a_kill_and_redelivery(
    kafka: str, database_url: str, tmp_path: Path
) -> None:
    async with installation(kafka, database_url, tmp_path) as (kpi, second):
        await kpi.client.post("/internal/clock", json={"now": at(0).isoformat()})
        campaign = {"campaign": "double11-2025", "name": "双十一大促", "time_zone": "UTC"}
        await kpi.tell(
            CATALOG_TOPIC,
            "default|campaign|double11-2025",
            CatalogItem(
                kind="campaign",
                id="double11-2025",
                version=1,
                effective_from=None,
                object=campaign,
            ),
        )
        for body in (rule_body(scope={"campaign": "double11-2025"}), budget_body(suppress=None)):
            reply = await kpi.client.post(
                "/v1/rules", json=body, headers={"Idempotency-Key": body["rule"]}
            )
            assert reply.status_code == 201
        await kpi.idle()
        for start in range(1, 7):
            await kpi.client.post("/internal/clock", json={"now": at(start + 1).isoformat()})
            await kpi.send([*hour(start), *hour(start)[:3], heartbeat(start + 1)])
            spent = totals(start, actual=f"{start * 10_000}.00", as_of=at(start + 1))
            await kpi.tell(TOTALS_TOPIC, "default|double11-2025", spent)
            if start == 3:
                await second.aclose()
        await kpi.idle()
        told = {(one.breach, one.seq, one.transition, one.severity) for one in await kpi.told()}
        assert {one for one in told if one[0].startswith("ctr-low")} == {
            (f"ctr-low/line:{line}/{episode}", seq, transition, "critical")
            for line in LINES
            for episode in (1, 2, 3)
            for seq, transition in ((1, "firing"), (2, "resolved"))
        }
        used = sorted(one for one in told if one[0].startswith("budget-used"))
        assert used[-1][3] == "critical"
        assert [seq for _, seq, _, _ in used] == list(range(1, len(used) + 1))
        open_now = (await kpi.client.get("/v1/breaches?open=true")).json()["items"]
        assert [one["value"] for one in open_now] == ["1.200000"]
