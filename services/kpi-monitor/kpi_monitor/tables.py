"""The tables of schema `kpi`, for migrations and for the test that models and database match.

Times named *_ms are epoch milliseconds; amounts are micros. Keys are raw text in an order
that time follows: a hash would destroy locality (design.md section 2).
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.tables import INSTANT, common_tables
from shared.tables import text_column as _text

SCHEMA = "kpi"
METADATA = sa.MetaData()
common_tables(METADATA, SCHEMA)


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, METADATA, *parts, schema=SCHEMA)


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _sum(name: str) -> sa.Column[object]:
    """A sum of micros: numeric, because ten amounts of 10^12 units leave 64 bits."""
    return sa.Column(name, sa.Numeric, nullable=False)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=False, server_default=sa.text("now()"))


def _serial() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False)


# Our copy of catalog.v1; `catalog_versions` tells every replica when to read mappings again.
CATALOG = _table(
    "catalog",
    _text("workspace"),
    _text("kind"),
    _text("id"),
    _big("version"),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("object", pg.JSONB, nullable=False),
    sa.PrimaryKeyConstraint("workspace", "kind", "id", name="catalog_pk"),
    # Few, and asked for at every judgement.
    sa.Index(
        "catalog_removed_lines",
        "workspace",
        postgresql_where=sa.text("kind = 'line' AND deleted"),
    ),
)
CATALOG_VERSIONS = _table(
    "catalog_versions",
    _text("workspace"),
    _big("version"),
    sa.PrimaryKeyConstraint("workspace", name="catalog_versions_pk"),
)

# A number for each measure of a line: panes are by far the most rows, and four texts in their key
# would cost more than half of folding.
SERIES = _table(
    "series",
    sa.Column("series", sa.BigInteger, sa.Identity(always=True), nullable=False),
    _text("workspace"),
    _text("campaign"),
    _text("line"),
    _text("measure"),
    sa.PrimaryKeyConstraint("workspace", "campaign", "line", "measure", name="series_pk"),
)

# Additive sums. `known_ms`: 0, or the source's completeness when a period was told after its end.
PANES = _table(
    "panes",
    _big("series"),
    _big("start_ms"),
    _big("end_ms"),
    _big("known_ms"),
    _sum("amount"),
    sa.PrimaryKeyConstraint("series", "start_ms", "end_ms", "known_ms", name="panes_pk"),
    sa.Index("panes_start", "start_ms", postgresql_using="brin"),
)

# Which sources feed which measure of a line, in which grain. Rows are never changed or deleted.
FEEDS = _table(
    "feeds",
    _text("workspace"),
    _text("campaign"),
    _text("line"),
    _text("measure"),
    _text("source"),
    _big("grain_ms"),
    sa.PrimaryKeyConstraint(
        "workspace", "campaign", "line", "measure", "source", "grain_ms", name="feeds_pk"
    ),
    sa.Index("feeds_source", "workspace", "source"),
)

# Reports of a source with the mode and grain they keep; `stream` stands for them in longer keys.
REPORTS = _table(
    "reports",
    sa.Column("stream", sa.Integer, sa.Identity(always=True), nullable=False),
    _text("workspace"),
    _text("source"),
    _text("report"),
    _text("mode"),
    _text("grain"),
    sa.PrimaryKeyConstraint("workspace", "source", "report", name="reports_pk"),
)

# Snapshot facts; `campaign` and `line` are where the fact is booked, `currency` that of its money,
# "" before any was stated.
FACTS = _table(
    "facts",
    sa.Column("stream", sa.Integer, nullable=False),
    _text("period"),
    _text("entity"),
    _text("dims"),
    _big("revision"),
    _text("measures"),
    _big("start_ms"),
    _text("campaign"),
    _text("line"),
    _text("currency"),
    sa.PrimaryKeyConstraint("stream", "period", "entity", "dims", name="facts_pk"),
)

# The row of a delta is its dedupe row, kept for the horizon; its stream is the source's report "".
DELTAS = _table(
    "deltas",
    sa.Column("stream", sa.Integer, nullable=False),
    _text("id"),
    sa.Column("bodyhash", pg.BYTEA, nullable=False),
    _big("at_ms"),
    sa.PrimaryKeyConstraint("stream", "id", name="deltas_pk"),
    sa.Index("deltas_at", "at_ms", postgresql_using="brin"),
)

# What no mapping names yet, and money whose campaign is not known: sums of deltas, and snapshots as
# they came (`value`, from `partition` at `position`; `told` tells them apart, "" for sums; their
# measures, one a line, and no amount). `currency` of the event's money: two must not become one.
HELD = _table(
    "held",
    _serial(),
    _text("workspace"),
    _text("source"),
    _text("entity"),
    _big("start_ms"),
    _text("measure"),
    _big("end_ms"),
    _big("known_ms"),
    _text("currency"),
    sa.Column("told", sa.Text, nullable=False, server_default=""),
    _sum("amount"),
    sa.Column("levels", pg.JSONB, nullable=False),
    sa.Column("partition", sa.Integer),
    _big("position", nullable=True),
    sa.Column("value", pg.BYTEA),
    sa.PrimaryKeyConstraint(
        "workspace",
        "source",
        "entity",
        "start_ms",
        "measure",
        "end_ms",
        "known_ms",
        "currency",
        "told",
        name="held_pk",
    ),
    sa.Index("held_start", "start_ms", postgresql_using="brin"),
)

# Completeness of a source over all partitions, computed from `progress` under this row's lock.
SOURCES = _table(
    "sources",
    _text("workspace"),
    _text("source"),
    _big("complete_ms", nullable=True),
    sa.Column("expected_interval_s", sa.Integer),
    sa.PrimaryKeyConstraint("workspace", "source", name="sources_pk"),
)

# Touches are appended, never upserted: one that met the evaluator's lock would be lost.
SOURCE_TOUCHES = _table(
    "source_touches",
    _serial(),
    _text("workspace"),
    _text("source"),
    sa.PrimaryKeyConstraint("id", name="source_touches_pk"),
)
TOUCHES = _table(
    "touches",
    _serial(),
    _text("workspace"),
    _text("campaign"),
    _text("line", nullable=True),
    _now("touched_at"),
    sa.PrimaryKeyConstraint("workspace", "campaign", "id", name="touches_pk"),
)
# `due_ms`: no window of the campaign closes before a source is complete to there; null: not known.
UNITS = _table(
    "units",
    _text("workspace"),
    _text("campaign"),
    _big("due_ms", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "campaign", name="units_pk"),
)

# The latest totals of a line. `gap_seq`: the message that came although an earlier one is missing.
LINES = _table(
    "lines",
    _text("workspace"),
    _text("campaign"),
    _text("line"),
    _big("seq"),
    sa.Column("totals", pg.BYTEA),
    _big("complete_ms", nullable=True),
    _big("gap_seq", nullable=True),
    sa.Column("gap_at", INSTANT),
    sa.PrimaryKeyConstraint("workspace", "campaign", "line", name="lines_pk"),
)

RULES = _table(
    "rules",
    _text("workspace"),
    _text("rule"),
    _big("version"),
    _text("campaign"),
    sa.Column("body", pg.JSONB, nullable=False),
    sa.Column("deleted", sa.Boolean, nullable=False),
    _big("effective_from_ms"),
    _text("created_by"),
    sa.Column("created_at", INSTANT, nullable=False),
    sa.Column("updated_at", INSTANT, nullable=False),
    sa.PrimaryKeyConstraint("workspace", "rule", name="rules_pk"),
    sa.Index("rules_campaign", "workspace", "campaign"),
)
RULE_VERSIONS = _table(
    "rule_versions",
    _text("workspace"),
    _text("rule"),
    _big("version"),
    sa.Column("body", pg.JSONB, nullable=False),
    sa.Column("deleted", sa.Boolean, nullable=False),
    _text("changed_by"),
    sa.Column("changed_at", INSTANT, nullable=False),
    sa.PrimaryKeyConstraint("workspace", "rule", "version", name="rule_versions_pk"),
)

# One row per (rule, group). It outlives the rule, so that episode numbers are never used twice.
STANDINGS = _table(
    "standings",
    _text("workspace"),
    _text("rule"),
    _text("group_key"),
    _text("campaign"),
    _big("rule_version"),
    _big("judged_through_ms"),
    _big("episode"),
    _big("seq"),
    _text("severity", nullable=True),
    _big("since_ms", nullable=True),
    _big("window_start_ms", nullable=True),
    sa.Column("too_coarse", sa.Boolean, nullable=False),
    sa.PrimaryKeyConstraint("workspace", "rule", "group_key", name="standings_pk"),
    sa.Index("standings_campaign", "workspace", "campaign"),
)

# Every transition as it was told (breaches.v1), and which episodes are open.
TRANSITIONS = _table(
    "transitions",
    _text("workspace"),
    _text("breach"),
    _big("seq"),
    _text("campaign"),
    _text("transition"),
    sa.Column("event", pg.JSONB, nullable=False),
    sa.Column("decided_at", INSTANT, nullable=False),
    sa.PrimaryKeyConstraint("workspace", "breach", "seq", name="transitions_pk"),
    sa.Index(
        "transitions_ended",
        "decided_at",
        postgresql_where=sa.text("transition = 'resolved'"),
    ),
)
BREACHES = _table(
    "breaches",
    _serial(),
    _text("workspace"),
    _text("breach"),
    _text("campaign"),
    _text("rule"),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.PrimaryKeyConstraint("workspace", "breach", name="breaches_pk"),
    sa.Index("breaches_page", "workspace", "id"),
)
