"""The outbox relay: order per key through failures, one leader, a successor when it dies."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import pytest

from cli.embedded.kafka import KafkaServer
from shared.database.pool import Conn, Pool, create_pool, transaction
from shared.errors import TooLargeError, UnavailableError
from shared.kafka import outbox
from shared.kafka.outbox import OutboxRow, Relay
from shared.kafka.producer import RECORD_BYTES_MAX, Producer, Record, TopicPartition
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import (
    PATIENCE_S,
    connected,
    eventually,
    make_settings,
    new_prefix,
    read_topic,
    running,
)

TOPIC = "catalog.v1"


@pytest.fixture
async def settings(kafka: str, postgres: str) -> CommonSettings:
    return make_settings(
        kafka, new_prefix(), database_url=postgres, delivery_timeout_s=30.0, backoff_max_s=0.5
    )


@pytest.fixture
async def producer(settings: CommonSettings) -> AsyncIterator[Producer]:
    async with connected(settings) as found:
        yield found


@pytest.fixture
def broker(kafka_server: KafkaServer) -> Iterator[KafkaServer]:
    yield kafka_server
    kafka_server.thaw()


async def put(pool: Pool, schema: str, rows: Sequence[OutboxRow]) -> None:
    async with transaction(pool) as conn:
        await outbox.add(conn, schema, rows)


async def until_sent(pool: Pool, schema: str) -> None:
    async def is_empty() -> bool:
        return not await pool.fetchval(f"SELECT count(*) FROM {schema}.outbox")

    await eventually(is_empty, what="an empty outbox")


def numbered(keys: int, count: int) -> list[OutboxRow]:
    return [OutboxRow(TOPIC, f"key-{n % keys}", b"%06d" % n) for n in range(count)]


def first_times(records: Sequence[Any]) -> dict[bytes, list[bytes]]:
    """Each key's values in the order in which they were seen first (a relay may repeat)."""
    seen: dict[bytes, dict[bytes, None]] = defaultdict(dict)
    for record in records:
        seen[record.key][record.value] = None
    return {key: list(values) for key, values in seen.items()}


class FlakyProducer(Producer):
    """A real producer, some of whose partitions fail for some trips."""

    def __init__(self, settings: CommonSettings, failures: int) -> None:
        super().__init__(settings)
        self._failures = failures

    async def deliver(
        self, batches: Mapping[TopicPartition, Sequence[Record]]
    ) -> dict[TopicPartition, BaseException]:
        if self._failures == 0:
            return await super().deliver(batches)
        self._failures -= 1
        refused = sorted(batches)[self._failures % 2 :: 2]
        taken = {place: batch for place, batch in batches.items() if place not in refused}
        # Of a refused partition the first record may be stored all the same.
        half = {place: batches[place][:1] for place in refused}
        await super().deliver({**taken, **half})
        return dict.fromkeys(refused, UnavailableError("broker_unavailable", "refused"))


async def test_every_row_is_sent_in_the_order_of_its_key_and_then_deleted(
    settings: CommonSettings, pool: Pool, schema: str, producer: Producer
) -> None:
    rows = numbered(keys=20, count=5000)
    await put(pool, schema, rows)
    relay = Relay(settings, pool, producer, schema=schema)
    async with running(relay):
        await until_sent(pool, schema)
        assert await relay.unsent() == 0
        await relay.check_age()
    records = await read_topic(settings.kafka_bootstrap, settings.topic(TOPIC))
    assert len(records) == 5000
    assert all(values == sorted(values) for values in first_times(records).values())


async def test_order_per_key_survives_failed_deliveries_and_nothing_is_lost(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    rows = numbered(keys=20, count=600)
    flaky = FlakyProducer(settings, failures=5)
    await flaky.start()
    try:
        async with running(Relay(settings, pool, flaky, schema=schema)):
            for start in range(0, 600, 60):
                await put(pool, schema, rows[start : start + 60])
                await asyncio.sleep(0.05)
            await until_sent(pool, schema)
    finally:
        await flaky.stop()
    seen = first_times(await read_topic(settings.kafka_bootstrap, settings.topic(TOPIC)))
    assert sum(map(len, seen.values())) == 600
    assert all(values == sorted(values) for values in seen.values())


async def test_a_frozen_broker_delays_messages_and_loses_none(
    settings: CommonSettings, pool: Pool, schema: str, broker: KafkaServer
) -> None:
    hasty = settings.model_copy(update={"delivery_timeout_s": 2.0})
    async with connected(hasty) as producer, running(Relay(hasty, pool, producer, schema=schema)):
        await put(pool, schema, numbered(4, 40))
        await until_sent(pool, schema)
        broker.freeze()
        await put(pool, schema, [OutboxRow(TOPIC, "key-0", b"later")])
        await asyncio.sleep(hasty.delivery_timeout_s + 0.5)
        assert await pool.fetchval(f"SELECT count(*) FROM {schema}.outbox") == 1
        broker.thaw()
        await until_sent(pool, schema)
    seen = first_times(await read_topic(settings.kafka_bootstrap, settings.topic(TOPIC)))
    assert seen[b"key-0"][-1] == b"later"


async def leaders(pool: Pool) -> list[int]:
    rows = await pool.fetch(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid::bigint ="
        " hashtext('paceline-relay')::bigint & 4294967295"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return [row["pid"] for row in rows]


async def test_of_two_relays_one_leads_and_the_other_takes_over_when_it_dies(
    settings: CommonSettings, pool: Pool, schema: str, producer: Producer
) -> None:
    led: list[str] = []

    def naming(name: str) -> Any:
        async def before(_: Conn) -> bool:
            led.append(name)
            return False

        return before

    other_pool = await create_pool(settings)
    first = Relay(settings, pool, producer, schema=schema, before=naming("first"))
    second = Relay(settings, other_pool, producer, schema=schema, before=naming("second"))
    try:
        async with running(first):

            async def leads() -> bool:
                return bool(led)

            await eventually(leads, what="a leader")
            async with running(second):
                await put(pool, schema, numbered(4, 100))
                await until_sent(pool, schema)
                assert set(led) == {"first"}
                (leader,) = await leaders(pool)
                await first.stop()
                # As a SIGKILL of the leader's process would: its session is gone at once.
                await other_pool.execute("SELECT pg_terminate_backend($1)", leader)

                async def taken_over() -> bool:
                    return "second" in led

                await eventually(taken_over, what="the successor")
                await put(pool, schema, numbered(4, 200)[100:])
                await until_sent(pool, schema)
    finally:
        await other_pool.close()
    seen = first_times(await read_topic(settings.kafka_bootstrap, settings.topic(TOPIC)))
    assert sum(map(len, seen.values())) == 200
    assert all(values == sorted(values) for values in seen.values())


async def test_what_runs_before_each_tick_commits_with_what_it_sealed(
    settings: CommonSettings, pool: Pool, schema: str, producer: Producer
) -> None:
    waiting = [b"1", b"2", b"3"]

    async def seal(conn: Conn) -> bool:
        if waiting:
            await outbox.add(conn, schema, [OutboxRow(TOPIC, "k", waiting.pop(0))])
        return False

    async with running(Relay(settings, pool, producer, schema=schema, before=seal)):

        async def all_sealed() -> bool:
            return not waiting

        await eventually(all_sealed)
        await asyncio.sleep(0.1)
        await until_sent(pool, schema)
    seen = first_times(await read_topic(settings.kafka_bootstrap, settings.topic(TOPIC)))
    assert seen == {b"k": [b"1", b"2", b"3"]}


async def test_what_one_tick_could_not_take_does_not_wait_for_the_next(
    settings: CommonSettings, pool: Pool, schema: str, producer: Producer
) -> None:
    waiting = list(range(100))

    async def seal(conn: Conn) -> bool:
        if waiting:
            await outbox.add(conn, schema, [OutboxRow(TOPIC, "k", b"%d" % waiting.pop(0))])
        return bool(waiting)

    slow = settings.model_copy(update={"tick_ms": 2000})
    async with running(Relay(slow, pool, producer, schema=schema, before=seal)):

        async def all_sealed() -> bool:
            return not waiting

        await eventually(all_sealed, what="a hundred ticks without the rest between them")


async def test_many_large_rows_are_sent_although_they_exceed_what_one_trip_takes(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    """2,000 rows of 150 kB are 300 MB: asked for at once they would be refused for ever."""
    small = settings.model_copy(update={"inflight_bytes_max": 10 * 1024 * 1024})
    producer = Producer(small)
    await producer.start()
    try:
        await put(
            pool, schema, [OutboxRow(TOPIC, f"k{n % 3}", b"%03d" % n * 50_000) for n in range(200)]
        )
        async with running(Relay(small, pool, producer, schema=schema)):
            await until_sent(pool, schema)
    finally:
        await producer.stop()
    assert len(await read_topic(settings.kafka_bootstrap, settings.topic(TOPIC))) == 200


async def test_a_row_kafka_could_never_take_is_refused_when_it_is_added(
    pool: Pool, schema: str
) -> None:
    with pytest.raises(TooLargeError):
        await put(pool, schema, [OutboxRow(TOPIC, "k", b"x" * RECORD_BYTES_MAX)])
    assert await pool.fetchval(f"SELECT count(*) FROM {schema}.outbox") == 0


async def test_an_old_unsent_row_fails_readiness(
    settings: CommonSettings, pool: Pool, schema: str, producer: Producer
) -> None:
    relay = Relay(settings, pool, producer, schema=schema)
    await put(pool, schema, numbered(1, 1))
    await relay.check_age()
    await pool.execute(f"UPDATE {schema}.outbox SET created_at = now() - interval '61 s'")
    with pytest.raises(UnavailableError) as stuck:
        await relay.check_age()
    assert stuck.value.code == "outbox_stuck"


async def test_a_bug_before_the_tick_ends_the_relay(
    settings: CommonSettings, pool: Pool, schema: str, producer: Producer
) -> None:
    async def wrong(_: Conn) -> bool:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        async with asyncio.timeout(PATIENCE_S):
            await Relay(settings, pool, producer, schema=schema, before=wrong).run()
