"""An offset the log no longer has, or never had, stops a consumer loudly (design.md section 6)."""

import asyncio
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import OffsetAndMetadata

from shared.database.pool import Pool
from shared.errors import OffsetGapError
from shared.kafka.consumer import Consumer
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import (
    SPEND as TOPIC,
)
from tests.integration.shared.shared_helpers import (
    all_seen,
    make_consumer,
    put,
    running,
    seen,
    writer,
)


async def set_committed(settings: CommonSettings, offsets: dict[int, int]) -> None:
    """Writes the group's offsets while nobody is in it."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=settings.topic("budget"),
        enable_auto_commit=False,
    )
    await reader.start()
    try:
        places = {TopicPartition(settings.topic(TOPIC), n): offset for n, offset in offsets.items()}
        reader.assign(list(places))
        await reader.commit({place: OffsetAndMetadata(n, "") for place, n in places.items()})
    finally:
        await reader.stop()


async def stops_with_gap(consumer: Consumer) -> str:
    with pytest.raises(OffsetGapError) as gap:
        async with asyncio.timeout(20):
            await consumer.run()
    return str(gap.value)


async def test_a_committed_offset_past_the_end_is_a_gap(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    await put(settings, ["a", "b", "c", "d"])
    await set_committed(settings, {0: 1_000_000, 1: 0, 2: 0, 3: 0})
    text = await stops_with_gap(make_consumer(settings, pool, schema))
    assert settings.topic(TOPIC) in text
    assert "1000000" in text


async def test_a_committed_offset_that_was_deleted_from_the_log_is_a_gap(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    await put(settings, [f"v{n}" for n in range(40)])
    await set_committed(settings, {0: 2, 1: 10, 2: 10, 3: 10})
    await delete_before(settings, 0, 5)
    text = await stops_with_gap(make_consumer(settings, pool, schema))
    assert settings.topic(TOPIC) in text
    assert await seen(pool, schema) == []


async def delete_before(settings: CommonSettings, partition: int, offset: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    try:
        place = TopicPartition(settings.topic(TOPIC), partition)
        await admin.delete_records({place: RecordsToDelete(before_offset=offset)})
    finally:
        await admin.close()


async def _under_a_group_the_broker_does_not_know(
    settings: CommonSettings, pool: Pool, schema: str
) -> Consumer:
    """The same installation and database after the broker forgot the group's offsets."""
    await pool.execute(f"UPDATE {schema}.witness SET group_id = group_id || '-later'")
    return Consumer(
        settings,
        pool,
        schema=schema,
        group="budget-later",
        topics=[TOPIC],
        handler=writer(schema),
    )


async def test_a_group_without_offsets_reads_again_while_the_log_has_all_it_did_not_read(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    # So does a process killed between its first transaction and its first commit.
    await put(settings, ["a", "b", "c", "d"])
    async with running(make_consumer(settings, pool, schema)):
        await all_seen(pool, schema, ["a", "b", "c", "d"])
    later = await _under_a_group_the_broker_does_not_know(settings, pool, schema)
    await put(settings, ["e"])
    async with running(later):
        await all_seen(pool, schema, ["a", "b", "c", "d", "e"])


async def test_a_group_whose_offsets_expired_stops_when_the_log_lost_what_it_did_not_read(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    await put(settings, ["a", "b", "c", "d"])
    async with running(make_consumer(settings, pool, schema)):
        await all_seen(pool, schema, ["a", "b", "c", "d"])
    later = await _under_a_group_the_broker_does_not_know(settings, pool, schema)
    await pool.execute(f"UPDATE {schema}.witness SET next_offset = next_offset + 1000")
    assert "expired" in await stops_with_gap(later)
    assert len(await seen(pool, schema)) == 4


async def test_a_topic_kept_longer_than_ids_are_remembered_is_refused_at_start(
    settings: CommonSettings, pool: Pool, schema: str
) -> None:
    for horizon, refused in ((timedelta(days=8), False), (timedelta(days=7), True)):
        consumer = Consumer(
            settings,
            pool,
            schema=schema,
            group="horizon",
            topics=[TOPIC],
            handler=writer(schema),
            horizons={TOPIC: horizon},
        )
        run = asyncio.create_task(consumer.run())
        await asyncio.wait([run], timeout=60 if refused else 2)
        assert run.done() == refused
        await consumer.stop()
        if refused:
            with pytest.raises(ValueError, match="would count twice"):
                await run
        else:
            await run
