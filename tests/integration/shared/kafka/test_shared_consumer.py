"""The consumer loop against a real broker and database: failures, kills, gaps."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from cli.embedded.kafka import KafkaServer
from shared.database.pool import Conn, Pool, create_pool
from shared.errors import ConsumerStuckError, UnavailableError
from shared.kafka.consumer import Received
from shared.settings import CommonSettings
from tests.integration.shared.kafka.shared_consumer_process import SESSION_S
from tests.integration.shared.shared_helpers import (
    PARTITIONS,
    PATIENCE_S,
    all_seen,
    eventually,
    make_consumer,
    make_settings,
    new_prefix,
    put,
    running,
    seen,
    writer,
)
from tests.integration.shared.shared_helpers import (
    SPEND as TOPIC,
)
from tests.root import ROOT


async def test_a_new_group_reads_every_partition_from_the_beginning(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    values = [f"v{n}" for n in range(200)]
    await put(settings, values)
    consumer = make_consumer(settings, pool, schema)
    async with running(consumer):
        await all_seen(pool, schema, values)
        assert sorted(await seen(pool, schema)) == sorted(values)
        assert consumer.partitions(TOPIC) == PARTITIONS

        async def caught_up() -> bool:
            return await consumer.lag() == 0

        await eventually(caught_up, what="lag 0")
        await consumer.check()


async def test_records_that_come_later_are_seen_once_by_a_consumer_that_starts_again(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    await put(settings, ["a", "b", "c"])
    async with running(make_consumer(settings, pool, schema)):
        await all_seen(pool, schema, ["a", "b", "c"])
    await put(settings, ["d", "e"])
    async with running(make_consumer(settings, pool, schema)):
        await all_seen(pool, schema, ["d", "e"])
    assert sorted(await seen(pool, schema)) == ["a", "b", "c", "d", "e"]


async def test_a_transient_failure_brings_the_same_batch_again_and_loses_nothing(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    values = [f"v{n}" for n in range(400)]
    failures = iter([OSError("gone"), asyncpg.DeadlockDetectedError("deadlock"), TimeoutError()])
    write = writer(schema)

    async def failing(conn: Conn, records: Sequence[Received]) -> None:
        await write(conn, records)
        if len(records) > 20 and (error := next(failures, None)) is not None:
            raise error

    await put(settings, values)
    async with running(make_consumer(settings, pool, schema, failing)):
        await all_seen(pool, schema, values)
    assert sorted(await seen(pool, schema)) == sorted(values)
    assert next(failures, None) is None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a bug"),
        asyncpg.UndefinedTableError("a bug"),
        asyncpg.DataError("a bug"),
        asyncpg.InterfaceError("the server expects 1 argument for this query, 0 were passed"),
    ],
    ids=["python", "sql", "wrong type", "wrong number of arguments"],
)
async def test_a_bug_ends_the_loop_and_rolls_back(
    settings: CommonSettings, pool: Pool, schema: str, error: Exception
) -> None:
    write = writer(schema)

    async def failing(conn: Conn, records: Sequence[Received]) -> None:
        await write(conn, records)
        raise error

    await put(settings, ["a"])
    consumer = make_consumer(settings, pool, schema, failing)
    with pytest.raises(type(error)):
        async with asyncio.timeout(PATIENCE_S):
            await consumer.run()
    assert await seen(pool, schema) == []


async def test_poison_is_the_handlers_to_set_aside_and_does_not_stop_the_partition(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    async def setting_aside(conn: Conn, records: Sequence[Received]) -> None:
        for record in records:
            kind = "poison" if b"\xff" in record.value else "ok"
            await conn.execute(
                f"INSERT INTO {schema}.seen (value, replica) VALUES ($1, $2)",
                f"{record.topic}/{record.partition}/{record.offset}",
                kind,
            )

    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
        for value in (b"good", b"\xff\xfe", b"good", None):
            await producer.send_and_wait(settings.topic(TOPIC), value, key=b"k", partition=0)
    async with running(make_consumer(settings, pool, schema, setting_aside)):
        await all_seen(pool, schema, [f"{TOPIC}/0/{n}" for n in range(4)])
    kinds = await pool.fetch(f"SELECT replica FROM {schema}.seen ORDER BY value")
    assert [row["replica"] for row in kinds] == ["ok", "poison", "ok", "ok"]


async def test_a_database_connection_lost_in_the_middle_is_taken_again(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    values = [f"v{n}" for n in range(100)]
    killed = False
    write = writer(schema)

    async def losing_its_connection(conn: Conn, records: Sequence[Received]) -> None:
        nonlocal killed
        await write(conn, records)
        if not killed:
            killed = True
            pid = await conn.fetchval("SELECT pg_backend_pid()")
            await pool.execute("SELECT pg_terminate_backend($1)", pid)

    await put(settings, values)
    async with running(make_consumer(settings, pool, schema, losing_its_connection)):
        await all_seen(pool, schema, values)
    assert sorted(await seen(pool, schema)) == sorted(values)


async def test_a_second_replica_shares_the_work_and_what_a_stopped_one_had_goes_on(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    quick = settings.model_copy(update={"session_timeout_s": 6.0})
    other = quick.model_copy(update={"replica": "2"})
    first, second = make_consumer(quick, pool, schema), make_consumer(other, pool, schema)
    async with running(first):
        await put(settings, ["a", "b", "c", "d"])
        await all_seen(pool, schema, ["a", "b", "c", "d"])
        async with running(second):
            await put(settings, [f"e{n}" for n in range(40)])
            await all_seen(pool, schema, [f"e{n}" for n in range(40)])
        await put(settings, [f"f{n}" for n in range(40)])
        await all_seen(pool, schema, [f"f{n}" for n in range(40)])
    expected = {"a", "b", "c", "d", *(f"{tag}{n}" for tag in "ef" for n in range(40))}
    assert set(await seen(pool, schema)) == expected


async def test_a_killed_replica_started_again_does_not_wait_for_the_session_it_had(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    values = [f"v{n}" for n in range(3000)]
    await put(settings, values)
    victim = start_consumer(settings, schema, pause_ms=300)
    try:

        async def busy() -> bool:
            return len(await seen(pool, schema)) > 300

        await eventually(busy, what="the first replica at work")
        victim.kill()
        await asyncio.to_thread(victim.wait)
        before = len(await seen(pool, schema))
        assert before < 3000
        victim = start_consumer(settings, schema, pause_ms=0)

        async def advanced() -> bool:
            return len(await seen(pool, schema)) > before

        assert PATIENCE_S < SESSION_S
        await eventually(advanced, what="a batch after the restart")
        await all_seen(pool, schema, values)
    finally:
        victim.kill()
        victim.wait()


def start_consumer(
    settings: CommonSettings, schema: str, *, pause_ms: int
) -> "subprocess.Popen[bytes]":
    arguments = [settings.kafka_bootstrap, settings.topic_prefix, settings.database_url, schema]
    return subprocess.Popen(
        [
            sys.executable,
            str(ROOT / "tests/integration/shared/kafka/shared_consumer_process.py"),
            *arguments,
            "1",
            str(pause_ms),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


async def test_a_consumer_whose_polls_bring_nothing_says_so_and_then_ends(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    """A fetcher that died in silence: the broker has records, polls are empty (design.md 1.9)."""
    quick = settings.model_copy(update={"stuck_after_s": 3.0})
    consumer = make_consumer(quick, pool, schema)
    async with running(consumer) as task:
        await put(settings, ["a"])
        await all_seen(pool, schema, ["a"])
        assert consumer._consumer is not None
        consumer._consumer.pause(*consumer._consumer.assignment())
        await put(settings, ["b", "c"])

        async def is_unready() -> bool:
            try:
                await consumer.check()
            except UnavailableError as error:
                return error.code == "consumer_stuck"
            return False

        await eventually(is_unready, what="readiness that fails")
        with pytest.raises(ConsumerStuckError):
            async with asyncio.timeout(PATIENCE_S):
                await task


async def test_a_database_that_is_away_for_long_is_waited_for(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    quick = settings.model_copy(update={"stuck_after_s": 2.0, "backoff_max_s": 0.2})
    write = writer(schema)
    away = True

    async def on_batch(conn: Conn, records: Sequence[Received]) -> None:
        if away:
            raise OSError("connection refused")
        await write(conn, records)

    consumer = make_consumer(quick, pool, schema, on_batch)
    async with running(consumer) as task:
        await put(settings, ["a", "b"])
        # More than twice the limit, after which polls that bring nothing would end it.
        await asyncio.sleep(5.0)
        assert not task.done()
        with pytest.raises(UnavailableError):
            await consumer.check()
        away = False
        await all_seen(pool, schema, ["a", "b"])


async def test_a_stopped_broker_makes_the_consumer_unready_and_its_return_is_enough(
    settings: CommonSettings,
    pool: Pool,
    schema: str,
    kafka_server: KafkaServer,
    state_dir: Path,
) -> None:
    # The broker is away for longer than that: twice the time from its return on are left.
    quick = settings.model_copy(update={"stuck_after_s": 6.0, "delivery_timeout_s": 2.0})
    consumer = make_consumer(quick, pool, schema)
    async with running(consumer) as task:
        await put(settings, ["a"])
        await all_seen(pool, schema, ["a"])
        await asyncio.to_thread(kafka_server.stop)
        try:

            async def is_unready() -> bool:
                try:
                    await consumer.check()
                except UnavailableError as error:
                    return error.code == "broker_unavailable"
                return False

            await eventually(is_unready, what="readiness that fails")
        finally:
            await asyncio.to_thread(kafka_server.start, state_dir)
        await put(settings, ["b", "c", "d", "e"])
        await all_seen(pool, schema, ["b", "c", "d", "e"])
        assert not task.done()


async def test_a_topic_that_does_not_exist_is_waited_for(
    kafka: str, postgres: str, schema: str
) -> None:
    settings = CommonSettings(
        kafka_bootstrap=kafka,
        topic_prefix=new_prefix(),
        database_url=postgres,
        stuck_after_s=5,
    )
    pool = await create_pool(settings)
    consumer = make_consumer(settings, pool, schema)
    async with running(consumer) as task:
        await asyncio.sleep(1.0)
        assert not task.done()
        with pytest.raises(UnavailableError):
            await consumer.lag()
        make_settings(kafka, settings.topic_prefix)
        await put(settings, ["a"])
        await all_seen(pool, schema, ["a"])
    await pool.close()
