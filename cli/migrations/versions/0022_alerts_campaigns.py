"""In which region a campaign is, for who may read the alerts of some regions only.

Of what was told before, no region is known: it is in none until the campaign is told of again.
"""

from alembic import op

revision = "0022_alerts_campaigns"
down_revision = "0021_allocations"
branch_labels = None
depends_on = None

UPGRADE = """
CREATE TABLE alerts.campaigns (
  workspace text NOT NULL,
  campaign text NOT NULL,
  region text,
  decided_at timestamptz NOT NULL,
  CONSTRAINT campaigns_pk PRIMARY KEY (workspace, campaign)
)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE alerts.campaigns")
