"""What people answered to alerts: the state of each episode, and everything they did."""

from alembic import op

revision = "0032_responses"
down_revision = "0031_foreign_alerts"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    CREATE TABLE alerts.responses (
      alert bigint NOT NULL, episode integer NOT NULL, response jsonb NOT NULL,
      CONSTRAINT responses_pk PRIMARY KEY (alert, episode))
    """,
    """
    CREATE TABLE alerts.actions (
      action bigint GENERATED ALWAYS AS IDENTITY,
      alert bigint NOT NULL, episode integer NOT NULL,
      kind text NOT NULL, made_by text NOT NULL, made_at timestamptz NOT NULL,
      comment text NOT NULL, until timestamptz, assignee text,
      CONSTRAINT actions_pk PRIMARY KEY (action))
    """,
    "CREATE INDEX actions_alert ON alerts.actions (alert, episode, action)",
)
DOWNGRADE = ("DROP TABLE alerts.actions", "DROP TABLE alerts.responses")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)
