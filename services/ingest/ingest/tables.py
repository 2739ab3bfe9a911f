"""The tables of schema `ingest`, as models for migrations and the test that holds them equal."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from ingest import SCHEMA
from shared.database.columns import big, instant, integer, jsonb, serial, text
from shared.database.common_tables import common_tables

metadata = sa.MetaData()
common_tables(metadata, SCHEMA)

api_keys = sa.Table(
    "api_keys",
    metadata,
    text("key_id"),
    text("workspace"),
    text("name"),
    sa.Column("hash", pg.BYTEA, nullable=False),
    sa.Column("sources", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("campaigns", pg.ARRAY(sa.Text), nullable=True),
    integer("rate_per_s", nullable=True),
    text("created_by"),
    instant("created_at", now=True),
    instant("expires_at", nullable=True),
    instant("revoked_at", nullable=True),
    sa.PrimaryKeyConstraint("key_id", name="api_keys_pk"),
    sa.UniqueConstraint("hash", name="api_keys_hash_uq"),
    sa.CheckConstraint("rate_per_s > 0", name="api_keys_rate_ck"),
    schema=SCHEMA,
)

sources = sa.Table(
    "sources",
    metadata,
    text("workspace"),
    text("source"),
    text("time_zone", nullable=True),
    text("currency", nullable=True),
    integer("expected_interval_s", nullable=True),
    text("money_report", nullable=True),
    instant("last_received", nullable=True),
    instant("complete_through", nullable=True),
    integer("version", default="0"),
    text("measures_report", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "source", name="sources_pk"),
    sa.CheckConstraint("expected_interval_s > 0", name="sources_interval_ck"),
    schema=SCHEMA,
)

rejections = sa.Table(
    "rejections",
    metadata,
    serial("rejection"),
    text("message"),
    text("workspace"),
    text("source", nullable=True),
    text("id", nullable=True),
    text("code"),
    text("detail"),
    text("topic", nullable=True),
    integer("partition", nullable=True),
    big("offset", nullable=True),
    jsonb("event"),
    instant("rejected_at"),
    text("subject", nullable=True),
    instant("period_start", nullable=True),
    instant("settled_at", nullable=True),
    text("settled_by", nullable=True),
    sa.PrimaryKeyConstraint("rejection", name="rejections_pk"),
    sa.UniqueConstraint("message", name="rejections_message_uq"),
    sa.Index("rejections_workspace_ix", "workspace", "rejection"),
    sa.Index("rejections_rejected_at_ix", "rejected_at"),
    sa.Index("rejections_source_ix", "workspace", "source", "rejected_at"),
    sa.Index(
        "rejections_open_ix",
        "workspace",
        "source",
        "rejected_at",
        postgresql_where=sa.text("subject IS NOT NULL AND settled_at IS NULL"),
    ),
    schema=SCHEMA,
)

quarantines = sa.Table(
    "quarantines",
    metadata,
    text("workspace"),
    text("source"),
    instant("since"),
    text("reason"),
    instant("released_at", nullable=True),
    text("released_by", nullable=True),
    text("release_reason", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "source", "since", name="quarantines_pk"),
    sa.Index(
        "quarantines_open_uq",
        "workspace",
        "source",
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    ),
    schema=SCHEMA,
)
