"""What Alertmanager's API v2 shows of alerts of other senders, and which replicas are alive.

A report of an alert that is open moves its end and what is said of it, and no indexed column: with
room left in each page the row stays in its place.
"""

from alembic import op

revision = "0031_foreign_alerts"
down_revision = "0030_quiet"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    CREATE TABLE alerts.foreign_alerts (
      alert bigint NOT NULL, episode integer NOT NULL,
      workspace text NOT NULL, fingerprint text NOT NULL, signals text NOT NULL,
      newest boolean NOT NULL, open boolean NOT NULL,
      starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, times_out boolean NOT NULL,
      check_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
      annotations jsonb NOT NULL, link text NOT NULL,
      CONSTRAINT foreign_alerts_pk PRIMARY KEY (alert, episode))
    WITH (fillfactor = 50)
    """,
    """
    CREATE UNIQUE INDEX foreign_alerts_newest
    ON alerts.foreign_alerts (workspace, fingerprint) WHERE newest
    """,
    "CREATE INDEX foreign_alerts_due ON alerts.foreign_alerts (check_at) WHERE open",
    """
    CREATE TABLE alerts.replicas (
      replica text NOT NULL, address text NOT NULL, seen_at timestamptz NOT NULL,
      CONSTRAINT replicas_pk PRIMARY KEY (replica))
    """,
)
DOWNGRADE = ("DROP TABLE alerts.replicas", "DROP TABLE alerts.foreign_alerts")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)
