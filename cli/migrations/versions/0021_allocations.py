"""Who was given how much of a campaign's money is a journal, made of what each plan gave its lines.

What a plan has changed is a step from its `effective_from` on; what an earlier one wanted to change
later is taken back there. Each step is paired with one of the plan's total.
"""

from alembic import op

revision = "0021_allocations"
down_revision = "0020_requests"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE budget.allocations (
  entry bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, campaign text NOT NULL,
  document text NOT NULL, place text NOT NULL, name text NOT NULL,
  effective_from timestamptz NOT NULL, decided_at timestamptz NOT NULL, amount bigint NOT NULL,
  curve jsonb,
  CONSTRAINT allocations_pk PRIMARY KEY (entry))
"""
INDEX = """
CREATE INDEX allocations_campaign ON budget.allocations (workspace, campaign, entry)
"""
# What a plan gave is in plan_lines; of one that was applied before those were kept, in its body.
FILL = """
DO $$
DECLARE p record;
BEGIN
  FOR p IN
    SELECT n.*, 'plan/' || n.campaign || '/' || n.plan_version AS document,
      coalesce(n.effective_from, n.applied_at) AS since, c.starts_at, c.ends_at
    FROM budget.plans AS n JOIN budget.campaigns AS c USING (workspace, campaign)
    WHERE n.applied_at IS NOT NULL ORDER BY n.applied_at, n.approved_at, n.plan_version
  LOOP
    CREATE TEMP TABLE wanted ON COMMIT DROP AS
      SELECT 'line' AS place, line AS name, allocated AS amount, curve FROM budget.plan_lines
      WHERE workspace = p.workspace AND campaign = p.campaign AND plan_version = p.plan_version;
    IF NOT EXISTS (SELECT FROM wanted) THEN
      INSERT INTO wanted
      SELECT 'line', b.line->>'line', ((b.line->>'allocated')::numeric * 1000000)::bigint,
        CASE WHEN b.line->'phasing'->'points' IS NULL THEN
          jsonb_build_object(
            'instants', jsonb_build_array((extract(epoch FROM p.starts_at) * 1000000)::bigint,
                                          (extract(epoch FROM p.ends_at) * 1000000)::bigint),
            'amounts', jsonb_build_array(0, ((b.line->>'allocated')::numeric * 1000000)::bigint))
        ELSE (
          SELECT jsonb_build_object('instants', jsonb_agg(at ORDER BY at),
                                    'amounts', jsonb_agg(micros ORDER BY at))
          FROM (
            SELECT (extract(epoch FROM (o->>'at')::timestamptz) * 1000000)::bigint AS at,
                   ((o->>'amount')::numeric * 1000000)::bigint AS micros
            FROM jsonb_array_elements(b.line->'phasing'->'points') AS o
            UNION ALL
            SELECT (extract(epoch FROM p.starts_at) * 1000000)::bigint, 0
            WHERE p.starts_at < (b.line->'phasing'->'points'->0->>'at')::timestamptz) AS points)
        END
      FROM jsonb_array_elements(p.body->'lines') AS b(line);
    END IF;
    INSERT INTO wanted
    SELECT 'bucket', r->>'bucket', ((r->>'amount')::numeric * 1000000)::bigint, NULL
    FROM jsonb_array_elements(p.body->'reserve') AS r;
    INSERT INTO wanted
    SELECT a.place, a.name, 0, NULL FROM budget.allocations AS a
    WHERE a.workspace = p.workspace AND a.campaign = p.campaign AND a.place <> 'total'
      AND a.effective_from <= p.since
      AND NOT EXISTS (SELECT FROM wanted AS w WHERE (w.place, w.name) = (a.place, a.name))
    GROUP BY a.place, a.name;
    CREATE TEMP TABLE steps ON COMMIT DROP AS
      SELECT w.place, w.name, p.since AS effective_from, w.curve,
        w.amount - coalesce((
          SELECT sum(a.amount) FROM budget.allocations AS a
          WHERE a.workspace = p.workspace AND a.campaign = p.campaign
            AND (a.place, a.name) = (w.place, w.name) AND a.effective_from <= p.since), 0)
          AS amount
      FROM wanted AS w
      UNION ALL
      SELECT a.place, a.name, a.effective_from, NULL, -sum(a.amount)
      FROM budget.allocations AS a
      WHERE a.workspace = p.workspace AND a.campaign = p.campaign AND a.place <> 'total'
        AND a.effective_from > p.since
      GROUP BY a.place, a.name, a.effective_from;
    INSERT INTO budget.allocations (workspace, campaign, document, place, name, effective_from,
                                    decided_at, amount, curve)
    SELECT p.workspace, p.campaign, p.document, s.place, s.name, s.effective_from, p.applied_at,
           s.amount, s.curve
    FROM steps AS s WHERE s.amount <> 0 OR s.curve IS NOT NULL
    UNION ALL
    SELECT p.workspace, p.campaign, p.document, 'total', '', s.effective_from, p.applied_at,
           -s.amount, NULL
    FROM steps AS s WHERE s.amount <> 0;
    DROP TABLE wanted;
    DROP TABLE steps;
  END LOOP;
END $$
"""
REFUSE = """
CREATE OR REPLACE FUNCTION budget.refuse_edit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'budget.% is append-only', TG_TABLE_NAME; END $$
"""
REFUSE_BEFORE = """
CREATE OR REPLACE FUNCTION budget.refuse_edit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'budget.audit is append-only'; END $$
"""
AFTER = (
    REFUSE,
    "CREATE TRIGGER allocations_append_only BEFORE UPDATE OR DELETE ON budget.allocations "
    "FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit()",
    "DROP TABLE budget.plan_lines",
    "ALTER TABLE budget.ledger_checks ADD COLUMN allocated boolean NOT NULL DEFAULT true",
)
PLAN_LINES = """
CREATE TABLE budget.plan_lines (
  workspace text NOT NULL, campaign text NOT NULL, plan_version integer NOT NULL,
  line text NOT NULL, name text NOT NULL, allocated bigint NOT NULL, curve jsonb NOT NULL,
  CONSTRAINT plan_lines_pk PRIMARY KEY (workspace, campaign, plan_version, line))
"""
# Every document has an entry of every line, so what it gave is the sum up to its last.
REFILL = """
INSERT INTO budget.plan_lines
SELECT p.workspace, p.campaign, p.plan_version, l.line,
  coalesce((SELECT b->>'name' FROM jsonb_array_elements(p.body->'lines') AS b
            WHERE b->>'line' = l.line), l.name),
  given.amount, given.curve
FROM budget.plans AS p JOIN budget.lines AS l USING (workspace, campaign)
CROSS JOIN LATERAL (
  SELECT max(entry) AS entry FROM budget.allocations AS a
  WHERE a.workspace = p.workspace AND a.campaign = p.campaign
    AND a.document = 'plan/' || p.campaign || '/' || p.plan_version) AS latest
CROSS JOIN LATERAL (
  SELECT sum(a.amount) AS amount,
    (array_agg(a.curve ORDER BY a.entry DESC) FILTER (WHERE a.curve IS NOT NULL))[1] AS curve
  FROM budget.allocations AS a
  WHERE a.workspace = p.workspace AND a.campaign = p.campaign AND a.place = 'line'
    AND a.name = l.line AND a.entry <= latest.entry) AS given
WHERE p.applied_at IS NOT NULL AND given.curve IS NOT NULL
"""
DOWN = (
    "ALTER TABLE budget.ledger_checks DROP COLUMN allocated",
    PLAN_LINES,
    REFILL,
    "DROP TABLE budget.allocations",
    REFUSE_BEFORE,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (TABLE, INDEX, FILL, *AFTER):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWN:
        op.execute(statement)
