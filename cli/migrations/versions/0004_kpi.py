"""Schema kpi: catalogue copy, panes, facts, completeness, rules, episodes and breaches."""

from alembic import op

from cli.migrations import first_tables

revision = "0004_kpi"
down_revision = "0003_budget"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE kpi.catalog (
  workspace text NOT NULL, kind text NOT NULL, id text NOT NULL, version bigint NOT NULL,
  deleted boolean NOT NULL, object jsonb NOT NULL,
  CONSTRAINT catalog_pk PRIMARY KEY (workspace, kind, id));
CREATE INDEX catalog_removed_lines ON kpi.catalog (workspace) WHERE kind = 'line' AND deleted;
CREATE INDEX catalog_lines ON kpi.catalog (workspace, (object ->> 'campaign')) WHERE kind = 'line';
CREATE TABLE kpi.catalog_versions (
  workspace text NOT NULL, version bigint NOT NULL,
  CONSTRAINT catalog_versions_pk PRIMARY KEY (workspace));
CREATE TABLE kpi.series (
  series bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, campaign text NOT NULL,
  line text NOT NULL, measure text NOT NULL,
  CONSTRAINT series_pk PRIMARY KEY (workspace, campaign, line, measure));
CREATE TABLE kpi.panes (
  series bigint NOT NULL, start_ms bigint NOT NULL, end_ms bigint NOT NULL,
  known_ms bigint NOT NULL, amount numeric NOT NULL,
  CONSTRAINT panes_pk PRIMARY KEY (series, start_ms, end_ms, known_ms));
CREATE INDEX panes_start ON kpi.panes USING brin (start_ms) WITH (autosummarize = on);
CREATE TABLE kpi.feeds (
  workspace text NOT NULL, campaign text NOT NULL, line text NOT NULL, measure text NOT NULL,
  source text NOT NULL, grain_ms bigint NOT NULL,
  CONSTRAINT feeds_pk PRIMARY KEY (workspace, campaign, line, measure, source, grain_ms));
CREATE INDEX feeds_source ON kpi.feeds (workspace, source);
CREATE TABLE kpi.reports (
  stream integer GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, source text NOT NULL,
  report text NOT NULL, mode text NOT NULL, grain text NOT NULL,
  CONSTRAINT reports_pk PRIMARY KEY (workspace, source, report));
CREATE TABLE kpi.facts (
  stream integer NOT NULL, period text NOT NULL, entity text NOT NULL, dims text NOT NULL,
  revision bigint NOT NULL, measures text NOT NULL, start_ms bigint NOT NULL,
  end_ms bigint NOT NULL, campaign text NOT NULL, line text NOT NULL, currency text NOT NULL,
  CONSTRAINT facts_pk PRIMARY KEY (stream, period, entity, dims));
CREATE TABLE kpi.deltas (
  stream integer NOT NULL, id text NOT NULL, bodyhash bytea NOT NULL, at_ms bigint NOT NULL,
  CONSTRAINT deltas_pk PRIMARY KEY (stream, id));
CREATE INDEX deltas_at ON kpi.deltas USING brin (at_ms) WITH (autosummarize = on);
CREATE TABLE kpi.held (
  id bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, source text NOT NULL,
  entity text NOT NULL, period text NOT NULL, start_ms bigint NOT NULL, measure text NOT NULL,
  end_ms bigint NOT NULL, known_ms bigint NOT NULL, currency text NOT NULL,
  told text NOT NULL DEFAULT '', amount numeric NOT NULL, levels jsonb NOT NULL,
  measures text NOT NULL, partition integer, position bigint, value bytea,
  CONSTRAINT held_pk PRIMARY KEY (workspace, source, entity, period, start_ms, measure, end_ms,
    known_ms, currency, told));
CREATE INDEX held_start ON kpi.held USING brin (start_ms) WITH (autosummarize = on);
CREATE TABLE kpi.sources (
  workspace text NOT NULL, source text NOT NULL, complete_ms bigint, expected_interval_s integer,
  CONSTRAINT sources_pk PRIMARY KEY (workspace, source));
CREATE TABLE kpi.source_touches (
  id bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, source text NOT NULL,
  CONSTRAINT source_touches_pk PRIMARY KEY (id));
CREATE TABLE kpi.touches (
  id bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, campaign text NOT NULL,
  line text, touched_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT touches_pk PRIMARY KEY (workspace, campaign, id));
CREATE TABLE kpi.units (
  workspace text NOT NULL, campaign text NOT NULL, due_ms bigint,
  CONSTRAINT units_pk PRIMARY KEY (workspace, campaign));
CREATE TABLE kpi.lines (
  workspace text NOT NULL, campaign text NOT NULL, line text NOT NULL, seq bigint NOT NULL,
  totals bytea, complete_ms bigint, gap_seq bigint, gap_at timestamptz,
  CONSTRAINT lines_pk PRIMARY KEY (workspace, campaign, line));
CREATE TABLE kpi.rules (
  workspace text NOT NULL, rule text NOT NULL, version bigint NOT NULL, campaign text NOT NULL,
  body jsonb NOT NULL, deleted boolean NOT NULL, effective_from_ms bigint NOT NULL,
  created_by text NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT rules_pk PRIMARY KEY (workspace, rule));
CREATE INDEX rules_campaign ON kpi.rules (workspace, campaign);
CREATE TABLE kpi.rule_versions (
  workspace text NOT NULL, rule text NOT NULL, version bigint NOT NULL, body jsonb NOT NULL,
  deleted boolean NOT NULL, changed_by text NOT NULL, changed_at timestamptz NOT NULL,
  CONSTRAINT rule_versions_pk PRIMARY KEY (workspace, rule, version));
CREATE TABLE kpi.standings (
  workspace text NOT NULL, rule text NOT NULL, group_key text NOT NULL, campaign text NOT NULL,
  rule_version bigint NOT NULL, judged_through_ms bigint NOT NULL, episode bigint NOT NULL,
  seq bigint NOT NULL, severity text, since_ms bigint, window_start_ms bigint,
  too_coarse boolean NOT NULL,
  CONSTRAINT standings_pk PRIMARY KEY (workspace, rule, group_key));
CREATE INDEX standings_campaign ON kpi.standings (workspace, campaign);
CREATE TABLE kpi.transitions (
  workspace text NOT NULL, breach text NOT NULL, seq bigint NOT NULL, campaign text NOT NULL,
  transition text NOT NULL, event jsonb NOT NULL, decided_at timestamptz NOT NULL,
  CONSTRAINT transitions_pk PRIMARY KEY (workspace, breach, seq));
CREATE INDEX transitions_ended ON kpi.transitions (decided_at) WHERE transition = 'resolved';
CREATE TABLE kpi.breaches (
  id bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, breach text NOT NULL,
  campaign text NOT NULL, rule text NOT NULL, open boolean NOT NULL,
  CONSTRAINT breaches_pk PRIMARY KEY (workspace, breach));
CREATE INDEX breaches_page ON kpi.breaches (workspace, id);
"""

# These rows change all the time: room on the page keeps updates in place (HOT), and vacuum runs by
# count, because a share of a growing table would let the dead rows pile up.
STORAGE = """
ALTER TABLE kpi.panes SET (fillfactor = 70);
ALTER TABLE kpi.facts SET (fillfactor = 80);
ALTER TABLE kpi.lines SET (fillfactor = 50);
ALTER TABLE kpi.standings SET (fillfactor = 70);
ALTER TABLE kpi.sources SET (fillfactor = 50);
ALTER TABLE kpi.touches SET
  (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE kpi.source_touches SET
  (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE SCHEMA kpi")
    for statement in first_tables.create("kpi"):
        op.execute(statement)
    # asyncpg takes one statement at a time.
    for statement in (TABLES + STORAGE).split(";"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in first_tables.drop("kpi"):
        op.execute(statement)
    tables = (
        "catalog, catalog_versions, series, panes, feeds, reports, facts, deltas, held, "
        "sources, source_touches, touches, units, lines, rules, rule_versions, standings, "
        "transitions, breaches"
    )
    op.execute("DROP TABLE " + ", ".join(f"kpi.{name.strip()}" for name in tables.split(",")))
    op.execute("DROP SCHEMA kpi")
