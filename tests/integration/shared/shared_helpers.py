"""What the tests of shared/ need around it: topics, a schema, and a plain reader of a topic."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from cli.kafka.topics import ensure_topics
from shared.database.pool import Conn, Pool
from shared.kafka.consumer import Consumer, Handler, Received
from shared.kafka.producer import Producer
from shared.settings import CommonSettings
from tests.root import ROOT

PARTITIONS = 4
SPEND = "spend.v1"
PATIENCE_S = 120.0
"""How long a test waits for what must come: a slow or stalled machine is no failure."""


def make_settings(bootstrap: str, prefix: str, **changes: Any) -> CommonSettings:
    """Settings of a small installation of its own on the tests' broker; its topics are created."""
    ensure_topics(bootstrap, prefix=prefix, partitions=PARTITIONS)
    return CommonSettings(
        kafka_bootstrap=bootstrap, topic_prefix=prefix, partitions=PARTITIONS, **changes
    )


def new_prefix() -> str:
    """A prefix nobody else uses."""
    return f"t{uuid.uuid4().hex[:10]}."


async def make_schema(database_url: str) -> str:
    """A schema with the common tables and `seen` (what a handler under test writes)."""
    schema = f"shared_{uuid.uuid4().hex[:10]}"
    documented = (ROOT / "docs/tables/alerts.sql").read_text(encoding="utf-8").split("\n\n")
    conn = await asyncpg.connect(database_url)
    try:
        await conn.execute(f"CREATE SCHEMA {schema}")
        for name in ("outbox", "witness", "offset_gaps", "idempotency", "progress"):
            [made] = [one for one in documented if f"CREATE TABLE alerts.{name} (" in one]
            await conn.execute(made.replace("alerts.", f"{schema}."))
        await conn.execute(
            f"CREATE TABLE {schema}.seen (n bigint GENERATED ALWAYS AS IDENTITY, value text,"
            " replica text)"
        )
    finally:
        await conn.close()
    return schema


async def read_topic(bootstrap: str, topic: str) -> list[Any]:
    """All records of a topic that exist now, each partition's in order."""
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    ) as reader:
        places = [TopicPartition(topic, n) for n in range(PARTITIONS)]
        reader.assign(places)
        ends = await reader.end_offsets(places)
        records: list[Any] = []
        while any([await reader.position(place) < ends[place] for place in places]):
            for part in (await reader.getmany(timeout_ms=200)).values():
                records.extend(part)
        return records


async def eventually(
    condition: Callable[[], Awaitable[bool]], *, timeout_s: float = PATIENCE_S, what: str = "it"
) -> None:
    """Waits until `condition` holds. Fails the test after a time."""
    deadline = time.monotonic() + timeout_s
    while not await condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {timeout_s} s")
        await asyncio.sleep(0.02)


@asynccontextmanager
async def running(part: Any) -> AsyncIterator[asyncio.Task[None]]:
    """Runs a consumer or relay in the background and stops it, bounded, when the block ends."""
    task = asyncio.create_task(part.run())
    try:
        yield task
    finally:
        await part.stop()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def connected(settings: CommonSettings) -> AsyncIterator[Producer]:
    """A producer that Kafka has answered."""
    producer = Producer(settings)
    await producer.start()
    try:
        await until_connected(producer)
        yield producer
    finally:
        await producer.stop()


async def until_connected(producer: Producer) -> None:
    """Waits for Kafka's answer, also after it was away."""

    async def is_connected() -> bool:
        return producer.connected

    await eventually(is_connected, what="the producer's connection")


async def put(settings: CommonSettings, values: Sequence[str]) -> None:
    """Writes values in turn to the partitions of the topic of spend."""
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
        for n, value in enumerate(values):
            await producer.send(settings.topic(SPEND), value.encode(), partition=n % PARTITIONS)
        await producer.flush()


async def seen(pool: Pool, schema: str) -> list[str]:
    """What a handler wrote, in order."""
    rows = await pool.fetch(f"SELECT value FROM {schema}.seen ORDER BY n")
    return [row["value"] for row in rows]


def writer(schema: str) -> Handler:
    """A handler that adds each value to `seen`; it is not idempotent, so repeats show."""

    async def on_batch(conn: Conn, records: Sequence[Received]) -> None:
        await conn.executemany(
            f"INSERT INTO {schema}.seen (value) VALUES ($1)",
            [(record.value.decode(),) for record in records],
        )

    return on_batch


def make_consumer(
    settings: CommonSettings, pool: Pool, schema: str, handler: Handler | None = None
) -> Consumer:
    """A consumer of the topic of spend, for group `budget`."""
    return Consumer(
        settings,
        pool,
        schema=schema,
        group="budget",
        topics=[SPEND],
        handler=handler or writer(schema),
    )


async def all_seen(pool: Pool, schema: str, values: Sequence[str]) -> None:
    """Waits until each value has been seen."""

    async def complete() -> bool:
        return set(values) <= set(await seen(pool, schema))

    await eventually(complete, what="every record in the table")
