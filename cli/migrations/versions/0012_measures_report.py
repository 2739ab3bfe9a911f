"""A source names the report that carries its measures, beside the one that carries its money."""

from alembic import op

revision = "0012_measures_report"
down_revision = "0011_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE ingest.sources ADD COLUMN measures_report text")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE ingest.sources DROP COLUMN measures_report")
