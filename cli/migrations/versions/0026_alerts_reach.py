"""Who reaches what alerts shows: which campaigns a text speaks of, and the region of a campaign by
the version of its announcement.

A text of before speaks of the campaign that its group is about, if it is about one; of any other it
is not known, and who reaches some campaigns only is not shown it. Regions stay as the last breach
said until catalog.v1, which alerts reads from its beginning, says more.
"""

from alembic import op

revision = "0026_alerts_reach"
down_revision = "0024_suspense_names"
branch_labels = None
depends_on = None

UPGRADE = (
    "ALTER TABLE alerts.deliveries ADD COLUMN campaigns jsonb",
    """
    UPDATE alerts.deliveries d SET campaigns = jsonb_build_object(g.labels->>'campaign', true)
    FROM alerts.groups g WHERE g.group_id = d.group_id AND jsonb_exists(g.labels, 'campaign')
    """,
    "ALTER TABLE alerts.campaigns ADD COLUMN version bigint NOT NULL DEFAULT 0",
    "ALTER TABLE alerts.campaigns ALTER COLUMN version DROP DEFAULT",
    "ALTER TABLE alerts.campaigns DROP COLUMN decided_at",
)
DOWNGRADE = (
    "ALTER TABLE alerts.campaigns ADD COLUMN decided_at timestamptz NOT NULL DEFAULT '-infinity'",
    "ALTER TABLE alerts.campaigns ALTER COLUMN decided_at DROP DEFAULT",
    "ALTER TABLE alerts.campaigns DROP COLUMN version",
    "ALTER TABLE alerts.deliveries DROP COLUMN campaigns",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)
