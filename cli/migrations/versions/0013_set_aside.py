"""What of a source was refused and not settled travels with its heartbeats."""

from alembic import op

revision = "0013_set_aside"
down_revision = "0012_measures_report"
branch_labels = None
depends_on = None

SCHEMAS = ("ingest", "budget", "kpi", "alerts")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for schema in SCHEMAS:
        op.execute(
            f"ALTER TABLE {schema}.progress ADD COLUMN set_aside integer NOT NULL DEFAULT 0, "
            "ADD COLUMN settled_through timestamptz, ADD COLUMN set_aside_until timestamptz"
        )
        op.execute(
            f"CREATE INDEX progress_waiting ON {schema}.progress (set_aside_until) "
            "WHERE set_aside_until IS NOT NULL"
        )
    op.execute(
        "ALTER TABLE kpi.sources ADD COLUMN set_aside integer NOT NULL DEFAULT 0, "
        "ADD COLUMN settled_ms bigint"
    )
    op.execute("ALTER TABLE budget.accounts ADD COLUMN sealed_set_aside integer NOT NULL DEFAULT 0")
    op.execute(
        "ALTER TABLE ingest.rejections ADD COLUMN subject text, "
        "ADD COLUMN period_start timestamptz, "
        "ADD COLUMN settled_at timestamptz, ADD COLUMN settled_by text"
    )
    op.execute(
        "CREATE INDEX rejections_open_ix ON ingest.rejections (workspace, source, rejected_at) "
        "WHERE subject IS NOT NULL AND settled_at IS NULL"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX ingest.rejections_open_ix")
    op.execute(
        "ALTER TABLE ingest.rejections DROP COLUMN subject, DROP COLUMN period_start, "
        "DROP COLUMN settled_at, DROP COLUMN settled_by"
    )
    op.execute("ALTER TABLE budget.accounts DROP COLUMN sealed_set_aside")
    op.execute("ALTER TABLE kpi.sources DROP COLUMN set_aside, DROP COLUMN settled_ms")
    for schema in SCHEMAS:
        op.execute(f"DROP INDEX {schema}.progress_waiting")
        op.execute(
            f"ALTER TABLE {schema}.progress DROP COLUMN set_aside, DROP COLUMN settled_through, "
            "DROP COLUMN set_aside_until"
        )
