"""What a database has read of a topic, written in each transaction and never used to seek.

It tells a group that never ran from one whose offsets expired (design.md section 6).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.database.pool import Conn
from shared.errors import OffsetGapError
from shared.logs import get_logger

log = get_logger(__name__)

WITNESS = """
INSERT INTO {schema}.witness AS t (group_id, cluster, topic, partition, next_offset, written_at)
SELECT $1, $2, u.topic, u.partition, u.next_offset, to_timestamp(u.written_ms / 1000.0)
FROM unnest($3::text[], $4::int[], $5::bigint[], $6::bigint[])
  AS u(topic, partition, next_offset, written_ms)
ORDER BY u.topic, u.partition
ON CONFLICT (group_id, cluster, topic, partition) DO UPDATE
SET next_offset = greatest(t.next_offset, excluded.next_offset),
  written_at = greatest(t.written_at, excluded.written_at)
"""
WITNESSED = """
SELECT next_offset FROM {schema}.witness
WHERE group_id = $1 AND cluster = $2 AND topic = $3 AND partition = $4
"""


async def write(
    conn: Conn,
    schema: str,
    group: str,
    cluster: str,
    polled: Mapping[TopicPartition, Sequence[Any]],
) -> None:
    """Raises each partition's offset to the end of this poll, with its last record's time."""
    await conn.execute(
        WITNESS.format(schema=schema),
        group,
        cluster,
        [place.topic for place in polled],
        [place.partition for place in polled],
        [part[-1].offset + 1 for part in polled.values()],
        [part[-1].timestamp for part in polled.values()],
    )


async def read(
    conn: Conn, schema: str, group: str, cluster: str, place: TopicPartition
) -> int | None:
    """The offset this database has read up to; None when it never read this partition."""
    seen: int | None = await conn.fetchval(
        WITNESSED.format(schema=schema), group, cluster, place.topic, place.partition
    )
    return seen


async def check(consumer: AIOKafkaConsumer, group: str, place: TopicPartition, seen: int) -> None:
    """Without a committed offset, but the database has read up to `seen`. Raises OffsetGapError.

    A process killed between its first transaction and its first commit leaves this, and so do
    expired offsets. Reading again from the beginning is harmless while the log still has all
    that was not read; else records are lost and the group must stop.
    """
    begins = (await consumer.beginning_offsets([place]))[place]
    ends = (await consumer.end_offsets([place]))[place]
    if not begins <= seen <= ends:
        raise OffsetGapError(
            f"{group}: {place.topic}/{place.partition} was read up to {seen}, its offset "
            f"has expired and the log has {begins} to {ends}"
        )
    log.info("reads_again", group=group, topic=place.topic, partition=place.partition)
