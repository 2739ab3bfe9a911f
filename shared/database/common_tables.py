"""The tables that every service's schema has, as models; migrations say how they come to be."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.database.columns import big, instant, integer, jsonb, serial, text


def outbox_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """Messages sealed in the transaction that caused them; the relay sends and deletes them."""
    return sa.Table(
        "outbox",
        metadata,
        serial("id"),
        text("topic"),
        text("key"),
        sa.Column("value", pg.BYTEA, nullable=False),
        instant("created_at", now=True),
        sa.PrimaryKeyConstraint("id", name="outbox_pk"),
        schema=schema,
    )


def witness_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """The last offset each group committed to this database, and when that record was written.

    It is never used to seek: it tells a group that never ran from one whose offsets expired.
    """
    return sa.Table(
        "witness",
        metadata,
        text("group_id"),
        text("cluster"),
        text("topic"),
        integer("partition"),
        big("next_offset"),
        instant("written_at", nullable=True),
        sa.PrimaryKeyConstraint("group_id", "cluster", "topic", "partition", name="witness_pk"),
        schema=schema,
    )


def gaps_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """Gaps in the log that a person accepted: what is missing, from when to when, and why."""
    return sa.Table(
        "offset_gaps",
        metadata,
        text("group_id"),
        text("topic"),
        integer("partition"),
        big("from_offset"),
        big("to_offset"),
        instant("lost_from", nullable=True),
        instant("lost_to"),
        text("reason"),
        instant("accepted_at", now=True),
        sa.PrimaryKeyConstraint(
            "group_id", "topic", "partition", "from_offset", name="offset_gaps_pk"
        ),
        schema=schema,
    )


def idempotency_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """Stored replies by Idempotency-Key: the same key and body get the same answer again."""
    return sa.Table(
        "idempotency",
        metadata,
        text("workspace"),
        text("route"),
        text("key"),
        sa.Column("body_hash", pg.BYTEA, nullable=False),
        integer("status"),
        jsonb("headers"),
        jsonb("reply"),
        instant("created_at", now=True),
        sa.PrimaryKeyConstraint("workspace", "route", "key", name="idempotency_pk"),
        sa.Index("idempotency_created", "created_at"),
        schema=schema,
    )


def progress_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """How far each source is complete in each partition; greatest wins.

    `set_aside`: how much of it was refused and is not settled. That is waited for until
    `set_aside_until`; `settled_through` is how far the source is complete without it (null: as far
    as `complete_through`).
    """
    return sa.Table(
        "progress",
        metadata,
        text("workspace"),
        text("source"),
        text("topic"),
        integer("partition"),
        instant("complete_through"),
        integer("expected_interval_s", nullable=True),
        integer("set_aside", default="0"),
        instant("settled_through", nullable=True),
        instant("set_aside_until", nullable=True),
        sa.PrimaryKeyConstraint("workspace", "source", "topic", "partition", name="progress_pk"),
        sa.Index(
            "progress_waiting",
            "set_aside_until",
            postgresql_where=sa.text("set_aside_until IS NOT NULL"),
        ),
        schema=schema,
    )


def common_tables(metadata: sa.MetaData, schema: str) -> None:
    """Adds all of them to a service's metadata."""
    outbox_table(metadata, schema)
    witness_table(metadata, schema)
    gaps_table(metadata, schema)
    idempotency_table(metadata, schema)
    progress_table(metadata, schema)
