"""The targets of campaigns are planning objects with versions; what there is becomes the first."""

from alembic import op

revision = "0045_targets"
down_revision = "0044_unsubscriptions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Whoever goes down and up again keeps the versions that there are.
    op.execute(
        "INSERT INTO budget.objects (workspace, kind, id, campaign, version, effective_from, "
        "deleted, attributes, created_by, created_at) "
        "SELECT workspace, 'target', campaign || '/' || (target ->> 'target'), campaign, 1, "
        "created_at, false, target, created_by, created_at "
        "FROM budget.campaigns, jsonb_array_elements(body -> 'targets') AS t(target) "
        "ON CONFLICT ON CONSTRAINT objects_pk DO NOTHING"
    )


def downgrade() -> None:
    """Versions are append-only: they stay until their table goes."""
