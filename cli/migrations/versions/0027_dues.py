"""What time makes due of a unit is known by line or object, so that only that is judged then.

What was due by unit is judged once, and says of each of its objects when it is due.
"""

from alembic import op

revision = "0027_dues"
down_revision = "0026_alerts_reach"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    CREATE TABLE kpi.dues (
      workspace text NOT NULL, campaign text NOT NULL, line text NOT NULL,
      due_at timestamptz NOT NULL,
      CONSTRAINT dues_pk PRIMARY KEY (workspace, campaign, line))
    """,
    "CREATE INDEX dues_due ON kpi.dues (due_at)",
    """
    INSERT INTO kpi.touches (workspace, campaign)
    SELECT workspace, campaign FROM kpi.units WHERE due_at IS NOT NULL
    """,
    "ALTER TABLE kpi.units DROP COLUMN due_at",
)
DOWNGRADE = (
    "ALTER TABLE kpi.units ADD COLUMN due_at timestamptz",
    "CREATE INDEX units_due ON kpi.units (due_at) WHERE due_at IS NOT NULL",
    """
    UPDATE kpi.units k SET due_at = d.due_at
    FROM (SELECT workspace, campaign, min(due_at) AS due_at FROM kpi.dues GROUP BY 1, 2) AS d
    WHERE k.workspace = d.workspace AND k.campaign = d.campaign
    """,
    "DROP TABLE kpi.dues",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)
