"""A request says who asked, and how often it was announced: other services are told what waits."""

from alembic import op

from cli.migrations.first_tables import statements

revision = "0047_asked_by"
down_revision = "0046_invoices"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE budget.requests ADD COLUMN asked_by text, ADD COLUMN told integer NOT NULL DEFAULT 0;
UPDATE budget.requests SET asked_by = authors[1] WHERE cardinality(authors) = 1;
UPDATE budget.requests AS r SET asked_by = p.submitted_by FROM budget.plans AS p
WHERE r.kind = 'plan' AND r.workspace = p.workspace
  AND r.object = concat_ws('/', 'plan', p.campaign, p.plan_version)
"""
DOWN = "ALTER TABLE budget.requests DROP COLUMN asked_by, DROP COLUMN told"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(UP):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(DOWN)
