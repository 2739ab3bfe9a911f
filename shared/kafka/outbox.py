"""Transactional outbox: messages are rows of the transaction that caused them; one relay sends.

Rows of one key are inserted under a lock that orders them, so their ids are in order; ids of
different keys may commit in any order, which is why there is no cursor. A row is deleted only when
every earlier row of its key is acknowledged.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from shared import metrics
from shared.database.pool import Conn, Pool
from shared.errors import TooLargeError, UnavailableError
from shared.events import ENCODER
from shared.kafka.producer import RECORD_BYTES_MAX, Producer, Record, TopicPartition
from shared.rounds import Rounds
from shared.settings import CommonSettings

RELAY_ROWS_MAX = 2000
RELAY_BYTES_MAX = 8 * 1024 * 1024
"""Values of one trip, the last row's excepted: far below what the producer takes at once."""

ADD = """
INSERT INTO {schema}.outbox (topic, key, value)
SELECT u.topic, u.key, u.value
FROM unnest($1::text[], $2::text[], $3::bytea[]) WITH ORDINALITY AS u(topic, key, value, n)
ORDER BY u.n
"""
UNSENT = """
SELECT id, topic, key, value FROM (
  SELECT id, topic, key, value,
    sum(octet_length(value)) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      AS before
  FROM {schema}.outbox ORDER BY id LIMIT $1
) AS unsent WHERE coalesce(before, 0) < $2 ORDER BY id
"""
DELETE = "DELETE FROM {schema}.outbox WHERE id = ANY($1::bigint[])"
STATE = """
SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age_s
FROM (SELECT created_at FROM {schema}.outbox ORDER BY id LIMIT 100000) AS unsent
"""


class OutboxRow(NamedTuple):
    """A message to send: topic without prefix, key text, encoded value."""

    topic: str
    key: str
    value: bytes


async def add(conn: Conn, schema: str, rows: Sequence[OutboxRow]) -> None:
    """Inserts rows in order, in the caller's transaction.

    Raises TooLargeError for a row the producer could never send: it would stop all behind it.
    """
    for row in rows:
        if len(row.key.encode()) + len(row.value) > RECORD_BYTES_MAX:
            raise TooLargeError("too_large", f"a message to {row.topic} is too large for Kafka")
    if rows:
        await conn.execute(
            ADD.format(schema=schema),
            [row.topic for row in rows],
            [row.key for row in rows],
            [row.value for row in rows],
        )


def envelope(
    topic: str, data: Any, *, event_id: str, service: str, workspace: str, time: Any
) -> bytes:
    """Encodes `data` as a CloudEvent of type "paceline.<topic>" from "paceline/<service>"."""
    return ENCODER.encode(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": f"paceline/{service}",
            "type": f"paceline.{topic}",
            "time": time,
            "workspace": workspace,
            "data": data,
        }
    )


class Relay:
    """Sends a schema's outbox from one replica at a time (advisory lock), once per tick.

    `before` runs first in each tick, in a transaction of its own under the same lock: what is
    sealed from state (budget totals) is sealed there; it says whether more waits than it took.
    """

    name = "relay"

    def __init__(
        self,
        settings: CommonSettings,
        pool: Pool,
        producer: Producer,
        *,
        schema: str,
        before: Callable[[Conn], Awaitable[bool]] | None = None,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._producer = producer
        self._schema = schema
        self._before = before
        self._rounds = Rounds(settings, "relay", self._lead)
        self.wake = self._rounds.wake

    async def run(self) -> None:
        """Relays until `stop`; transient faults wait, anything else is raised."""
        await self._rounds.run()

    async def stop(self) -> None:
        """Asks `run` to end after the tick in hand."""
        await self._rounds.stop()

    async def unsent(self) -> int:
        """Rows not yet sent, and sets the outbox gauges."""
        rows, age_s = await self._state()
        metrics.OUTBOX_ROWS.set(rows)
        metrics.OUTBOX_AGE.set(age_s)
        return rows

    async def check_age(self, age_max_s: float = 60.0) -> None:
        """Raises UnavailableError `outbox_stuck` when the oldest row is older than `age_max_s`."""
        _, age_s = await self._state()
        if age_s > age_max_s:
            raise UnavailableError("outbox_stuck", f"oldest unsent message: {age_s:.0f} s")

    async def _state(self) -> tuple[int, float]:
        async with self._pool.acquire() as conn:
            state = await conn.fetchrow(STATE.format(schema=self._schema))
        assert state is not None
        return state["rows"], state["age_s"]

    async def _lead(self) -> bool:
        """Holds the lock on a connection of its own; a lost connection ends the lead."""
        async with self._pool.acquire() as leader:
            if not await leader.fetchval(
                "SELECT pg_try_advisory_lock(hashtext('paceline-relay'), hashtext($1))",
                self._schema,
            ):
                return False
            metrics.RELAY_LEADER.set(1)
            try:
                # The pool unlocks when it takes the connection back, the server when it is lost.
                while not self._rounds.stopping:
                    await self._tick(leader)
            finally:
                metrics.RELAY_LEADER.set(0)
        return False

    async def _tick(self, conn: Conn) -> None:
        has_more = False
        if self._before is not None:
            async with conn.transaction():
                has_more = await self._before(conn)
        has_sent = await self.send(conn)
        if has_more:
            # What was left has waited for a tick already.
            return
        if has_sent:
            # One tick after work, whoever wakes: many causes share the next messages.
            await asyncio.sleep(self._settings.tick_ms / 1000)
        else:
            await self._rounds.rest()

    async def send(self, conn: Conn) -> bool:
        """One trip; True when there was anything to send."""
        rows = await conn.fetch(UNSENT.format(schema=self._schema), RELAY_ROWS_MAX, RELAY_BYTES_MAX)
        if not rows:
            return False
        batches: dict[TopicPartition, list[Record]] = {}
        ids: dict[TopicPartition, list[int]] = {}
        for row in rows:
            topic = self._settings.topic(row["topic"])
            key = row["key"].encode()
            place = (topic, self._producer.partition_for(topic, key))
            batches.setdefault(place, []).append(Record(key, row["value"]))
            ids.setdefault(place, []).append(row["id"])
        failed = await self._producer.deliver(batches)
        sent = [one for place, group in ids.items() if place not in failed for one in group]
        if sent:
            await conn.execute(DELETE.format(schema=self._schema), sent)
        if failed:
            raise UnavailableError("broker_unavailable", f"{len(failed)} partitions not sent")
        return True
