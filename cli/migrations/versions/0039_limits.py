"""How many messages went to a destination with limits of its own, in the hour, day and month."""

from alembic import op

revision = "0039_limits"
down_revision = "0038_pictures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE alerts.deliveries ADD COLUMN urgent boolean NOT NULL DEFAULT false")
    op.execute(
        "ALTER TABLE alerts.destinations ADD COLUMN throttled_until timestamptz, "
        "ADD COLUMN critical_passes boolean NOT NULL DEFAULT false"
    )
    op.execute(
        "CREATE TABLE alerts.spending (destination text NOT NULL, period text NOT NULL, "
        "began_at timestamptz NOT NULL, messages integer NOT NULL, "
        "CONSTRAINT spending_pk PRIMARY KEY (destination, period))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE alerts.spending")
    op.execute(
        "ALTER TABLE alerts.destinations DROP COLUMN throttled_until, DROP COLUMN critical_passes"
    )
    op.execute("ALTER TABLE alerts.deliveries DROP COLUMN urgent")
