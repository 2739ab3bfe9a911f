"""Schema alerts: alerts and episodes, groups, the notification log, deliveries, notifications."""

from alembic import op

from cli.migrations import first_tables

revision = "0005_alerts"
down_revision = "0004_kpi"
branch_labels = None
depends_on = None

STATE = """
CREATE TABLE alerts.alerts (
  alert bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, fingerprint text NOT NULL,
  campaign text, episodes integer NOT NULL DEFAULT 0, labels jsonb NOT NULL,
  CONSTRAINT alerts_pk PRIMARY KEY (alert),
  CONSTRAINT alerts_fingerprint_key UNIQUE (workspace, fingerprint));
CREATE INDEX alerts_workspace ON alerts.alerts (workspace, alert);
CREATE INDEX alerts_campaign ON alerts.alerts (workspace, campaign, alert);
CREATE TABLE alerts.episodes (
  alert bigint NOT NULL, episode integer NOT NULL, workspace text NOT NULL, breach text NOT NULL,
  seq integer NOT NULL, state text NOT NULL, severity text NOT NULL, restated_at integer NOT NULL,
  starts_at timestamptz NOT NULL, ends_at timestamptz, decided_at timestamptz NOT NULL,
  stripped boolean NOT NULL DEFAULT false,
  CONSTRAINT episodes_pk PRIMARY KEY (alert, episode),
  CONSTRAINT episodes_breach_key UNIQUE (workspace, breach));
CREATE INDEX episodes_open ON alerts.episodes (workspace, alert, episode)
  WHERE state NOT IN ('resolved', 'withdrawn');
CREATE INDEX episodes_closed ON alerts.episodes (decided_at)
  WHERE state IN ('resolved', 'withdrawn') AND NOT stripped;
CREATE TABLE alerts.transitions (
  alert bigint NOT NULL, episode integer NOT NULL, seq integer NOT NULL, breach jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT transitions_pk PRIMARY KEY (alert, episode, seq));
"""

GROUPS = """
CREATE TABLE alerts.groups (
  group_id bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, group_key text NOT NULL,
  receiver text NOT NULL, labels jsonb NOT NULL, snapshot jsonb NOT NULL, flushed_at timestamptz,
  due_at timestamptz, active boolean NOT NULL DEFAULT false,
  CONSTRAINT groups_pk PRIMARY KEY (group_id),
  CONSTRAINT groups_key UNIQUE (workspace, group_key, receiver));
CREATE INDEX groups_due ON alerts.groups (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX groups_asleep ON alerts.groups (flushed_at) WHERE due_at IS NULL AND NOT active;
CREATE TABLE alerts.group_members (
  group_id bigint NOT NULL, alert bigint NOT NULL, episode integer NOT NULL,
  active boolean NOT NULL DEFAULT true,
  CONSTRAINT group_members_pk PRIMARY KEY (group_id, alert, episode));
CREATE INDEX group_members_alert ON alerts.group_members (alert, episode);
CREATE INDEX group_members_active ON alerts.group_members (group_id) WHERE active;
CREATE TABLE alerts.notify_log (
  group_id bigint NOT NULL, channel_id text NOT NULL, channel jsonb NOT NULL,
  told_at timestamptz NOT NULL, reason text NOT NULL, subject text NOT NULL,
  thread_root text NOT NULL, thread_last text NOT NULL,
  CONSTRAINT notify_log_pk PRIMARY KEY (group_id, channel_id));
CREATE TABLE alerts.told (
  group_id bigint NOT NULL, channel_id text NOT NULL, alert bigint NOT NULL,
  episode integer NOT NULL, seq integer NOT NULL, severity text NOT NULL,
  firing boolean NOT NULL DEFAULT false,
  CONSTRAINT told_pk PRIMARY KEY (group_id, channel_id, alert, episode));
CREATE INDEX told_firing ON alerts.told (group_id) WHERE firing;
CREATE INDEX told_alert ON alerts.told (alert, episode);
"""

# Unsent rows are few among all that were ever sent, so both searches use partial indexes.
MESSAGES = """
CREATE TABLE alerts.deliveries (
  position bigint GENERATED ALWAYS AS IDENTITY, delivery text NOT NULL, workspace text NOT NULL,
  group_id bigint NOT NULL, receiver text NOT NULL, channel_id text NOT NULL,
  target jsonb NOT NULL, locale text NOT NULL, title text NOT NULL, body text NOT NULL,
  plain text NOT NULL, html text NOT NULL, subject text NOT NULL, thread_root text,
  thread_previous text, state text NOT NULL, claims integer NOT NULL DEFAULT 0,
  attempts jsonb NOT NULL DEFAULT '[]', possible_duplicate boolean NOT NULL DEFAULT false,
  shrunk integer NOT NULL DEFAULT 0, partly boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  next_attempt_at timestamptz NOT NULL DEFAULT now(), claimed_until timestamptz,
  delivered_at timestamptz,
  CONSTRAINT deliveries_pk PRIMARY KEY (position),
  CONSTRAINT deliveries_delivery_key UNIQUE (delivery));
CREATE INDEX deliveries_unsent ON alerts.deliveries (next_attempt_at, position)
  WHERE state IN ('pending', 'sending', 'parked', 'failed');
CREATE INDEX deliveries_order ON alerts.deliveries (group_id, channel_id, position)
  WHERE state IN ('pending', 'sending', 'parked', 'failed');
CREATE INDEX deliveries_state ON alerts.deliveries (workspace, state) WHERE state <> 'delivered';
CREATE TABLE alerts.destinations (
  destination text NOT NULL, blocked_until timestamptz, sent_at timestamptz[] NOT NULL,
  CONSTRAINT destinations_pk PRIMARY KEY (destination));
CREATE TABLE alerts.notifications (
  notification bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, delivery text,
  group_id bigint NOT NULL, receiver text NOT NULL, channel_id text NOT NULL,
  channel text NOT NULL, alert bigint NOT NULL, episode integer NOT NULL, seq integer NOT NULL,
  fingerprint text NOT NULL, campaign text, reason text NOT NULL, transition text NOT NULL,
  severity text NOT NULL, state text, locale text NOT NULL, decided_at timestamptz NOT NULL,
  labels jsonb NOT NULL, explain jsonb NOT NULL,
  CONSTRAINT notifications_pk PRIMARY KEY (notification));
CREATE INDEX notifications_delivery ON alerts.notifications (delivery);
CREATE INDEX notifications_decided ON alerts.notifications (decided_at);
CREATE INDEX notifications_alert ON alerts.notifications (alert, episode);
CREATE INDEX notifications_campaign ON alerts.notifications (workspace, campaign, notification);
CREATE INDEX notifications_receiver ON alerts.notifications (workspace, receiver, notification);
CREATE INDEX notifications_workspace ON alerts.notifications (workspace, notification);
CREATE INDEX notifications_withheld ON alerts.notifications (workspace, state, notification)
  WHERE state IS NOT NULL;
"""

TABLES = (
    "notifications",
    "destinations",
    "deliveries",
    "told",
    "notify_log",
    "group_members",
    "groups",
    "transitions",
    "episodes",
    "alerts",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE SCHEMA alerts")
    for statement in first_tables.create("alerts"):
        op.execute(statement)
    for statement in (STATE + GROUPS + MESSAGES).split(";"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in TABLES:
        op.execute(f"DROP TABLE alerts.{name}")
    for statement in first_tables.drop("alerts"):
        op.execute(statement)
    op.execute("DROP SCHEMA alerts")
