"""A consumer in a process of its own, for tests that kill it: writes what it sees to `seen`.

Arguments: bootstrap, prefix, database URL, schema, replica, milliseconds each batch takes.
"""

import asyncio
import sys
from collections.abc import Sequence

from shared.database.pool import Conn, create_pool
from shared.errors import OffsetGapError
from shared.kafka.consumer import Consumer, Received
from shared.settings import CommonSettings

GAP = 5
SESSION_S = 240.0
"""Longer than any test waits for a replica that was killed."""


async def consume(arguments: Sequence[str]) -> int:
    """Runs until it is killed; returns 5 on an offset gap."""
    bootstrap, prefix, database_url, schema, replica, pause_ms = arguments
    settings = CommonSettings(
        kafka_bootstrap=bootstrap,
        topic_prefix=prefix,
        database_url=database_url,
        replica=replica,
        batch_events_max=50,
        session_timeout_s=SESSION_S,
    )
    pool = await create_pool(settings)

    async def on_batch(conn: Conn, records: Sequence[Received]) -> None:
        await conn.executemany(
            f"INSERT INTO {schema}.seen (value, replica) VALUES ($1, $2)",
            [(record.value.decode(), replica) for record in records],
        )
        await asyncio.sleep(int(pause_ms) / 1000)

    consumer = Consumer(
        settings, pool, schema=schema, group="budget", topics=["spend.v1"], handler=on_batch
    )
    try:
        await consumer.run()
    except OffsetGapError:
        return GAP
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(consume(sys.argv[1:])))
