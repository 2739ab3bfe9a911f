"""What a provider calls a message, and the first of its thread: later messages go below that one.

Of messages of before it is not known: the next of their thread begins another.
"""

from alembic import op

revision = "0029_message_ids"
down_revision = "0028_words_of_alerts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "ALTER TABLE alerts.deliveries ADD COLUMN message_id text, ADD COLUMN thread_id text"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE alerts.deliveries DROP COLUMN message_id, DROP COLUMN thread_id")
