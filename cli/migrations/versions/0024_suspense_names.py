r"""Breaches of suspense have one name everywhere, and the rule of the house its own episodes.

Since 0018 a group is written with `,`, `:` and `\` escaped. A breach that was open then went on
under that name, while alerts and what had been told of it kept the one before: its end followed
nothing that alerts knew. All get the name of today, and what alerts could not place is told again.

A person's rule that was named `suspense` and made anew took the standings of the house along, and
the next episode had a number that was used; they come back, as what was told last left them. What
the catalogue holds of suspense is what budget has told: it kept more when 0006 had been undone.
"""

from alembic import op

revision = "0024_suspense_names"
down_revision = "0023_signals"
branch_labels = None
depends_on = None

NAMES = r"""
CREATE TEMPORARY TABLE renamed ON COMMIT DROP AS
SELECT DISTINCT workspace, breach AS before, 'suspense/source:'
  || regexp_replace(source, '([\\,:])', '\\\1', 'g')
  || substr(breach, length('suspense/source:' || source) + 1) AS breach
FROM (
  SELECT workspace, breach, event#>>'{group,source}' AS source FROM kpi.transitions
  WHERE starts_with(breach, 'suspense/source:')
  UNION ALL
  SELECT e.workspace, e.breach, a.labels->>'source' FROM alerts.episodes AS e
  JOIN alerts.alerts AS a USING (alert) WHERE starts_with(e.breach, 'suspense/source:')) AS told
WHERE source ~ '[\\,:]' AND starts_with(breach, 'suspense/source:' || source || '/')
"""
TELL_AGAIN = """
INSERT INTO kpi.outbox (topic, key, value)
SELECT 'breaches.v1',
  t.workspace || '|suspense|' || regexp_replace(substr(t.breach, 10), '/[0-9]+$', ''),
  convert_to(jsonb_build_object('specversion', '1.0', 'id', t.breach || '/' || t.seq,
    'source', 'paceline/kpi-monitor', 'type', 'paceline.breaches.v1',
    'time', t.event->'decided_at', 'workspace', t.workspace, 'data', t.event)::text, 'UTF8')
FROM renamed AS r JOIN kpi.transitions AS t USING (workspace, breach)
ORDER BY t.workspace, t.breach, t.seq
"""
RENAME = (
    # Where both names are, the newer one says what is so: a chain goes on with it from its first
    # number, and of what alerts had placed under either it keeps the newer.
    """
    DELETE FROM kpi.transitions AS t USING renamed AS r
    WHERE t.workspace = r.workspace AND t.breach = r.before AND EXISTS (
      SELECT FROM kpi.transitions AS o
      WHERE o.workspace = r.workspace AND o.breach = r.breach AND o.seq <= t.seq)
    """,
    *(
        f"""
        DELETE FROM {table} AS t USING renamed AS r, alerts.episodes AS e
        WHERE e.workspace = r.workspace AND e.breach = r.before
          AND t.alert = e.alert AND t.episode = e.episode AND EXISTS (
          SELECT FROM alerts.episodes AS o WHERE o.workspace = r.workspace AND o.breach = r.breach)
        """
        for table in ("alerts.transitions", "alerts.group_members", "alerts.told")
    ),
    """
    UPDATE kpi.transitions AS t
    SET breach = r.breach, event = jsonb_set(t.event, '{breach}', to_jsonb(r.breach))
    FROM renamed AS r WHERE t.workspace = r.workspace AND t.breach = r.before
    """,
    """
    UPDATE alerts.transitions AS t
    SET signal = jsonb_set(t.signal, '{id}', to_jsonb(r.breach))
    FROM renamed AS r JOIN alerts.episodes AS e ON e.workspace = r.workspace AND e.breach = r.before
    WHERE t.alert = e.alert AND t.episode = e.episode
    """,
    *(
        f"""
        DELETE FROM {table} AS t USING renamed AS r
        WHERE t.workspace = r.workspace AND t.breach = r.before AND EXISTS (
          SELECT FROM {table} AS o WHERE o.workspace = r.workspace AND o.breach = r.breach)
        """
        for table in ("kpi.breaches", "alerts.episodes", "alerts.figures")
    ),
    *(
        f"""
        UPDATE {table} AS t SET breach = r.breach FROM renamed AS r
        WHERE t.workspace = r.workspace AND t.breach = r.before
        """
        for table in ("kpi.breaches", "alerts.episodes", "alerts.figures")
    ),
    "DROP TABLE renamed",
)
STANDINGS = """
UPDATE kpi.standings SET campaign = ''
WHERE rule = 'suspense' AND starts_with(group_key, 'source:') AND campaign <> ''
"""
EPISODES = """
UPDATE kpi.standings AS s SET episode = t.episode, seq = t.seq, judged_through_ms = 0,
  severity = CASE WHEN t.transition <> 'resolved' THEN t.event->>'severity' END,
  since_ms = CASE WHEN t.transition <> 'resolved' THEN
    floor(extract(epoch FROM (t.event->>'since')::timestamptz) * 1000)::bigint END
FROM (
  SELECT DISTINCT ON (workspace, group_key) *
  FROM (
    SELECT workspace, regexp_replace(substr(breach, 10), '/[0-9]+$', '') AS group_key,
      substring(breach FROM '[0-9]+$')::bigint AS episode, seq, transition, event
    FROM kpi.transitions WHERE starts_with(breach, 'suspense/source:')) AS told
  ORDER BY workspace, group_key, episode DESC, seq DESC) AS t
WHERE s.workspace = t.workspace AND s.rule = 'suspense' AND s.group_key = t.group_key
  AND (s.episode, s.seq) < (t.episode, t.seq)
"""
TOUCHES = """
INSERT INTO kpi.touches (workspace, campaign) SELECT workspace, '' FROM kpi.units
WHERE campaign = ''
"""
CATALOG = (
    """
    UPDATE kpi.catalog AS c SET version = t.version, object = t.told
    FROM budget.suspense_told AS t
    WHERE c.kind = 'suspense' AND c.workspace = t.workspace AND c.id = t.source
      AND c.version > t.version
    """,
    """
    DELETE FROM kpi.catalog AS c WHERE c.kind = 'suspense' AND NOT EXISTS (
      SELECT FROM budget.suspense_told AS t WHERE t.workspace = c.workspace AND t.source = c.id)
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (NAMES, TELL_AGAIN, *RENAME, STANDINGS, EPISODES, TOUCHES, *CATALOG):
        op.execute(statement)


def downgrade() -> None:
    """The names stay: they are those that 0023 goes on with."""
