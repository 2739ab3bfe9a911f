"""What became of the measures of a file is counted, each record once."""

from alembic import op

revision = "0015_measures_imports"
down_revision = "0014_moved_metrics"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE kpi.imports (
  workspace text NOT NULL, import_id text NOT NULL, inserted bigint NOT NULL,
  updated bigint NOT NULL, unchanged bigint NOT NULL, outdated bigint NOT NULL,
  rejected bigint NOT NULL, suspense bigint NOT NULL,
  counted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT imports_pk PRIMARY KEY (workspace, import_id));
CREATE TABLE kpi.import_progress (
  workspace text NOT NULL, import_id text NOT NULL, topic text NOT NULL,
  partition integer NOT NULL, next_offset bigint NOT NULL,
  counted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT import_progress_pk PRIMARY KEY (workspace, import_id, topic, partition));
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in filter(str.strip, TABLES.split(";")):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE kpi.imports, kpi.import_progress")
