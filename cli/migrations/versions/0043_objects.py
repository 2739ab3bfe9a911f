"""Planning objects (milestones, tasks, channels …) are rows of one table, one for each version."""

from alembic import op

revision = "0043_objects"
down_revision = "0042_commitments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE TABLE budget.objects (workspace text NOT NULL, kind text NOT NULL, "
        "id text NOT NULL, campaign text, version integer NOT NULL, "
        "effective_from timestamptz NOT NULL, deleted boolean NOT NULL, "
        "attributes jsonb NOT NULL, reason text, created_by text NOT NULL, "
        "created_at timestamptz NOT NULL, "
        "CONSTRAINT objects_pk PRIMARY KEY (workspace, kind, id, version))"
    )
    op.execute(
        "CREATE TRIGGER objects_append_only BEFORE UPDATE OR DELETE ON budget.objects "
        "FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE budget.objects")
