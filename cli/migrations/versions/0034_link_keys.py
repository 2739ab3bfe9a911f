"""The key that signs the links of messages, where no setting gives one."""

from alembic import op

revision = "0034_link_keys"
down_revision = "0033_escalations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE TABLE alerts.link_keys (single boolean NOT NULL, key bytea NOT NULL, "
        "CONSTRAINT link_keys_pk PRIMARY KEY (single), CONSTRAINT link_keys_one CHECK (single))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE alerts.link_keys")
