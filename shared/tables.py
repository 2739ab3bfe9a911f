"""The four tables every service's schema has, as models and as the migration that makes them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

INSTANT = sa.TIMESTAMP(timezone=True)


def text_column(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text, not null unless said so."""
    return sa.Column(name, sa.Text, nullable=nullable)


def outbox_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """Messages sealed in the transaction that caused them; the relay sends and deletes them."""
    return sa.Table(
        "outbox",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", pg.BYTEA, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False, server_default=sa.text("now()")),
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
        sa.Column("group_id", sa.Text, nullable=False),
        sa.Column("cluster", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.Column("written_at", INSTANT),
        sa.PrimaryKeyConstraint("group_id", "cluster", "topic", "partition", name="witness_pk"),
        schema=schema,
    )


def gaps_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """Gaps in the log that a person accepted: what is missing, from when to when, and why."""
    return sa.Table(
        "offset_gaps",
        metadata,
        sa.Column("group_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("from_offset", sa.BigInteger, nullable=False),
        sa.Column("to_offset", sa.BigInteger, nullable=False),
        sa.Column("lost_from", INSTANT),
        sa.Column("lost_to", INSTANT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False, server_default=sa.text("now()")),
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
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("body_hash", pg.BYTEA, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", pg.JSONB, nullable=False),
        sa.Column("reply", pg.JSONB, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("workspace", "route", "key", name="idempotency_pk"),
        sa.Index("idempotency_created", "created_at"),
        schema=schema,
    )


def progress_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """How far each source is complete in each partition; greatest wins."""
    return sa.Table(
        "progress",
        metadata,
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("complete_through", INSTANT, nullable=False),
        sa.Column("expected_interval_s", sa.Integer),
        sa.PrimaryKeyConstraint("workspace", "source", "topic", "partition", name="progress_pk"),
        schema=schema,
    )


def common_tables(metadata: sa.MetaData, schema: str) -> None:
    """Adds all of them to a service's metadata."""
    outbox_table(metadata, schema)
    witness_table(metadata, schema)
    gaps_table(metadata, schema)
    idempotency_table(metadata, schema)
    progress_table(metadata, schema)


def create_common_tables(op: Any, schema: str) -> None:
    """The common part of a service's first migration; `op` is alembic's operations proxy.

    Later changes to these tables are migrations of their own and do not edit this function.
    """
    metadata = sa.MetaData()
    common_tables(metadata, schema)
    metadata.create_all(op.get_bind(), checkfirst=False)


def drop_common_tables(op: Any, schema: str) -> None:
    """The way back of `create_common_tables`."""
    metadata = sa.MetaData()
    common_tables(metadata, schema)
    metadata.drop_all(op.get_bind(), checkfirst=False)
