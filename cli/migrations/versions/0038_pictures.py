"""What pictures of alerts are made of: figures over time, and when a campaign runs."""

from alembic import op

revision = "0038_pictures"
down_revision = "0037_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE alerts.figures ADD COLUMN points jsonb NOT NULL DEFAULT '[]'")
    op.execute(
        "ALTER TABLE alerts.campaigns ADD COLUMN starts_at timestamptz, "
        "ADD COLUMN ends_at timestamptz"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE alerts.campaigns DROP COLUMN starts_at, DROP COLUMN ends_at")
    op.execute("ALTER TABLE alerts.figures DROP COLUMN points")
