"""Escalations: where each stands, as it was when its alert was told, and whom they have called."""

from alembic import op

revision = "0033_escalations"
down_revision = "0032_responses"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    CREATE TABLE alerts.escalations (
      alert bigint NOT NULL, episode integer NOT NULL, chain text NOT NULL,
      workspace text NOT NULL, kept jsonb NOT NULL, progress jsonb NOT NULL,
      answered_at timestamptz, due_at timestamptz,
      CONSTRAINT escalations_pk PRIMARY KEY (alert, episode, chain))
    """,
    "CREATE INDEX escalations_due ON alerts.escalations (due_at) WHERE due_at IS NOT NULL",
    """
    CREATE TABLE alerts.escalation_calls (
      call bigint GENERATED ALWAYS AS IDENTITY,
      alert bigint NOT NULL, episode integer NOT NULL, chain text NOT NULL, kind text NOT NULL,
      turn integer NOT NULL, round integer NOT NULL, step integer,
      called_at timestamptz NOT NULL, severity text NOT NULL, receivers jsonb NOT NULL,
      CONSTRAINT escalation_calls_pk PRIMARY KEY (call),
      CONSTRAINT escalation_calls_step_key UNIQUE (alert, episode, chain, turn, round, step))
    """,
)
DOWNGRADE = ("DROP TABLE alerts.escalation_calls", "DROP TABLE alerts.escalations")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)
