"""The tables of schema `kpi`, for migrations and for the test that models and database match.

Times named *_ms are epoch milliseconds; amounts are micros. Keys are raw text in an order
that time follows: a hash would destroy locality (design.md section 2).
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.columns import big, flag, instant, integer, jsonb, serial, text, total
from shared.tables import common_tables

SCHEMA = "kpi"
METADATA = sa.MetaData()
common_tables(METADATA, SCHEMA)


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, METADATA, *parts, schema=SCHEMA)


# Our copy of catalog.v1; `catalog_versions` tells every replica when to read mappings again.
CATALOG = _table(
    "catalog",
    text("workspace"),
    text("kind"),
    text("id"),
    big("version"),
    flag("deleted"),
    jsonb("object"),
    sa.PrimaryKeyConstraint("workspace", "kind", "id", name="catalog_pk"),
    # Few, and asked for at every judgement.
    sa.Index(
        "catalog_removed_lines",
        "workspace",
        postgresql_where=sa.text("kind = 'line' AND deleted"),
    ),
    # The lines of a campaign, for the names in its messages.
    sa.Index(
        "catalog_lines",
        "workspace",
        sa.text("(object ->> 'campaign')"),
        postgresql_where=sa.text("kind = 'line'"),
    ),
)
CATALOG_VERSIONS = _table(
    "catalog_versions",
    text("workspace"),
    big("version"),
    sa.PrimaryKeyConstraint("workspace", name="catalog_versions_pk"),
)

# A number for each measure of a line: panes are by far the most rows, and four texts in their key
# would cost more than half of folding.
SERIES = _table(
    "series",
    serial("series"),
    text("workspace"),
    text("campaign"),
    text("line"),
    text("measure"),
    sa.PrimaryKeyConstraint("workspace", "campaign", "line", "measure", name="series_pk"),
)

# Additive sums. `known_ms`: 0, or the source's completeness when a period was told after its end.
PANES = _table(
    "panes",
    big("series"),
    big("start_ms"),
    big("end_ms"),
    big("known_ms"),
    total("amount"),
    sa.PrimaryKeyConstraint("series", "start_ms", "end_ms", "known_ms", name="panes_pk"),
    sa.Index("panes_start", "start_ms", postgresql_using="brin"),
)

# Which sources feed which measure of a line, in which grain. Rows are never changed or deleted.
FEEDS = _table(
    "feeds",
    text("workspace"),
    text("campaign"),
    text("line"),
    text("measure"),
    text("source"),
    big("grain_ms"),
    sa.PrimaryKeyConstraint(
        "workspace", "campaign", "line", "measure", "source", "grain_ms", name="feeds_pk"
    ),
    sa.Index("feeds_source", "workspace", "source"),
)

# Reports of a source with the mode and grain they keep; `stream` stands for them in longer keys.
REPORTS = _table(
    "reports",
    sa.Column("stream", sa.Integer, sa.Identity(always=True), nullable=False),
    text("workspace"),
    text("source"),
    text("report"),
    text("mode"),
    text("grain"),
    sa.PrimaryKeyConstraint("workspace", "source", "report", name="reports_pk"),
)

# Snapshot facts; `campaign`, `line`, `start_ms` and `end_ms` are where the fact is booked, fixed by
# its first statement; `currency` is that of its money, "" before any was stated.
FACTS = _table(
    "facts",
    integer("stream"),
    text("period"),
    text("entity"),
    text("dims"),
    big("revision"),
    text("measures"),
    big("start_ms"),
    big("end_ms"),
    text("campaign"),
    text("line"),
    text("currency"),
    sa.PrimaryKeyConstraint("stream", "period", "entity", "dims", name="facts_pk"),
)

# The row of a delta is its dedupe row, kept for the horizon; its stream is the source's report "".
DELTAS = _table(
    "deltas",
    integer("stream"),
    text("id"),
    sa.Column("bodyhash", pg.BYTEA, nullable=False),
    big("at_ms"),
    sa.PrimaryKeyConstraint("stream", "id", name="deltas_pk"),
    sa.Index("deltas_at", "at_ms", postgresql_using="brin"),
)

# What no mapping names yet, and money whose campaign is not known: sums of deltas by `measure`, and
# snapshots as they came (`value`, from `partition` at `position`; `told` tells them apart, "" for
# sums; no amount). `measures`: their names, one a line, which together are too long for a key.
# `period`: the label of a snapshot, "" of sums; what a label means may change with its source's
# zone. `known_ms`: the mark of a sum; of a snapshot, how far its source was. `currency` of the
# event's money: two must not become one.
HELD = _table(
    "held",
    serial("id"),
    text("workspace"),
    text("source"),
    text("entity"),
    text("period"),
    big("start_ms"),
    text("measure"),
    big("end_ms"),
    big("known_ms"),
    text("currency"),
    sa.Column("told", sa.Text, nullable=False, server_default=""),
    total("amount"),
    jsonb("levels"),
    text("measures"),
    integer("partition", nullable=True),
    big("position", nullable=True),
    sa.Column("value", pg.BYTEA),
    sa.PrimaryKeyConstraint(
        "workspace",
        "source",
        "entity",
        "period",
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
    text("workspace"),
    text("source"),
    big("complete_ms", nullable=True),
    integer("expected_interval_s", nullable=True),
    integer("set_aside", default="0"),
    big("settled_ms", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "source", name="sources_pk"),
)

# Touches are appended, never upserted: one that met the evaluator's lock would be lost.
SOURCE_TOUCHES = _table(
    "source_touches",
    serial("id"),
    text("workspace"),
    text("source"),
    sa.PrimaryKeyConstraint("id", name="source_touches_pk"),
)
TOUCHES = _table(
    "touches",
    serial("id"),
    text("workspace"),
    text("campaign"),
    text("line", nullable=True),
    instant("touched_at", now=True),
    sa.PrimaryKeyConstraint("workspace", "campaign", "id", name="touches_pk"),
)
# `due_ms`: no window of the campaign closes before a source is complete to there; null: not known.
UNITS = _table(
    "units",
    text("workspace"),
    text("campaign"),
    big("due_ms", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "campaign", name="units_pk"),
)

# The latest totals of a line. `gap_seq`: the message that came although an earlier one is missing.
LINES = _table(
    "lines",
    text("workspace"),
    text("campaign"),
    text("line"),
    big("seq"),
    sa.Column("totals", pg.BYTEA),
    big("complete_ms", nullable=True),
    big("gap_seq", nullable=True),
    instant("gap_at", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "campaign", "line", name="lines_pk"),
)

RULES = _table(
    "rules",
    text("workspace"),
    text("rule"),
    big("version"),
    text("campaign"),
    jsonb("body"),
    flag("deleted"),
    big("effective_from_ms"),
    text("created_by"),
    instant("created_at"),
    instant("updated_at"),
    sa.PrimaryKeyConstraint("workspace", "rule", name="rules_pk"),
    sa.Index("rules_campaign", "workspace", "campaign"),
)
RULE_VERSIONS = _table(
    "rule_versions",
    text("workspace"),
    text("rule"),
    big("version"),
    jsonb("body"),
    flag("deleted"),
    text("changed_by"),
    instant("changed_at"),
    sa.PrimaryKeyConstraint("workspace", "rule", "version", name="rule_versions_pk"),
)

# One row per (rule, group). It outlives the rule, so that episode numbers are never used twice.
STANDINGS = _table(
    "standings",
    text("workspace"),
    text("rule"),
    text("group_key"),
    text("campaign"),
    big("rule_version"),
    big("judged_through_ms"),
    big("episode"),
    big("seq"),
    text("severity", nullable=True),
    big("since_ms", nullable=True),
    big("window_start_ms", nullable=True),
    flag("too_coarse"),
    big("plan_version", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "rule", "group_key", name="standings_pk"),
    sa.Index("standings_campaign", "workspace", "campaign"),
)

# Every transition as it was told (breaches.v1), and which episodes are open.
TRANSITIONS = _table(
    "transitions",
    text("workspace"),
    text("breach"),
    big("seq"),
    text("campaign"),
    text("transition"),
    jsonb("event"),
    instant("decided_at"),
    sa.PrimaryKeyConstraint("workspace", "breach", "seq", name="transitions_pk"),
    sa.Index(
        "transitions_ended",
        "decided_at",
        postgresql_where=sa.text("transition = 'resolved'"),
    ),
)
# Of an open breach the figures it was last judged on. `event`: newer ones, to be told at `due_at`;
# then both are null. `content` tells them apart from the next; `told_at`: when any were told last.
FIGURES = _table(
    "figures",
    text("workspace"),
    text("breach"),
    text("key"),
    sa.Column("content", pg.BYTEA, nullable=False),
    sa.Column("event", pg.BYTEA),
    instant("told_at"),
    instant("due_at", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "breach", name="figures_pk"),
    sa.Index("figures_due", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
)
BREACHES = _table(
    "breaches",
    serial("id"),
    text("workspace"),
    text("breach"),
    text("campaign"),
    text("rule"),
    flag("open"),
    sa.PrimaryKeyConstraint("workspace", "breach", name="breaches_pk"),
    sa.Index("breaches_page", "workspace", "id"),
)

# What budget has told of the suspense of a source, and the episode of its breach. `since`: when the
# oldest of what waits came; null while nothing does.
SUSPENSE = _table(
    "suspense",
    text("workspace"),
    text("source"),
    big("version"),
    instant("since", nullable=True),
    jsonb("object"),
    big("episode", default="0"),
    big("seq", default="0"),
    flag("open", default="false"),
    sa.PrimaryKeyConstraint("workspace", "source", name="suspense_pk"),
    sa.Index(
        "suspense_waiting", "since", postgresql_where=sa.text("NOT open AND since IS NOT NULL")
    ),
    sa.Index("suspense_open", "workspace", "source", postgresql_where=sa.text("open")),
)
