"""Orders bind money of lines until they are invoiced, settled or cancelled (B3)."""

from alembic import op

from cli.migrations.first_tables import statements

revision = "0042_commitments"
down_revision = "0041_reports"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE budget.commitments (
  workspace text NOT NULL, campaign text NOT NULL, commitment text NOT NULL, line text NOT NULL,
  supplier text NOT NULL, text text, currency text NOT NULL, amount bigint NOT NULL,
  invoiced bigint NOT NULL, due_on date, ended text, created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT commitments_pk PRIMARY KEY (workspace, campaign, commitment));
CREATE TABLE budget.commitment_steps (
  step bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, campaign text NOT NULL,
  commitment text NOT NULL, line text NOT NULL, amount bigint NOT NULL, document text NOT NULL,
  decided_at timestamptz NOT NULL, CONSTRAINT commitment_steps_pk PRIMARY KEY (step));
CREATE INDEX commitment_steps_campaign ON budget.commitment_steps (workspace, campaign, commitment);
CREATE TRIGGER commitment_steps_append_only BEFORE UPDATE OR DELETE ON budget.commitment_steps
FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();
ALTER TABLE budget.lines ADD COLUMN committed bigint NOT NULL DEFAULT 0
"""
DOWN = """
ALTER TABLE budget.lines DROP COLUMN committed;
DROP TABLE budget.commitment_steps;
DROP TABLE budget.commitments
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(UP):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(DOWN):
        op.execute(statement)
