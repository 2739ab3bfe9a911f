"""A request for approval is a row: of which version and amount, by whom, whose decisions."""

from alembic import op

from cli.migrations.first_tables import statements

revision = "0020_requests"
down_revision = "0019_key_campaigns"
branch_labels = None
depends_on = None

# An exception was asked for with the first decision on it. One that is not held any more was
# approved if both roles had approved what was decided on last; else something else moved it.
UP = """
CREATE TABLE budget.requests (
  workspace text NOT NULL, object text NOT NULL, kind text NOT NULL, amount bigint NOT NULL,
  version bigint NOT NULL, currency text NOT NULL, region text, authors text[] NOT NULL,
  roles text[] NOT NULL, decisions integer NOT NULL, status text NOT NULL,
  asked_at timestamptz NOT NULL, due_at timestamptz,
  CONSTRAINT requests_pk PRIMARY KEY (workspace, object));
INSERT INTO budget.requests
SELECT p.workspace, 'plan/' || p.campaign || '/' || p.plan_version, 'plan', p.total,
  p.plan_version, c.currency, c.body->>'region',
  array(SELECT DISTINCT by FROM unnest(ARRAY[p.created_by, p.submitted_by]) AS by
        WHERE by IS NOT NULL ORDER BY by),
  '{approver,finance}', 2,
  CASE WHEN p.status IN ('in_review', 'rejected') THEN p.status ELSE 'approved' END,
  p.submitted_at, p.due_at
FROM budget.plans AS p JOIN budget.campaigns AS c USING (workspace, campaign)
WHERE p.submitted_at IS NOT NULL;
INSERT INTO budget.requests
SELECT d.workspace, d.object, 'exception', d.amount, d.version, coalesce(a.currency, ''),
  c.body->>'region', '{}', '{approver,finance}', 2,
  CASE WHEN h.status = 'rejected' THEN 'rejected'
       WHEN h.held IS NULL AND d.approvals = 2 THEN 'approved' ELSE 'in_review' END,
  d.asked_at, NULL
FROM (
  SELECT DISTINCT ON (workspace, object) workspace, object, amount, version,
    min(decided_at) OVER subject AS asked_at,
    count(*) FILTER (WHERE verdict = 'approve') OVER subject AS approvals
  FROM budget.decisions WHERE starts_with(object, 'exception/')
  WINDOW subject AS (PARTITION BY workspace, object, amount, version)
  ORDER BY workspace, object, version DESC, decided_at DESC) AS d
LEFT JOIN budget.held AS h
  ON h.workspace = d.workspace AND h.held = substr(d.object, 11)::bigint
LEFT JOIN budget.accounts AS a USING (account_id)
LEFT JOIN budget.campaigns AS c ON c.workspace = h.workspace AND c.campaign = h.campaign
"""
DOWN = "DROP TABLE budget.requests"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(UP):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(DOWN)
