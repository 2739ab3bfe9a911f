"""Who decides on what is stated by each workspace, and every version of that is kept."""

from alembic import op

from cli.migrations.first_tables import statements

revision = "0040_policies"
down_revision = "0039_limits"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE budget.policies (
  workspace text NOT NULL, version integer NOT NULL, rules jsonb NOT NULL,
  created_by text NOT NULL, created_at timestamptz NOT NULL,
  CONSTRAINT policies_pk PRIMARY KEY (workspace, version))
"""
DOWN = "DROP TABLE budget.policies"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(UP):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(DOWN)
