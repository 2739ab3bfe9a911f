"""Whose turn it is among what waits for one destination: the first message of one campaign goes
before the fortieth of another.

What waited before has its turn by when it was decided.
"""

from alembic import op

revision = "0036_turns"
down_revision = "0035_open_labels"
branch_labels = None
depends_on = None

UNSENT = "WHERE state IN ('pending', 'sending', 'parked', 'failed')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "ALTER TABLE alerts.deliveries ADD COLUMN flow text NOT NULL DEFAULT '', "
        "ADD COLUMN turn_at timestamptz NOT NULL DEFAULT now()"
    )
    op.execute(f"UPDATE alerts.deliveries SET turn_at = next_attempt_at {UNSENT}")
    op.execute("DROP INDEX alerts.deliveries_unsent")
    op.execute(f"CREATE INDEX deliveries_unsent ON alerts.deliveries (turn_at, position) {UNSENT}")
    op.execute(
        f"CREATE INDEX deliveries_flow ON alerts.deliveries (channel_id, flow, turn_at) {UNSENT}"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX alerts.deliveries_flow")
    op.execute("DROP INDEX alerts.deliveries_unsent")
    op.execute(
        f"CREATE INDEX deliveries_unsent ON alerts.deliveries (next_attempt_at, position) {UNSENT}"
    )
    op.execute("ALTER TABLE alerts.deliveries DROP COLUMN turn_at, DROP COLUMN flow")
