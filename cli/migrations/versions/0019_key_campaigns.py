"""An API key may be limited to campaigns: its events name one of them."""

from alembic import op

revision = "0019_key_campaigns"
down_revision = "0018_units_due_by_time"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE ingest.api_keys ADD COLUMN campaigns text[]")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE ingest.api_keys DROP COLUMN campaigns")
