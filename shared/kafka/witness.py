"""What a database has read of a topic, written in each transaction and never used to seek.

It tells a group that never ran from one whose offsets expired (design.md section 6).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from shared.database.pool import Conn

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
