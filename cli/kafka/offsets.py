"""Where each consumer group stands, and the one way past a gap: a person accepts it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    CommitFailedError,
    GroupLoadInProgressError,
    KafkaError,
    UnknownMemberIdError,
)
from aiokafka.structs import OffsetAndMetadata

from cli.errors import CommandError, Exit
from cli.output import tell_stderr

SCHEMAS = ("ingest", "budget", "kpi", "alerts")
GROUPS = ("ingest-rejections", "budget", "kpi-monitor", "alerts")
"""Consumer groups of the services; a broker may serve other programs too."""
_TIMEOUT_MS = 10_000
GROUPS_TIMEOUT_S = 5.0
MEMBERS_TIMEOUT_S = 60.0
"""Twice the session of a member (PACELINE_SESSION_TIMEOUT_S)."""
MEMBERS_POLL_S = 3.0


@dataclass(frozen=True)
class PartitionStanding:
    """One partition as one group sees it. Offsets; `begin` and `end` are what the log has."""

    group: str
    topic: str
    partition: int
    committed: int
    begin: int
    end: int

    @property
    def lag(self) -> int:
        """Records the group has not committed."""
        return max(0, self.end - self.committed)

    @property
    def is_gap(self) -> bool:
        """True when the log no longer has, or never had, the record to go on with."""
        return not self.begin <= self.committed <= self.end


@dataclass(frozen=True)
class AcceptedGap:
    """What `accept_gap` did: records [from_offset, to_offset) are given up.

    None are when both are equal, or when `to_offset` is lower because the log was made anew.
    """

    group: str
    from_offset: int
    to_offset: int
    lost_from: datetime | None
    """When the last record the group read was written, as far as known."""
    lost_to: datetime
    """When the record the group goes on with was written; now, if there is none."""


async def await_groups(bootstrap: str) -> None:
    """Waits until a broker that has just started knows its groups, or for GROUPS_TIMEOUT_S.

    It answers before it has read them back, and then says that there are none, or so.
    """
    deadline = time.monotonic() + GROUPS_TIMEOUT_S
    async with _admin(bootstrap) as admin:
        while time.monotonic() < deadline:
            with suppress(GroupLoadInProgressError):
                if await admin.list_consumer_groups():
                    return
            await asyncio.sleep(0.2)


async def read_standings(bootstrap: str, prefix: str = "") -> list[PartitionStanding]:
    """All partitions of all groups that have committed, sorted. Raises CommandError (exit 3)."""
    try:
        async with _admin(bootstrap) as admin, _reader(bootstrap) as reader:
            standings = []
            for group in sorted({entry[0] for entry in await admin.list_consumer_groups()}):
                if group.startswith(prefix):
                    standings += await _standings_of(admin, reader, group)
            return standings
    except (KafkaError, OSError) as error:
        raise CommandError(f"Kafka at {bootstrap} does not answer: {error}") from error


async def _standings_of(
    admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer, group: str
) -> list[PartitionStanding]:
    committed = await admin.list_consumer_group_offsets(group)
    places = sorted(place for place, stored in committed.items() if stored.offset >= 0)
    if not places:
        return []
    begins = await reader.beginning_offsets(places)
    ends = await reader.end_offsets(places)
    return [
        PartitionStanding(
            group,
            place.topic,
            place.partition,
            committed[place].offset,
            begins[place],
            ends[place],
        )
        for place in places
    ]


async def accept_gap(
    bootstrap: str,
    database_url: str,
    topic: str,
    partition: int,
    reason: str,
    *,
    group: str | None = None,
) -> list[AcceptedGap]:
    """Lets every group (or `group`) that read the partition go on past what the log has lost.

    The group's last place is its committed offset, else the witness row in its database. It goes
    on there when the log still has it, else at the log's beginning; both offsets and the reason
    are recorded in `offset_gaps`, with the time from the last record read to the next one there is:
    what was received then is shown as incomplete. The group's processes must be stopped. Raises
    CommandError: 2 when no group ever read the partition, 3 when Kafka or the database is away.
    """
    place = TopicPartition(topic, partition)
    try:
        conn = await asyncpg.connect(database_url, timeout=_TIMEOUT_MS / 1000)
    except (OSError, ValueError, asyncpg.PostgresError) as error:
        raise CommandError(f"the database does not answer: {error!r}") from error
    try:
        readers = await _groups_reading(conn, topic, partition, group)
        if not readers:
            raise CommandError(f"no group has read {topic} {partition}", Exit.USAGE)
        accepted = []
        for schema, name, witness in readers:
            async with _reader(bootstrap, name) as consumer:
                gap = await _find_gap(consumer, name, place, witness)
                await _record(conn, schema, place, gap, reason)
                # Last, so that nobody goes on past a gap that is not on record.
                await _commit(consumer, place, gap)
            accepted.append(gap)
        return accepted
    except (KafkaError, OSError, TimeoutError) as error:
        raise CommandError(f"the offsets cannot be moved: {error!r}") from error
    finally:
        await conn.close()


async def _groups_reading(
    conn: asyncpg.Connection, topic: str, partition: int, group: str | None
) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    for schema in SCHEMAS:
        if await conn.fetchval("SELECT to_regclass($1)", f"{schema}.witness") is None:
            continue
        # After a broker was made anew there are rows of the old cluster too; the newest counts.
        rows: Sequence[Any] = await conn.fetch(
            "SELECT group_id, max(next_offset) AS next_offset, max(written_at) AS written_at "
            f"FROM {schema}.witness WHERE topic = $1 AND partition = $2 GROUP BY group_id",
            topic,
            partition,
        )
        found += [
            (schema, row["group_id"], row)
            for row in rows
            if group is None or row["group_id"] == group
        ]
    return found


async def _find_gap(
    consumer: AIOKafkaConsumer, group: str, place: TopicPartition, witness: Mapping[str, Any]
) -> AcceptedGap:
    consumer.assign([place])
    committed = await consumer.committed(place)
    last = witness["next_offset"] if committed is None else committed
    begin = (await consumer.beginning_offsets([place]))[place]
    end = (await consumer.end_offsets([place]))[place]
    # Past the end means that the log was made anew: all of it is unread, and reading a record
    # twice changes nothing, so its beginning is the place that loses none.
    target = begin if last > end else max(last, begin)
    if target >= end:
        return AcceptedGap(group, last, target, witness["written_at"], datetime.now(UTC))
    consumer.seek(place, target)
    async with asyncio.timeout(_TIMEOUT_MS / 1000):
        goes_on_with = await consumer.getone(place)
    written_at = datetime.fromtimestamp(goes_on_with.timestamp / 1000, UTC)
    return AcceptedGap(group, last, target, witness["written_at"], written_at)


async def _commit(consumer: AIOKafkaConsumer, place: TopicPartition, gap: AcceptedGap) -> None:
    """Commits, which the broker refuses as long as the group has a member.

    One that was killed counts as a member until its session expires.
    """
    there = {place: OffsetAndMetadata(gap.to_offset, "gap accepted")}
    deadline = time.monotonic() + MEMBERS_TIMEOUT_S
    told = False
    while True:
        try:
            await consumer.commit(there)
        except (CommitFailedError, UnknownMemberIdError) as error:
            if time.monotonic() > deadline:
                raise CommandError(f"{gap.group} has running members; stop them first") from error
            if not told:
                tell_stderr(f"waiting for the last member of {gap.group} to leave")
                told = True
            await asyncio.sleep(MEMBERS_POLL_S)
        else:
            return


async def _record(
    conn: asyncpg.Connection,
    schema: str,
    place: TopicPartition,
    gap: AcceptedGap,
    reason: str,
) -> None:
    await conn.execute(
        f"INSERT INTO {schema}.offset_gaps "
        "(group_id, topic, partition, from_offset, to_offset, lost_from, lost_to, reason) "
        "VALUES ($1, $2, $3, $4, $5, least($6::timestamptz, $7), $7, $8) "
        "ON CONFLICT ON CONSTRAINT offset_gaps_pk DO UPDATE "
        "SET to_offset = excluded.to_offset, lost_to = excluded.lost_to, reason = excluded.reason",
        gap.group,
        *place,
        gap.from_offset,
        gap.to_offset,
        gap.lost_from,
        gap.lost_to,
        reason,
    )


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_TIMEOUT_MS)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@asynccontextmanager
async def _reader(bootstrap: str, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        request_timeout_ms=_TIMEOUT_MS,
    )
    try:
        await reader.start()
        yield reader
    finally:
        await reader.stop()
