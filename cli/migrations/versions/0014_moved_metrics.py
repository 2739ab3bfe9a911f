"""What mappings have placed is remembered by entity, so that it follows when they change."""

from alembic import op

revision = "0014_moved_metrics"
down_revision = "0013_set_aside"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE kpi.placed (
  workspace text NOT NULL, source text NOT NULL, start_ms bigint NOT NULL, entity text NOT NULL,
  end_ms bigint NOT NULL, known_ms bigint NOT NULL, measure text NOT NULL, currency text NOT NULL,
  campaign text NOT NULL, line text NOT NULL, amount numeric NOT NULL,
  CONSTRAINT placed_pk PRIMARY KEY (workspace, source, start_ms, entity, end_ms, known_ms, measure,
    currency, campaign, line));
CREATE INDEX placed_start ON kpi.placed USING brin (start_ms) WITH (autosummarize = on);
ALTER TABLE kpi.placed SET (fillfactor = 80);
CREATE TABLE kpi.moves (
  id bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, source text NOT NULL,
  match jsonb NOT NULL, since_ms bigint NOT NULL, start_ms bigint NOT NULL, entity text NOT NULL,
  stream integer NOT NULL, period text NOT NULL,
  CONSTRAINT moves_pk PRIMARY KEY (id));
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "ALTER TABLE kpi.facts ADD COLUMN complete_ms bigint NOT NULL DEFAULT 0, "
        "ADD COLUMN earlier text NOT NULL DEFAULT ''"
    )
    for statement in filter(str.strip, TABLES.split(";")):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE kpi.placed, kpi.moves")
    op.execute("ALTER TABLE kpi.facts DROP COLUMN complete_ms, DROP COLUMN earlier")
