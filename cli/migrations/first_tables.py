"""The four tables that the first migration of each service makes, as they were at that landing.

Frozen: migrations are history and never edited. A change of the models is a migration of its own.
"""

TABLES = """
CREATE TABLE {schema}.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY, topic text NOT NULL, key text NOT NULL,
  value bytea NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT outbox_pk PRIMARY KEY (id));
CREATE TABLE {schema}.witness (
  group_id text NOT NULL, cluster text NOT NULL, topic text NOT NULL, partition integer NOT NULL,
  next_offset bigint NOT NULL, written_at timestamptz,
  CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition));
CREATE TABLE {schema}.offset_gaps (
  group_id text NOT NULL, topic text NOT NULL, partition integer NOT NULL,
  from_offset bigint NOT NULL, to_offset bigint NOT NULL, lost_from timestamptz,
  lost_to timestamptz NOT NULL, reason text NOT NULL,
  accepted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT offset_gaps_pk PRIMARY KEY (group_id, topic, partition, from_offset));
CREATE TABLE {schema}.idempotency (
  workspace text NOT NULL, route text NOT NULL, key text NOT NULL, body_hash bytea NOT NULL,
  status integer NOT NULL, headers jsonb NOT NULL, reply jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_pk PRIMARY KEY (workspace, route, key));
CREATE INDEX idempotency_created ON {schema}.idempotency (created_at);
CREATE TABLE {schema}.progress (
  workspace text NOT NULL, source text NOT NULL, topic text NOT NULL, partition integer NOT NULL,
  complete_through timestamptz NOT NULL, expected_interval_s integer,
  CONSTRAINT progress_pk PRIMARY KEY (workspace, source, topic, partition))
"""
NAMES = ("outbox", "witness", "offset_gaps", "idempotency", "progress")


def statements(sql: str) -> list[str]:
    """One statement each, because asyncpg takes one at a time."""
    return [statement for statement in sql.split(";") if statement.strip()]


def create(schema: str) -> list[str]:
    """The statements that make them in `schema`."""
    return statements(TABLES.format(schema=schema))


def drop(schema: str) -> list[str]:
    """The way back."""
    return [f"DROP TABLE {schema}.{name}" for name in NAMES]
