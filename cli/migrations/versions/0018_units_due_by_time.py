"""Units are due by time, and suspense is judged as every other rule: its episodes are standings.

A breach that is open for a source whose name has a comma or a colon goes on under the name that all
groups are written by, with these escaped.
"""

from alembic import op

revision = "0018_units_due_by_time"
down_revision = "0017_items"
branch_labels = None
depends_on = None

KEY = r"'source:' || regexp_replace(s.source, '([\\,:])', '\\\1', 'g')"
UPGRADE = [
    "ALTER TABLE kpi.units ADD COLUMN due_at timestamptz",
    "CREATE INDEX units_due ON kpi.units (due_at) WHERE due_at IS NOT NULL",
    """
    INSERT INTO kpi.catalog (workspace, kind, id, version, deleted, object)
    SELECT workspace, 'suspense', source, version, false, object FROM kpi.suspense
    ON CONFLICT DO NOTHING
    """,
    rf"""
    INSERT INTO kpi.standings (workspace, rule, group_key, campaign, rule_version,
      judged_through_ms, episode, seq, severity, since_ms, too_coarse)
    SELECT s.workspace, 'suspense', {KEY}, '', 1, 0, s.episode, s.seq,
      CASE WHEN s.open THEN 'warning' END,
      CASE WHEN s.open THEN floor(extract(epoch FROM coalesce(
        (SELECT (t.event->>'since')::timestamptz FROM kpi.transitions t
         WHERE t.workspace = s.workspace AND t.seq = 1
           AND t.breach = 'suspense/source:' || s.source || '/' || s.episode),
        s.since, now())) * 1000)::bigint END,
      false
    FROM kpi.suspense s WHERE s.episode > 0
    """,
    """
    INSERT INTO kpi.units (workspace, campaign) SELECT DISTINCT workspace, '' FROM kpi.suspense
    """,
    """
    INSERT INTO kpi.touches (workspace, campaign) SELECT DISTINCT workspace, '' FROM kpi.suspense
    """,
    "DROP TABLE kpi.suspense",
]
DOWNGRADE = [
    """
    CREATE TABLE kpi.suspense (
      workspace text NOT NULL, source text NOT NULL, version bigint NOT NULL, since timestamptz,
      object jsonb NOT NULL, episode bigint NOT NULL DEFAULT 0, seq bigint NOT NULL DEFAULT 0,
      open boolean NOT NULL DEFAULT false,
      CONSTRAINT suspense_pk PRIMARY KEY (workspace, source))
    """,
    "CREATE INDEX suspense_waiting ON kpi.suspense (since) WHERE NOT open AND since IS NOT NULL",
    "CREATE INDEX suspense_open ON kpi.suspense (workspace, source) WHERE open",
    rf"""
    INSERT INTO kpi.suspense (workspace, source, version, since, object, episode, seq, open)
    SELECT s.workspace, s.source, s.version, (s.object->>'since')::timestamptz, s.object,
      coalesce(t.episode, 0), coalesce(t.seq, 0), t.severity IS NOT NULL
    FROM (SELECT workspace, id AS source, version, object FROM kpi.catalog
      WHERE kind = 'suspense') AS s
    LEFT JOIN kpi.standings t ON t.workspace = s.workspace AND t.rule = 'suspense'
      AND t.group_key = {KEY}
    """,
    "DELETE FROM kpi.standings WHERE rule = 'suspense' AND campaign = ''",
    "DELETE FROM kpi.touches WHERE campaign = ''",
    "DELETE FROM kpi.units WHERE campaign = ''",
    "DROP INDEX kpi.units_due",
    "ALTER TABLE kpi.units DROP COLUMN due_at",
]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)
