"""Mailboxes that unsubscribed from the mail of a receiver: each departure, and when it was over."""

from alembic import op

revision = "0044_unsubscriptions"
down_revision = "0043_objects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE TABLE alerts.unsubscriptions ("
        "unsubscription bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, "
        "receiver text NOT NULL, mailbox text NOT NULL, left_at timestamptz NOT NULL, "
        "left_by text NOT NULL, returned_at timestamptz, returned_by text, "
        "CONSTRAINT unsubscriptions_pk PRIMARY KEY (unsubscription))"
    )
    op.execute(
        "CREATE UNIQUE INDEX unsubscriptions_in_force ON alerts.unsubscriptions "
        "(workspace, receiver, mailbox) WHERE returned_at IS NULL"
    )
    op.execute(
        "CREATE INDEX unsubscriptions_workspace ON alerts.unsubscriptions "
        "(workspace, unsubscription)"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE alerts.unsubscriptions")
