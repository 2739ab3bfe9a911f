"""Plans in force and superseded, what each made of the lines, and what a decision was about."""

from alembic import op

from cli.migrations.first_tables import statements

revision = "0010_plans_in_force"
down_revision = "0009_mailboxes"
branch_labels = None
depends_on = None

# Until now the plan approved last was in force, whatever it had said of its time. A decision on a
# held amount named none: only those on plans are about something that cannot have changed. The
# others stay, about nothing that stands, and have to be made again.
UP = """
ALTER TABLE budget.plans ADD COLUMN applied_at timestamptz;
UPDATE budget.plans SET applied_at = approved_at, status = 'superseded'
  WHERE status = 'approved';
UPDATE budget.plans AS p SET status = 'in_force' FROM budget.campaigns AS c
  WHERE c.workspace = p.workspace AND c.campaign = p.campaign
    AND c.plan_version = p.plan_version AND p.status = 'superseded';
CREATE INDEX plans_waiting ON budget.plans (effective_from) WHERE status = 'approved';
ALTER TABLE budget.decisions ADD COLUMN amount bigint, ADD COLUMN version bigint;
UPDATE budget.decisions AS d SET amount = p.total, version = p.plan_version
  FROM budget.plans AS p
  WHERE p.workspace = d.workspace
    AND d.object = 'plan/' || p.campaign || '/' || p.plan_version;
UPDATE budget.decisions SET amount = 0, version = 0 WHERE version IS NULL;
ALTER TABLE budget.decisions ALTER COLUMN amount SET NOT NULL, ALTER COLUMN version SET NOT NULL;
ALTER TABLE budget.decisions DROP CONSTRAINT decisions_pk;
ALTER TABLE budget.decisions
  ADD CONSTRAINT decisions_pk PRIMARY KEY (workspace, object, role, version);
ALTER TABLE budget.lines ADD COLUMN allocated_before bigint, ADD COLUMN curve_before jsonb;
CREATE TABLE budget.plan_lines (
  workspace text NOT NULL, campaign text NOT NULL, plan_version integer NOT NULL,
  line text NOT NULL, name text NOT NULL, allocated bigint NOT NULL, curve jsonb NOT NULL,
  CONSTRAINT plan_lines_pk PRIMARY KEY (workspace, campaign, plan_version, line));
ALTER TABLE kpi.standings ADD COLUMN plan_version bigint
"""

DOWN = """
ALTER TABLE kpi.standings DROP COLUMN plan_version;
DROP TABLE budget.plan_lines;
ALTER TABLE budget.lines DROP COLUMN curve_before, DROP COLUMN allocated_before;
DELETE FROM budget.decisions AS d USING budget.decisions AS newer
  WHERE newer.workspace = d.workspace AND newer.object = d.object AND newer.role = d.role
    AND newer.version > d.version;
ALTER TABLE budget.decisions DROP CONSTRAINT decisions_pk;
ALTER TABLE budget.decisions ADD CONSTRAINT decisions_pk PRIMARY KEY (workspace, object, role);
ALTER TABLE budget.decisions DROP COLUMN version, DROP COLUMN amount;
DROP INDEX budget.plans_waiting;
UPDATE budget.plans SET status = 'approved' WHERE status IN ('in_force', 'superseded');
ALTER TABLE budget.plans DROP COLUMN applied_at
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(UP):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(DOWN):
        op.execute(statement)
