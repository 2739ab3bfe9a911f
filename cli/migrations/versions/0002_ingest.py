"""Schema ingest: API keys, sources with their settings and freshness, rejections, quarantines."""

from alembic import op

from cli.migrations import first_tables

revision = "0002_ingest"
down_revision = "0001_runtime"
branch_labels = None
depends_on = None

API_KEYS = """
CREATE TABLE ingest.api_keys (
  key_id text NOT NULL, workspace text NOT NULL, name text NOT NULL, hash bytea NOT NULL,
  sources text[] NOT NULL, rate_per_s integer, created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz, revoked_at timestamptz,
  CONSTRAINT api_keys_pk PRIMARY KEY (key_id),
  CONSTRAINT api_keys_hash_uq UNIQUE (hash),
  CONSTRAINT api_keys_rate_ck CHECK (rate_per_s > 0))
"""

SOURCES = """
CREATE TABLE ingest.sources (
  workspace text NOT NULL, source text NOT NULL, time_zone text, currency text,
  expected_interval_s integer, money_report text, last_received timestamptz,
  complete_through timestamptz, version integer NOT NULL DEFAULT 0,
  CONSTRAINT sources_pk PRIMARY KEY (workspace, source),
  CONSTRAINT sources_interval_ck CHECK (expected_interval_s > 0))
"""

# A rejection's message is the id of its envelope in Kafka: one relayed twice is stored once.
REJECTIONS = """
CREATE TABLE ingest.rejections (
  rejection bigint GENERATED ALWAYS AS IDENTITY, message text NOT NULL, workspace text NOT NULL,
  source text, id text, code text NOT NULL, detail text NOT NULL, topic text, partition integer,
  "offset" bigint, event jsonb NOT NULL, rejected_at timestamptz NOT NULL,
  CONSTRAINT rejections_pk PRIMARY KEY (rejection),
  CONSTRAINT rejections_message_uq UNIQUE (message))
"""

# All that were and the one that is: of a source at most one is open.
QUARANTINES = """
CREATE TABLE ingest.quarantines (
  workspace text NOT NULL, source text NOT NULL, since timestamptz NOT NULL, reason text NOT NULL,
  released_at timestamptz, released_by text, release_reason text,
  CONSTRAINT quarantines_pk PRIMARY KEY (workspace, source, since))
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE SCHEMA ingest")
    for statement in first_tables.create("ingest"):
        op.execute(statement)
    op.execute(API_KEYS)
    op.execute(SOURCES)
    op.execute(REJECTIONS)
    op.execute(QUARANTINES)
    op.execute("CREATE INDEX rejections_workspace_ix ON ingest.rejections (workspace, rejection)")
    op.execute("CREATE INDEX rejections_rejected_at_ix ON ingest.rejections (rejected_at)")
    op.execute(
        "CREATE INDEX rejections_source_ix ON ingest.rejections (workspace, source, rejected_at)"
    )
    op.execute(
        "CREATE UNIQUE INDEX quarantines_open_uq ON ingest.quarantines (workspace, source) "
        "WHERE released_at IS NULL"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("quarantines", "rejections", "sources", "api_keys"):
        op.execute(f"DROP TABLE ingest.{table}")
    for statement in first_tables.drop("ingest"):
        op.execute(statement)
    op.execute("DROP SCHEMA ingest")
