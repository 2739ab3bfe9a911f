"""A gap in the log stops a group until a person accepts it, by name and with a reason."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import OffsetAndMetadata
from typer.testing import CliRunner

from cli.__main__ import app
from cli.errors import CommandError, Exit
from cli.kafka.offsets import accept_gap, read_standings
from shared.kafka.gaps import Gap, gaps_between


async def _fill(kafka: str, place: TopicPartition, count: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for _ in range(count):
            await producer.send_and_wait(place.topic, b"{}", partition=place.partition)
    finally:
        await producer.stop()


async def _commit(kafka: str, group: str, place: TopicPartition, offset: int) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([place])
        await consumer.commit({place: OffsetAndMetadata(offset, "")})
    finally:
        await consumer.stop()


async def _lose(kafka: str, place: TopicPartition, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_records({place: RecordsToDelete(before_offset=before)})
    finally:
        await admin.close()


async def _witness(conn: asyncpg.Connection, group: str, place: TopicPartition, at: int) -> None:
    await conn.execute(
        "INSERT INTO budget.witness (group_id, cluster, topic, partition, next_offset, written_at) "
        "VALUES ($1, 'cluster', $2, $3, $4, now() - interval '1 h')",
        group,
        place.topic,
        place.partition,
        at,
    )


async def test_an_accepted_gap_is_recorded_and_the_group_goes_on_after_it(
    kafka: str, database_url: str, topic_prefix: str
) -> None:
    group, place = f"{topic_prefix}budget", TopicPartition(f"{topic_prefix}spend.v1", 5)
    conn = await asyncpg.connect(database_url)
    await _fill(kafka, place, 8)
    await _commit(kafka, group, place, 2)
    await _witness(conn, group, place, 2)
    await _lose(kafka, place, before=6)
    [standing] = await read_standings(kafka, group)
    assert (standing.committed, standing.begin, standing.end) == (2, 6, 8)
    assert standing.is_gap

    [accepted] = await accept_gap(kafka, database_url, place.topic, 5, "disk was full")

    assert (accepted.group, accepted.from_offset, accepted.to_offset) == (group, 2, 6)
    [standing] = await read_standings(kafka, group)
    assert (standing.committed, standing.lag, standing.is_gap) == (6, 2, False)
    rows = await conn.fetch("SELECT * FROM budget.offset_gaps WHERE group_id = $1", group)
    assert [(r["from_offset"], r["to_offset"], r["reason"]) for r in rows] == [
        (2, 6, "disk was full")
    ]
    [row] = rows
    assert row["lost_to"] - row["lost_from"] > timedelta(minutes=59)
    began, later = row["lost_from"], row["lost_to"] + timedelta(hours=1)
    [gap] = await gaps_between(conn, "budget", began + timedelta(minutes=5), later)
    assert gap == Gap(row["lost_from"], row["lost_to"], "disk was full")
    assert await gaps_between(conn, "budget", row["lost_to"], later) == []
    assert await gaps_between(conn, "budget", began - timedelta(hours=1), began) == []
    await conn.close()


async def test_the_command_prints_what_it_accepted_as_json(
    kafka: str, database_url: str, topic_prefix: str
) -> None:
    group, place = f"{topic_prefix}printed", TopicPartition(f"{topic_prefix}spend.v1", 3)
    conn = await asyncpg.connect(database_url)
    await _fill(kafka, place, 3)
    await _witness(conn, group, place, 1)
    await _lose(kafka, place, before=2)
    await conn.close()
    words = ["offsets", "accept-gap", place.topic, "3", "--reason", "disk", "--json"]
    done = await asyncio.to_thread(
        CliRunner().invoke, app, [*words, "--kafka", kafka, "--database", database_url]
    )
    assert done.exit_code == Exit.OK, done.output
    [gap] = json.loads(done.stdout)["accepted"]
    assert (gap["group"], gap["from_offset"], gap["to_offset"]) == (group, 1, 2)
    assert gap["lost_from"] < gap["lost_to"]


async def test_an_expired_offset_whose_records_are_still_there_loses_nothing(
    kafka: str, database_url: str, topic_prefix: str
) -> None:
    group, place = f"{topic_prefix}expired", TopicPartition(f"{topic_prefix}metrics.v1", 1)
    conn = await asyncpg.connect(database_url)
    await _fill(kafka, place, 4)
    await _witness(conn, group, place, 3)
    [accepted] = await accept_gap(kafka, database_url, place.topic, 1, "away", group=group)
    assert (accepted.from_offset, accepted.to_offset) == (3, 3)
    now = datetime.now(UTC)
    gaps = await gaps_between(conn, "budget", now - timedelta(days=1), now)
    assert [gap for gap in gaps if gap.reason == "away"] == []
    await conn.close()


async def test_a_log_made_anew_is_read_from_its_beginning(
    kafka: str, database_url: str, topic_prefix: str
) -> None:
    group, place = f"{topic_prefix}anew", TopicPartition(f"{topic_prefix}metrics.v1", 2)
    conn = await asyncpg.connect(database_url)
    await _fill(kafka, place, 4)
    await _witness(conn, group, place, 900)
    [accepted] = await accept_gap(kafka, database_url, place.topic, 2, "new disk", group=group)
    assert (accepted.from_offset, accepted.to_offset) == (900, 0)
    await conn.close()


async def test_a_partition_nobody_read_is_a_usage_error(kafka: str, database_url: str) -> None:
    with pytest.raises(CommandError, match=r"no group has read spend\.v1 77") as caught:
        await accept_gap(kafka, database_url, "spend.v1", 77, "typing error")
    assert caught.value.exit_code == Exit.USAGE
