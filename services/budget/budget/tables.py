"""The tables of schema `budget`, as models. Migration 0003 makes them; a test compares the two.

Hot tables (entries, facts, accounts, changes) have no foreign keys: their checks cost more than the
insert, and every row of them is written by one module from ids it has just read.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from budget import SCHEMA, tables_planning
from budget.schema import metadata, table
from shared.database.columns import big, flag, instant, integer, jsonb, serial, text, total

__all__ = ["SCHEMA", "metadata", "tables_planning"]

KEY_TEXT = sa.Text(collation="C")
"""Keys compare by bytes: faster, and the same order on every machine."""

streams = table(
    "streams",
    sa.Column("stream_id", sa.Integer, sa.Identity(always=True), nullable=False),
    text("workspace"),
    text("source"),
    text("stream"),
    sa.Column("kind", sa.Text, sa.Computed('"left"(stream, 1)', persisted=True), nullable=True),
    sa.PrimaryKeyConstraint("stream_id", name="streams_pk"),
    sa.UniqueConstraint("workspace", "source", "stream", name="streams_key"),
)
reports = table(
    "reports",
    text("workspace"),
    text("source"),
    text("report"),
    text("mode"),
    text("grain"),
    sa.PrimaryKeyConstraint("workspace", "source", "report", name="reports_pk"),
)
accounts = table(
    "accounts",
    sa.Column("account_id", sa.Integer, sa.Identity(always=True), nullable=False),
    big("entries", default="0"),
    big("seq", default="0"),
    instant("latest_at", nullable=True),
    instant("sealed_at", nullable=True),
    instant("sealed_through", nullable=True),
    total("balance", default="0"),
    total("corrections", default="0"),
    total("sealed_actual", default="0"),
    integer("sealed_set_aside", default="0"),
    total("sealed_corrections", default="0"),
    text("workspace"),
    text("kind"),
    text("campaign"),
    text("line"),
    text("source"),
    text("currency"),
    sa.PrimaryKeyConstraint("account_id", name="accounts_pk"),
    sa.UniqueConstraint(
        "workspace", "campaign", "line", "kind", "source", "currency", name="accounts_key"
    ),
    sa.Index(
        "accounts_suspense",
        "workspace",
        "source",
        postgresql_where=sa.text("kind = 'suspense'"),
    ),
)
line_sources = table(
    "line_sources",
    integer("account_id"),
    text("source"),
    sa.PrimaryKeyConstraint("account_id", "source", name="line_sources_pk"),
    sa.Index("line_sources_source", "source", "account_id"),
)
entry_blocks = sa.Sequence("entry_blocks", metadata=metadata, schema=SCHEMA)
entries = table(
    "entries",
    big("entry"),
    big("amount"),
    instant("at"),
    instant("recorded_at"),
    integer("stream_id"),
    integer("account_id"),
    sa.Column("kind", sa.SmallInteger, nullable=False),
    sa.Column("id", KEY_TEXT, nullable=False),
    sa.Column("bodyhash", pg.BYTEA),
    big("corrects", nullable=True),
    instant("period_start", nullable=True),
    instant("period_end", nullable=True),
    text("period", nullable=True),
    text("event_id", nullable=True),
    text("entity", nullable=True),
    integer("item_stream", nullable=True),
    sa.Column("item_key", KEY_TEXT),
    flag("leaves", default="false"),
    sa.PrimaryKeyConstraint("stream_id", "id", name="entries_pk"),
    sa.Index("entries_account", "account_id", "entry"),
)
facts = table(
    "facts",
    big("revision"),
    big("amount"),
    big("entry"),
    instant("stated_at"),
    instant("period_start"),
    instant("period_end"),
    integer("stream_id"),
    integer("account_id"),
    text("currency"),
    sa.Column("key", KEY_TEXT, nullable=False),
    sa.PrimaryKeyConstraint("stream_id", "key", name="facts_pk"),
)
held = table(
    "held",
    serial("held"),
    text("workspace"),
    integer("account_id"),
    integer("stream_id"),
    sa.Column("key", KEY_TEXT, nullable=False),
    flag("is_fact"),
    text("status"),
    text("reason"),
    big("amount"),
    big("entry"),
    text("source"),
    text("event_id"),
    text("currency", nullable=True),
    text("campaign", nullable=True),
    text("line", nullable=True),
    jsonb("entity"),
    text("period", nullable=True),
    instant("period_start"),
    instant("period_end"),
    instant("at"),
    instant("recorded_at"),
    sa.PrimaryKeyConstraint("held", name="held_pk"),
    sa.UniqueConstraint("stream_id", "key", name="held_key"),
    sa.Index("held_account", "account_id", "held"),
    sa.Index("held_workspace", "workspace", "held"),
)
# What was told of a source's suspense; `entries` of its accounts say whether it has changed since.
suspense_told = table(
    "suspense_told",
    text("workspace"),
    text("source"),
    big("version"),
    big("entries"),
    jsonb("told"),
    instant("told_at"),
    sa.PrimaryKeyConstraint("workspace", "source", name="suspense_told_pk"),
)
# The last look at a workspace's whole ledger; `checked_at` is null while none has ended.
ledger_checks = table(
    "ledger_checks",
    text("workspace"),
    instant("known_since", now=True),
    instant("tried_at"),
    instant("checked_at", nullable=True),
    big("took_ms"),
    total("drift", default="0"),
    flag("holds", default="true"),
    flag("allocated", default="true"),
    sa.PrimaryKeyConstraint("workspace", name="ledger_checks_pk"),
)
changes = table(
    "changes",
    serial("change"),
    integer("account_id"),
    flag("correction"),
    sa.Column("day", sa.Date),
    instant("period_start", nullable=True),
    instant("period_end", nullable=True),
    total("amount", default="0"),
    big("known_ms", nullable=True),
    sa.PrimaryKeyConstraint("change", name="changes_pk"),
)
days = table(
    "days",
    integer("account_id"),
    sa.Column("day", sa.Date, nullable=False),
    total("actual", default="0"),
    sa.PrimaryKeyConstraint("account_id", "day", name="days_pk"),
)
imports = table(
    "imports",
    text("workspace"),
    text("import_id"),
    text("currency"),
    big("inserted"),
    big("updated"),
    big("unchanged"),
    big("outdated", default="0"),
    big("rejected"),
    big("suspense"),
    total("amount", default="0"),
    instant("counted_at", now=True),
    sa.PrimaryKeyConstraint("workspace", "import_id", "currency", name="imports_pk"),
)
import_facts = table(
    "import_facts",
    integer("stream_id"),
    big("revision"),
    sa.Column("key", KEY_TEXT, nullable=False),
    text("import_id"),
    instant("counted_at", now=True),
    sa.PrimaryKeyConstraint("stream_id", "key", "import_id", name="import_facts_pk"),
    sa.Index("import_facts_import", "import_id"),
    sa.Index("import_facts_counted", "counted_at", postgresql_using="brin"),
)
import_progress = table(
    "import_progress",
    text("workspace"),
    text("import_id"),
    text("topic"),
    integer("partition"),
    big("next_offset"),
    instant("counted_at", now=True),
    sa.PrimaryKeyConstraint(
        "workspace", "import_id", "topic", "partition", name="import_progress_pk"
    ),
)
audit = table(
    "audit",
    text("workspace"),
    big("seq"),
    instant("at"),
    text("actor"),
    text("action"),
    text("object"),
    jsonb("detail"),
    sa.Column("previous", pg.BYTEA, nullable=False),
    sa.Column("hash", pg.BYTEA, nullable=False),
    sa.PrimaryKeyConstraint("workspace", "seq", name="audit_pk"),
)
