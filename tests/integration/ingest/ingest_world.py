"""One ingest service in this process, on real Kafka and PostgreSQL, spoken to over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from cli.processes import free_port
from ingest.__main__ import build
from ingest.settings import IngestSettings
from shared.access.tokens import generate_keys, sign_token
from shared.http.server.direct import Headers, Reply
from shared.service.process import make_server
from tests.documented import documented
from tests.integration.shared.shared_helpers import PATIENCE_S, eventually

JSON = {"Content-Type": "application/json"}


@dataclass
class World:
    """`post` events as an operator; `stored` reads what Kafka has."""

    settings: IngestSettings
    client: httpx.AsyncClient
    private_key: Path
    direct: list[bool] = field(default_factory=list)
    """Of each request that the direct route was asked about: whether it answered."""

    def token(
        self, *roles: str, workspace: str = "default", campaigns: list[str] | None = None
    ) -> dict[str, str]:
        """The Authorization header of a person."""
        signed = sign_token(
            self.private_key, subject="li.na", roles=roles or ["admin"], workspace=workspace,
            campaigns=campaigns,
        )  # fmt: skip
        return {"Authorization": f"Bearer {signed}"}

    async def post(self, *events: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.send(json.dumps(list(events)).encode(), headers=headers)

    async def send(
        self, body: bytes, path: str = "/v1/events", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.client.post(
            path, content=body, headers={**self.token("operator"), **JSON, **(headers or {})}
        )

    async def make_key(self, *sources: str, workspace: str = "default", **body: Any) -> str:
        reply = await self.client.post(
            "/v1/keys",
            json={"sources": list(sources), **body},
            headers=self.token("admin", workspace=workspace),
        )
        assert reply.status_code == 201, reply.text
        return str(reply.json()["key"])

    async def get(self, path: str, **params: Any) -> Any:
        reply = await self.client.get(path, params=params, headers=self.token("viewer"))
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def rejections(self, count: int, **filters: str) -> list[dict[str, Any]]:
        """Waits until at least `count` rejections with these filters are shown."""
        found: list[dict[str, Any]] = []

        async def shown() -> bool:
            found[:] = (await self.get("/v1/rejections", **filters))["items"]
            return len(found) >= count

        await eventually(shown, what=f"{count} rejections {filters}")
        return found

    async def stored(self, topic: str = "spend.v1") -> dict[int, list[dict[str, Any]]]:
        """All events of a topic by partition, in their order."""
        name = self.settings.topic(topic)
        async with AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka_bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        ) as reader:
            places = [TopicPartition(name, n) for n in range(self.settings.partitions)]
            reader.assign(places)
            ends = await reader.end_offsets(places)
            found: dict[int, list[dict[str, Any]]] = {place.partition: [] for place in places}
            while any([await reader.position(place) < ends[place] for place in places]):
                for place, records in (await reader.getmany(timeout_ms=200)).items():
                    found[place.partition] += [json.loads(record.value) for record in records]
            return found

    async def stored_ids(self, topic: str = "spend.v1") -> list[str]:
        """Ids of the events that are no heartbeats."""
        partitions = (await self.stored(topic)).values()
        return [
            event["id"]
            for events in partitions
            for event in events
            if event["type"] != "paceline.source.v1"
        ]


@asynccontextmanager
async def running(settings: IngestSettings, keys: Path) -> AsyncIterator[World]:
    """The service with its server and its background work, until the block ends."""
    private_key, _ = generate_keys(keys)
    async with build(settings) as service:
        tasks = [asyncio.create_task(part.run()) for part in service.parts]
        direct, answered = service.direct, []
        assert direct is not None

        def answer(headers: Headers, body: bytes, reply: Reply) -> bool:
            answered.append(direct.answer(headers, body, reply))
            return answered[-1]

        watched = replace(service, direct=direct._replace(answer=answer))
        server = make_server(settings, watched)
        serving = asyncio.create_task(server.serve())

        async def listening() -> bool:
            return server.started

        await eventually(listening, what="the server")
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{settings.port}",
            timeout=60,
            event_hooks=documented("ingest"),
        ) as client:
            yield World(settings, client, private_key, answered)
        server.should_exit = True
        await serving
        for part in service.parts:
            await part.stop()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [result for result in results if isinstance(result, BaseException)] == []


async def until_ready(world: World) -> None:
    """Waits for /readyz."""

    async def ready() -> bool:
        return (await world.client.get("/readyz")).status_code == 200

    await eventually(ready, what="/readyz")


def settings_for(
    kafka: str, topic_prefix: str, database_url: str, keys: Path, **changes: Any
) -> IngestSettings:
    """Settings of a small installation on the tests' servers."""
    _, jwks = generate_keys(keys)
    return IngestSettings(
        kafka_bootstrap=kafka,
        topic_prefix=topic_prefix,
        database_url=database_url,
        jwks=str(jwks),
        **{
            "port": free_port(),
            "ack_timeout_s": PATIENCE_S,
            "delivery_timeout_s": PATIENCE_S,
            **changes,
        },
    )
