"""Changes of lines carry how complete their source was when it told them.

What waits to be told at that moment stays null, and is known as such changes were before: at the
completeness of the message before.
"""

from alembic import op

revision = "0008_known_changes"
down_revision = "0007_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE budget.changes ADD COLUMN known_ms bigint")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE budget.changes DROP COLUMN known_ms")
