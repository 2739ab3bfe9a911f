"""Invoices that people state, every version of each; append-only."""

from alembic import op

revision = "0046_invoices"
down_revision = "0045_targets"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE budget.invoices (
  number bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, campaign text NOT NULL,
  supplier text NOT NULL, invoice text NOT NULL, version integer NOT NULL, dated date NOT NULL,
  total bigint NOT NULL, rows jsonb NOT NULL, created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT invoices_pk PRIMARY KEY (workspace, campaign, supplier, invoice, version),
  CONSTRAINT invoices_number UNIQUE (number))
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(TABLE)
    op.execute(
        "CREATE TRIGGER invoices_append_only BEFORE UPDATE OR DELETE ON budget.invoices "
        "FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE budget.invoices")
