"""Open alerts are found by their labels: those that may stand for others, at every message."""

from alembic import op

revision = "0035_open_labels"
down_revision = "0034_link_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE INDEX episodes_open_labels ON alerts.episodes "
        "USING gin (routing_labels jsonb_path_ops) "
        "WHERE state NOT IN ('resolved', 'withdrawn')"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX alerts.episodes_open_labels")
