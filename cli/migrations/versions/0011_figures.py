"""The newest figures of open breaches, in kpi-monitor to tell them and in alerts to show them."""

from alembic import op

revision = "0011_figures"
down_revision = "0010_plans_in_force"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE kpi.figures (
  workspace text NOT NULL, breach text NOT NULL, key text NOT NULL, content bytea NOT NULL,
  event bytea, told_at timestamptz NOT NULL, due_at timestamptz,
  CONSTRAINT figures_pk PRIMARY KEY (workspace, breach));
CREATE INDEX figures_due ON kpi.figures (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE alerts.figures (
  workspace text NOT NULL, breach text NOT NULL, seq integer NOT NULL,
  decided_at timestamptz NOT NULL, figures jsonb NOT NULL,
  CONSTRAINT figures_pk PRIMARY KEY (workspace, breach));
CREATE INDEX figures_decided ON alerts.figures (decided_at);
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in filter(str.strip, TABLES.split(";")):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE kpi.figures")
    op.execute("DROP TABLE alerts.figures")
