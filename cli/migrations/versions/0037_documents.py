"""Documents that people propose and decide on (transfers, draws, …) are rows of one table.

A request knows its campaign and has a number of its own, so that requests can be listed. A line
knows the journal entry and the document that have changed its allocation last.
"""

from alembic import op

from cli.migrations.first_tables import statements

revision = "0037_documents"
down_revision = "0036_turns"
branch_labels = None
depends_on = None

# An exception that is not held any more has left no trace of its campaign in its request.
UP = """
ALTER TABLE budget.requests ADD COLUMN request bigint GENERATED ALWAYS AS IDENTITY,
  ADD COLUMN campaign text, ADD CONSTRAINT requests_request UNIQUE (request);
UPDATE budget.requests SET campaign = split_part(object, '/', 2) WHERE kind = 'plan';
UPDATE budget.requests AS r SET campaign = h.campaign FROM budget.held AS h
WHERE r.kind = 'exception' AND h.workspace = r.workspace AND h.held = substr(r.object, 11)::bigint;
CREATE INDEX requests_open ON budget.requests (workspace, due_at) WHERE status = 'in_review';
CREATE TABLE budget.documents (
  workspace text NOT NULL, kind text NOT NULL, campaign text NOT NULL, number integer NOT NULL,
  other text, status text NOT NULL, amount bigint NOT NULL, currency text NOT NULL,
  body jsonb NOT NULL, effect jsonb NOT NULL, created_by text NOT NULL,
  created_at timestamptz NOT NULL, decided_at timestamptz,
  CONSTRAINT documents_pk PRIMARY KEY (workspace, kind, campaign, number));
ALTER TABLE budget.lines ADD COLUMN allocation bigint, ADD COLUMN allocated_by text;
UPDATE budget.lines AS l SET allocation = a.entry, allocated_by = a.document
FROM (SELECT DISTINCT ON (workspace, campaign, name) workspace, campaign, name, entry, document
      FROM budget.allocations WHERE place = 'line'
      ORDER BY workspace, campaign, name, entry DESC) AS a
WHERE (l.workspace, l.campaign, l.line) = (a.workspace, a.campaign, a.name)
"""
DOWN = """
ALTER TABLE budget.lines DROP COLUMN allocation, DROP COLUMN allocated_by;
DROP TABLE budget.documents;
DROP INDEX budget.requests_open;
ALTER TABLE budget.requests DROP CONSTRAINT requests_request, DROP COLUMN request,
  DROP COLUMN campaign
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(UP):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(DOWN):
        op.execute(statement)
