"""The tables of schema `kpi`, for migrations and for the test that models and database match.

Times named *_ms are epoch milliseconds.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from kpi_monitor import SCHEMA, tables_metrics
from kpi_monitor.schema import METADATA, table
from shared.database.columns import big, flag, instant, integer, jsonb, serial, text

__all__ = ["METADATA", "SCHEMA", "tables_metrics"]

# Our copy of catalog.v1; `catalog_versions` tells every replica when to read mappings again.
CATALOG = table(
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
CATALOG_VERSIONS = table(
    "catalog_versions",
    text("workspace"),
    big("version"),
    sa.PrimaryKeyConstraint("workspace", name="catalog_versions_pk"),
)

# Completeness of a source over all partitions, computed from `progress` under this row's lock.
SOURCES = table(
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
SOURCE_TOUCHES = table(
    "source_touches",
    serial("id"),
    text("workspace"),
    text("source"),
    sa.PrimaryKeyConstraint("id", name="source_touches_pk"),
)
TOUCHES = table(
    "touches",
    serial("id"),
    text("workspace"),
    text("campaign"),
    text("line", nullable=True),
    instant("touched_at", now=True),
    sa.PrimaryKeyConstraint("workspace", "campaign", "id", name="touches_pk"),
)
# A campaign, or "" for the workspace. `due_ms`: no window of it closes before a source is complete
# to there; null: not known. `due_at`: time alone gives it something to judge.
UNITS = table(
    "units",
    text("workspace"),
    text("campaign"),
    big("due_ms", nullable=True),
    instant("due_at", nullable=True),
    sa.PrimaryKeyConstraint("workspace", "campaign", name="units_pk"),
    sa.Index("units_due", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
)

# The latest totals of a line. `gap_seq`: the message that came although an earlier one is missing.
LINES = table(
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

RULES = table(
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
RULE_VERSIONS = table(
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
STANDINGS = table(
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
TRANSITIONS = table(
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
FIGURES = table(
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
BREACHES = table(
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
