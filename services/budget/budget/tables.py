"""The tables of schema `budget`, as models. Migration 0003 makes them; a test compares the two.

Hot tables (entries, facts, accounts, changes) have no foreign keys: their checks cost more than the
insert, and every row of them is written by one module from ids it has just read.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.tables import INSTANT, common_tables
from shared.tables import text_column as _text

SCHEMA = "budget"
KEY_TEXT = sa.Text(collation="C")
"""Keys compare by bytes: faster, and the same order on every machine."""

metadata = sa.MetaData()
common_tables(metadata, SCHEMA)


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *parts, schema=SCHEMA)


def _big(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[int]:
    given = sa.text(default) if default else None
    return sa.Column(name, sa.BigInteger, nullable=nullable, server_default=given)


def _int(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable, autoincrement=False)


def _sum(name: str) -> sa.Column[object]:
    """A sum of micros: numeric, because many amounts of 10^12 units leave 64 bits."""
    return sa.Column(name, sa.Numeric, nullable=False, server_default=sa.text("0"))


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=nullable)


def _counted_at() -> sa.Column[object]:
    """When an import was last counted: what the sweeper goes by."""
    return sa.Column("counted_at", INSTANT, nullable=False, server_default=sa.text("now()"))


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, pg.JSONB, nullable=False)


campaigns = _table(
    "campaigns",
    _text("workspace"),
    _text("campaign"),
    _int("version"),
    _text("status"),
    _text("name"),
    _text("currency"),
    _text("time_zone"),
    _at("starts_at"),
    _at("ends_at"),
    _text("owner", nullable=True),
    _json("body"),
    _int("plan_version", nullable=True),
    _at("effective_from", nullable=True),
    _text("created_by"),
    _at("created_at"),
    _text("closed_by", nullable=True),
    _at("closed_at", nullable=True),
    _text("close_reason", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "campaign", name="campaigns_pk"),
)
plans = _table(
    "plans",
    _text("workspace"),
    _text("campaign"),
    _int("plan_version"),
    _text("status"),
    _big("total"),
    _json("body"),
    _json("findings"),
    _text("created_by"),
    _at("created_at"),
    _text("submitted_by", nullable=True),
    _at("submitted_at", nullable=True),
    _text("comment", nullable=True),
    _at("effective_from", nullable=True),
    _at("due_at", nullable=True),
    _at("approved_at", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "campaign", "plan_version", name="plans_pk"),
)
decisions = _table(
    "decisions",
    _text("workspace"),
    _text("object"),
    _text("role"),
    _text("decided_by"),
    _text("verdict"),
    _text("opinion"),
    _at("decided_at"),
    sa.PrimaryKeyConstraint("workspace", "object", "role", name="decisions_pk"),
)
lines = _table(
    "lines",
    _text("workspace"),
    _text("campaign"),
    _text("line"),
    _int("version"),
    _int("plan_version"),
    sa.Column("removed", sa.Boolean, nullable=False),
    _text("name"),
    _text("owner", nullable=True),
    _text("channel", nullable=True),
    _big("allocated"),
    _json("curve"),
    sa.PrimaryKeyConstraint("workspace", "campaign", "line", name="lines_pk"),
)
mappings = _table(
    "mappings",
    _text("workspace"),
    _text("mapping"),
    _int("version"),
    _text("source"),
    _json("match"),
    _text("match_text"),
    _text("campaign"),
    _text("line"),
    _at("effective_from", nullable=True),
    _text("created_by"),
    _at("created_at"),
    _text("deleted_by", nullable=True),
    _at("deleted_at", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "mapping", name="mappings_pk"),
    sa.Index(
        "mappings_match_key",
        "workspace",
        "source",
        "match_text",
        "effective_from",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    ),
)
catalogue_versions = _table(
    "catalogue_versions",
    _text("workspace"),
    _big("version"),
    sa.PrimaryKeyConstraint("workspace", name="catalogue_versions_pk"),
)

streams = _table(
    "streams",
    sa.Column("stream_id", sa.Integer, sa.Identity(always=True), nullable=False),
    _text("workspace"),
    _text("source"),
    _text("stream"),
    sa.PrimaryKeyConstraint("stream_id", name="streams_pk"),
    sa.UniqueConstraint("workspace", "source", "stream", name="streams_key"),
)
reports = _table(
    "reports",
    _text("workspace"),
    _text("source"),
    _text("report"),
    _text("mode"),
    _text("grain"),
    sa.PrimaryKeyConstraint("workspace", "source", "report", name="reports_pk"),
)
accounts = _table(
    "accounts",
    sa.Column("account_id", sa.Integer, sa.Identity(always=True), nullable=False),
    _big("entries", default="0"),
    _big("seq", default="0"),
    _at("latest_at", nullable=True),
    _at("sealed_at", nullable=True),
    _at("sealed_through", nullable=True),
    _sum("balance"),
    _sum("corrections"),
    _sum("sealed_actual"),
    _sum("sealed_corrections"),
    _text("workspace"),
    _text("kind"),
    _text("campaign"),
    _text("line"),
    _text("source"),
    _text("currency"),
    sa.PrimaryKeyConstraint("account_id", name="accounts_pk"),
    sa.UniqueConstraint(
        "workspace", "campaign", "line", "kind", "source", "currency", name="accounts_key"
    ),
)
line_sources = _table(
    "line_sources",
    _int("account_id"),
    _text("source"),
    sa.PrimaryKeyConstraint("account_id", "source", name="line_sources_pk"),
    sa.Index("line_sources_source", "source", "account_id"),
)
entry_blocks = sa.Sequence("entry_blocks", metadata=metadata, schema=SCHEMA)
entries = _table(
    "entries",
    _big("entry"),
    _big("amount"),
    _at("at"),
    _at("recorded_at"),
    _int("stream_id"),
    _int("account_id"),
    sa.Column("kind", sa.SmallInteger, nullable=False),
    sa.Column("id", KEY_TEXT, nullable=False),
    sa.Column("bodyhash", pg.BYTEA),
    _big("corrects", nullable=True),
    _at("period_start", nullable=True),
    _at("period_end", nullable=True),
    _text("period", nullable=True),
    _text("event_id", nullable=True),
    _text("entity", nullable=True),
    sa.PrimaryKeyConstraint("stream_id", "id", name="entries_pk"),
    sa.Index("entries_account", "account_id", "entry"),
)
facts = _table(
    "facts",
    _big("revision"),
    _big("amount"),
    _big("entry"),
    _at("stated_at"),
    _int("stream_id"),
    _int("account_id"),
    _text("currency"),
    sa.Column("key", KEY_TEXT, nullable=False),
    sa.PrimaryKeyConstraint("stream_id", "key", name="facts_pk"),
)
held = _table(
    "held",
    sa.Column("held", sa.BigInteger, sa.Identity(always=True), nullable=False),
    _text("workspace"),
    _int("account_id"),
    _int("stream_id"),
    sa.Column("key", KEY_TEXT, nullable=False),
    sa.Column("is_fact", sa.Boolean, nullable=False),
    _text("status"),
    _text("reason"),
    _big("amount"),
    _big("entry"),
    _text("source"),
    _text("event_id"),
    _text("currency", nullable=True),
    _text("campaign", nullable=True),
    _text("line", nullable=True),
    _json("entity"),
    _text("period", nullable=True),
    _at("period_start"),
    _at("period_end"),
    _at("at"),
    _at("recorded_at"),
    sa.PrimaryKeyConstraint("held", name="held_pk"),
    sa.UniqueConstraint("stream_id", "key", name="held_key"),
    sa.Index("held_account", "account_id", "held"),
    sa.Index("held_workspace", "workspace", "held"),
)
changes = _table(
    "changes",
    sa.Column("change", sa.BigInteger, sa.Identity(always=True), nullable=False),
    _int("account_id"),
    sa.Column("correction", sa.Boolean, nullable=False),
    sa.Column("day", sa.Date),
    _at("period_start", nullable=True),
    _at("period_end", nullable=True),
    _sum("amount"),
    sa.PrimaryKeyConstraint("change", name="changes_pk"),
)
days = _table(
    "days",
    _int("account_id"),
    sa.Column("day", sa.Date, nullable=False),
    _sum("actual"),
    sa.PrimaryKeyConstraint("account_id", "day", name="days_pk"),
)
imports = _table(
    "imports",
    _text("workspace"),
    _text("import_id"),
    _text("currency"),
    _big("inserted"),
    _big("updated"),
    _big("unchanged"),
    _big("rejected"),
    _big("suspense"),
    _sum("amount"),
    _counted_at(),
    sa.PrimaryKeyConstraint("workspace", "import_id", "currency", name="imports_pk"),
)
import_progress = _table(
    "import_progress",
    _text("workspace"),
    _text("import_id"),
    _text("topic"),
    _int("partition"),
    _big("next_offset"),
    _counted_at(),
    sa.PrimaryKeyConstraint(
        "workspace", "import_id", "topic", "partition", name="import_progress_pk"
    ),
)
audit = _table(
    "audit",
    _text("workspace"),
    _big("seq"),
    _at("at"),
    _text("actor"),
    _text("action"),
    _text("object"),
    _json("detail"),
    sa.Column("previous", pg.BYTEA, nullable=False),
    sa.Column("hash", pg.BYTEA, nullable=False),
    sa.PrimaryKeyConstraint("workspace", "seq", name="audit_pk"),
)
