"""Silences, and what is on record as muted; episodes know the labels that matchers see.

What is open is given them from its newest transition; of what is over nobody asks.
"""

from alembic import op

revision = "0030_quiet"
down_revision = "0029_message_ids"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    CREATE TABLE alerts.silences (
      workspace text NOT NULL, silence text NOT NULL, campaign text,
      matchers jsonb NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
      created_by text NOT NULL, comment text NOT NULL,
      updated_at timestamptz NOT NULL, updated_by text NOT NULL, version integer NOT NULL,
      CONSTRAINT silences_pk PRIMARY KEY (workspace, silence))
    """,
    "CREATE INDEX silences_ends ON alerts.silences (workspace, ends_at)",
    "CREATE INDEX silences_over ON alerts.silences (ends_at)",
    """
    CREATE TABLE alerts.muted (
      group_id bigint NOT NULL, channel_id text NOT NULL,
      alert bigint NOT NULL, episode integer NOT NULL,
      seq integer NOT NULL, reason text NOT NULL,
      CONSTRAINT muted_pk PRIMARY KEY (group_id, channel_id, alert, episode))
    """,
    "CREATE INDEX muted_alert ON alerts.muted (alert, episode)",
    "ALTER TABLE alerts.notifications ADD COLUMN mute jsonb",
    "ALTER TABLE alerts.episodes ADD COLUMN routing_labels jsonb NOT NULL DEFAULT '{}'",
    """
    UPDATE alerts.episodes AS e
    SET routing_labels = jsonb_strip_nulls(jsonb_build_object(
        'alertname', t.signal#>'{origin,rule}', 'kind', t.signal#>'{origin,kind}',
        'kpi', coalesce(t.signal#>'{figures,kpi}', '""'), 'owner', t.signal->'owner'))
      || (t.signal->'labels') || jsonb_build_object('severity', t.signal->'severity')
    FROM alerts.transitions AS t
    WHERE (t.alert, t.episode, t.seq) = (e.alert, e.episode, e.seq)
      AND e.state NOT IN ('resolved', 'withdrawn')
    """,
)
DOWNGRADE = (
    "ALTER TABLE alerts.episodes DROP COLUMN routing_labels",
    "ALTER TABLE alerts.notifications DROP COLUMN mute",
    "DROP TABLE alerts.muted",
    "DROP TABLE alerts.silences",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)
