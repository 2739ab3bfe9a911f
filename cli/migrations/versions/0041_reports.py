"""Reports are on the record of no alert: those of long ago are found by an index."""

from alembic import op

revision = "0041_reports"
down_revision = "0040_policies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE INDEX deliveries_of_no_alert ON alerts.deliveries (created_at) "
        "WHERE campaigns = '{}'::jsonb"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX alerts.deliveries_of_no_alert")
