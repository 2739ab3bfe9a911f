"""Suspense is told and watched, the ledgers are looked at by themselves, one name for a reason."""

from alembic import op

revision = "0006_suspense"
down_revision = "0005_alerts"
branch_labels = None
depends_on = None

BUDGET = """
CREATE TABLE budget.ledger_checks (
  workspace text NOT NULL, known_since timestamptz NOT NULL DEFAULT now(),
  tried_at timestamptz NOT NULL, checked_at timestamptz, took_ms bigint NOT NULL,
  drift numeric NOT NULL DEFAULT 0, holds boolean NOT NULL DEFAULT true,
  CONSTRAINT ledger_checks_pk PRIMARY KEY (workspace));
CREATE TABLE budget.suspense_told (
  workspace text NOT NULL, source text NOT NULL, version bigint NOT NULL, entries bigint NOT NULL,
  told jsonb NOT NULL, told_at timestamptz NOT NULL,
  CONSTRAINT suspense_told_pk PRIMARY KEY (workspace, source));
CREATE INDEX accounts_suspense ON budget.accounts (workspace, source) WHERE kind = 'suspense';
"""
KPI = """
CREATE TABLE kpi.suspense (
  workspace text NOT NULL, source text NOT NULL, version bigint NOT NULL, since timestamptz,
  object jsonb NOT NULL, episode bigint NOT NULL DEFAULT 0, seq bigint NOT NULL DEFAULT 0,
  open boolean NOT NULL DEFAULT false,
  CONSTRAINT suspense_pk PRIMARY KEY (workspace, source));
CREATE INDEX suspense_waiting ON kpi.suspense (since) WHERE NOT open AND since IS NOT NULL;
CREATE INDEX suspense_open ON kpi.suspense (workspace, source) WHERE open;
"""
REASONS = {"unknown_campaign": "campaign_unknown", "unknown_line": "line_unknown"}


def upgrade() -> None:
    """New tables, and the reasons of held money under the names that all services use."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in filter(str.strip, f"{BUDGET};{KPI}".split(";")):
        op.execute(statement)
    for before, after in REASONS.items():
        op.execute(f"UPDATE budget.held SET reason = '{after}' WHERE reason = '{before}'")


def downgrade() -> None:
    """What was told is told again after the next upgrade, by the same names: so the breaches that
    it began are forgotten. Reasons get their former names."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for before, after in REASONS.items():
        op.execute(f"UPDATE budget.held SET reason = '{before}' WHERE reason = '{after}'")
    op.execute("DROP TABLE kpi.suspense")
    for table in ("transitions", "breaches"):
        op.execute(f"DELETE FROM kpi.{table} WHERE breach LIKE 'suspense/source:%'")
    op.execute("DROP INDEX budget.accounts_suspense")
    op.execute("DROP TABLE budget.suspense_told")
    op.execute("DROP TABLE budget.ledger_checks")
