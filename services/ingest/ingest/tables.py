"""The tables of schema `ingest`, as models for migrations and the test that holds them equal."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.tables import INSTANT, common_tables

SCHEMA = "ingest"
metadata = sa.MetaData()
common_tables(metadata, SCHEMA)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("workspace", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("hash", pg.BYTEA, nullable=False),
    sa.Column("sources", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("rate_per_s", sa.Integer),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", INSTANT, nullable=False, server_default=sa.text("now()")),
    sa.Column("expires_at", INSTANT),
    sa.Column("revoked_at", INSTANT),
    sa.PrimaryKeyConstraint("key_id", name="api_keys_pk"),
    sa.UniqueConstraint("hash", name="api_keys_hash_uq"),
    sa.CheckConstraint("rate_per_s > 0", name="api_keys_rate_ck"),
    schema=SCHEMA,
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("workspace", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("time_zone", sa.Text),
    sa.Column("currency", sa.Text),
    sa.Column("expected_interval_s", sa.Integer),
    sa.Column("money_report", sa.Text),
    sa.Column("last_received", INSTANT),
    sa.Column("complete_through", INSTANT),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.PrimaryKeyConstraint("workspace", "source", name="sources_pk"),
    sa.CheckConstraint("expected_interval_s > 0", name="sources_interval_ck"),
    schema=SCHEMA,
)

rejections = sa.Table(
    "rejections",
    metadata,
    sa.Column("rejection", sa.BigInteger, sa.Identity(always=True), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("workspace", sa.Text, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("id", sa.Text),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("topic", sa.Text),
    sa.Column("partition", sa.Integer),
    sa.Column("offset", sa.BigInteger),
    sa.Column("event", pg.JSONB, nullable=False),
    sa.Column("rejected_at", INSTANT, nullable=False),
    sa.PrimaryKeyConstraint("rejection", name="rejections_pk"),
    sa.UniqueConstraint("message", name="rejections_message_uq"),
    sa.Index("rejections_workspace_ix", "workspace", "rejection"),
    sa.Index("rejections_rejected_at_ix", "rejected_at"),
    sa.Index("rejections_source_ix", "workspace", "source", "rejected_at"),
    schema=SCHEMA,
)

quarantines = sa.Table(
    "quarantines",
    metadata,
    sa.Column("workspace", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("since", INSTANT, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("released_at", INSTANT),
    sa.Column("released_by", sa.Text),
    sa.Column("release_reason", sa.Text),
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
