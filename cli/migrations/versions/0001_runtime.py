"""The schema `runtime`: the clock that tests and the demo move by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0001_runtime"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE SCHEMA runtime")
    op.create_table(
        "clock",
        sa.Column("only", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("now", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("only", name="clock_pk"),
        sa.CheckConstraint('"only"', name="clock_one_row"),
        schema="runtime",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("clock", schema="runtime")
    op.execute("DROP SCHEMA runtime")
