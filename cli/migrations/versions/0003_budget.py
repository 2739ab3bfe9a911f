"""Schema budget: plans, catalogue, accounts, the append-only ledger, held money, audit."""

from alembic import op

from cli.migrations import first_tables

revision = "0003_budget"
down_revision = "0002_ingest"
branch_labels = None
depends_on = None

PLANNING = """
CREATE TABLE budget.campaigns (
  workspace text NOT NULL, campaign text NOT NULL, version integer NOT NULL, status text NOT NULL,
  name text NOT NULL, currency text NOT NULL, time_zone text NOT NULL,
  starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, owner text, body jsonb NOT NULL,
  plan_version integer, effective_from timestamptz, created_by text NOT NULL,
  created_at timestamptz NOT NULL, closed_by text, closed_at timestamptz, close_reason text,
  CONSTRAINT campaigns_pk PRIMARY KEY (workspace, campaign));
CREATE TABLE budget.plans (
  workspace text NOT NULL, campaign text NOT NULL, plan_version integer NOT NULL,
  status text NOT NULL, total bigint NOT NULL, body jsonb NOT NULL, findings jsonb NOT NULL,
  created_by text NOT NULL, created_at timestamptz NOT NULL, submitted_by text,
  submitted_at timestamptz, comment text, effective_from timestamptz, due_at timestamptz,
  approved_at timestamptz,
  CONSTRAINT plans_pk PRIMARY KEY (workspace, campaign, plan_version));
CREATE TABLE budget.decisions (
  workspace text NOT NULL, object text NOT NULL, role text NOT NULL, decided_by text NOT NULL,
  verdict text NOT NULL, opinion text NOT NULL, decided_at timestamptz NOT NULL,
  CONSTRAINT decisions_pk PRIMARY KEY (workspace, object, role));
CREATE TABLE budget.lines (
  workspace text NOT NULL, campaign text NOT NULL, line text NOT NULL, version integer NOT NULL,
  plan_version integer NOT NULL, removed boolean NOT NULL, name text NOT NULL, owner text,
  channel text, allocated bigint NOT NULL, curve jsonb NOT NULL,
  CONSTRAINT lines_pk PRIMARY KEY (workspace, campaign, line));
CREATE TABLE budget.mappings (
  workspace text NOT NULL, mapping text NOT NULL, version integer NOT NULL, source text NOT NULL,
  match jsonb NOT NULL, match_text text NOT NULL, campaign text NOT NULL, line text NOT NULL,
  effective_from timestamptz, created_by text NOT NULL, created_at timestamptz NOT NULL,
  deleted_by text, deleted_at timestamptz,
  CONSTRAINT mappings_pk PRIMARY KEY (workspace, mapping));
CREATE UNIQUE INDEX mappings_match_key ON budget.mappings
  (workspace, source, match_text, effective_from) NULLS NOT DISTINCT WHERE deleted_at IS NULL;
CREATE TABLE budget.catalogue_versions (
  workspace text NOT NULL, version bigint NOT NULL,
  CONSTRAINT catalogue_versions_pk PRIMARY KEY (workspace));
"""

# accounts and changes change all the time: room on the page keeps updates in place (HOT), and
# vacuum runs by count, because a share of a growing table would let the dead rows pile up.
LEDGER = """
CREATE TABLE budget.streams (
  stream_id integer GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, source text NOT NULL,
  stream text NOT NULL,
  CONSTRAINT streams_pk PRIMARY KEY (stream_id),
  CONSTRAINT streams_key UNIQUE (workspace, source, stream));
CREATE TABLE budget.reports (
  workspace text NOT NULL, source text NOT NULL, report text NOT NULL, mode text NOT NULL,
  grain text NOT NULL,
  CONSTRAINT reports_pk PRIMARY KEY (workspace, source, report));
CREATE TABLE budget.accounts (
  account_id integer GENERATED ALWAYS AS IDENTITY, entries bigint NOT NULL DEFAULT 0,
  seq bigint NOT NULL DEFAULT 0, latest_at timestamptz, sealed_at timestamptz,
  sealed_through timestamptz, balance numeric NOT NULL DEFAULT 0,
  corrections numeric NOT NULL DEFAULT 0, sealed_actual numeric NOT NULL DEFAULT 0,
  sealed_corrections numeric NOT NULL DEFAULT 0, workspace text NOT NULL, kind text NOT NULL,
  campaign text NOT NULL, line text NOT NULL, source text NOT NULL, currency text NOT NULL,
  CONSTRAINT accounts_pk PRIMARY KEY (account_id),
  CONSTRAINT accounts_key UNIQUE (workspace, campaign, line, kind, source, currency)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
CREATE TABLE budget.line_sources (
  account_id integer NOT NULL, source text NOT NULL,
  CONSTRAINT line_sources_pk PRIMARY KEY (account_id, source));
CREATE INDEX line_sources_source ON budget.line_sources (source, account_id);
CREATE SEQUENCE budget.entry_blocks;
CREATE TABLE budget.entries (
  entry bigint NOT NULL, amount bigint NOT NULL, at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL, stream_id integer NOT NULL, account_id integer NOT NULL,
  kind smallint NOT NULL, id text COLLATE "C" NOT NULL, bodyhash bytea, corrects bigint,
  period_start timestamptz, period_end timestamptz, period text, event_id text, entity text,
  CONSTRAINT entries_pk PRIMARY KEY (stream_id, id));
CREATE INDEX entries_account ON budget.entries (account_id, entry);
CREATE TABLE budget.facts (
  revision bigint NOT NULL, amount bigint NOT NULL, entry bigint NOT NULL,
  stated_at timestamptz NOT NULL, period_start timestamptz NOT NULL,
  period_end timestamptz NOT NULL, stream_id integer NOT NULL, account_id integer NOT NULL,
  currency text NOT NULL, key text COLLATE "C" NOT NULL,
  CONSTRAINT facts_pk PRIMARY KEY (stream_id, key)) WITH (fillfactor = 80);
CREATE TABLE budget.held (
  held bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, account_id integer NOT NULL,
  stream_id integer NOT NULL, key text COLLATE "C" NOT NULL, is_fact boolean NOT NULL,
  status text NOT NULL, reason text NOT NULL, amount bigint NOT NULL, entry bigint NOT NULL,
  source text NOT NULL, event_id text NOT NULL, currency text, campaign text, line text,
  entity jsonb NOT NULL, period text, period_start timestamptz NOT NULL,
  period_end timestamptz NOT NULL, at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
  CONSTRAINT held_pk PRIMARY KEY (held),
  CONSTRAINT held_key UNIQUE (stream_id, key));
CREATE INDEX held_account ON budget.held (account_id, held);
CREATE INDEX held_workspace ON budget.held (workspace, held);
CREATE TABLE budget.changes (
  change bigint GENERATED ALWAYS AS IDENTITY, account_id integer NOT NULL,
  correction boolean NOT NULL, day date, period_start timestamptz, period_end timestamptz,
  amount numeric NOT NULL DEFAULT 0,
  CONSTRAINT changes_pk PRIMARY KEY (change)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
CREATE TABLE budget.days (
  account_id integer NOT NULL, day date NOT NULL, actual numeric NOT NULL DEFAULT 0,
  CONSTRAINT days_pk PRIMARY KEY (account_id, day)) WITH (fillfactor = 80);
CREATE TABLE budget.imports (
  workspace text NOT NULL, import_id text NOT NULL, currency text NOT NULL,
  inserted bigint NOT NULL, updated bigint NOT NULL, unchanged bigint NOT NULL,
  rejected bigint NOT NULL, suspense bigint NOT NULL, amount numeric NOT NULL DEFAULT 0,
  counted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT imports_pk PRIMARY KEY (workspace, import_id, currency));
CREATE TABLE budget.import_progress (
  workspace text NOT NULL, import_id text NOT NULL, topic text NOT NULL,
  partition integer NOT NULL, next_offset bigint NOT NULL,
  counted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT import_progress_pk PRIMARY KEY (workspace, import_id, topic, partition));
"""

# The audit refuses edits in the database itself, whoever asks (A8).
AUDIT = """
CREATE TABLE budget.audit (
  workspace text NOT NULL, seq bigint NOT NULL, at timestamptz NOT NULL, actor text NOT NULL,
  action text NOT NULL, object text NOT NULL, detail jsonb NOT NULL, previous bytea NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_pk PRIMARY KEY (workspace, seq));
CREATE FUNCTION budget.refuse_edit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'budget.audit is append-only'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON budget.audit
  FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE SCHEMA budget")
    for statement in first_tables.create("budget"):
        op.execute(statement)
    for statement in (PLANNING + LEDGER + AUDIT).split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in first_tables.drop("budget"):
        op.execute(statement)
    op.execute("DROP TABLE budget.audit")
    op.execute("DROP FUNCTION budget.refuse_edit()")
    tables = (
        "import_progress, imports, days, changes, held, facts, entries, line_sources, accounts, "
        "reports, streams, catalogue_versions, mappings, lines, decisions, plans, campaigns"
    )
    op.execute("DROP TABLE " + ", ".join(f"budget.{name.strip()}" for name in tables.split(",")))
    op.execute("DROP SEQUENCE budget.entry_blocks")
    op.execute("DROP SCHEMA budget")
