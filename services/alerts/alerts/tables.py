"""The tables of schema `alerts`, as models. A test compares them with what the migrations make.

Alerts hold episodes, episodes hold transitions; groups hold members and speak; the notification
log knows what each channel was told; deliveries are messages, notifications what they told.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from alerts import SCHEMA
from alerts.record.states import UNDELIVERED_SQL, UNSENT_SQL
from shared.database.columns import INSTANT, big, flag, instant, integer, jsonb, serial, text
from shared.database.common_tables import common_tables

UNSENT = sa.text(f"state IN {UNSENT_SQL}")
OPEN = sa.text("state NOT IN ('resolved', 'withdrawn')")
CLOSED = sa.text("state IN ('resolved', 'withdrawn') AND NOT stripped")

metadata = sa.MetaData()
common_tables(metadata, SCHEMA)


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *parts, schema=SCHEMA)


alerts = _table(
    "alerts",
    serial("alert"),
    text("workspace"),
    text("fingerprint"),
    text("campaign", nullable=True),
    integer("episodes", default="0"),
    jsonb("labels"),
    sa.PrimaryKeyConstraint("alert", name="alerts_pk"),
    sa.UniqueConstraint("workspace", "fingerprint", name="alerts_fingerprint_key"),
)
sa.Index("alerts_workspace", alerts.c.workspace, alerts.c.alert)
sa.Index("alerts_campaign", alerts.c.workspace, alerts.c.campaign, alerts.c.alert)

# Where each campaign belongs, as its newest breach says: for who may read only some regions.
campaigns = _table(
    "campaigns",
    text("workspace"),
    text("campaign"),
    text("region", nullable=True),
    instant("decided_at"),
    sa.PrimaryKeyConstraint("workspace", "campaign", name="campaigns_pk"),
)

episodes = _table(
    "episodes",
    big("alert"),
    integer("episode"),
    text("workspace"),
    text("breach"),
    integer("seq"),
    text("state"),
    text("severity"),
    integer("restated_at"),
    instant("starts_at"),
    instant("ends_at", nullable=True),
    instant("decided_at"),
    flag("stripped", default="false"),
    sa.PrimaryKeyConstraint("alert", "episode", name="episodes_pk"),
    sa.UniqueConstraint("workspace", "breach", name="episodes_breach_key"),
)
sa.Index(
    "episodes_open",
    episodes.c.workspace,
    episodes.c.alert,
    episodes.c.episode,
    postgresql_where=OPEN,
)
sa.Index("episodes_closed", episodes.c.decided_at, postgresql_where=CLOSED)

transitions = _table(
    "transitions",
    big("alert"),
    integer("episode"),
    integer("seq"),
    jsonb("signal"),
    instant("recorded_at", now=True),
    sa.PrimaryKeyConstraint("alert", "episode", "seq", name="transitions_pk"),
)

# Newer figures of open breaches; they may come before the breach, and are never told by themselves.
figures = _table(
    "figures",
    text("workspace"),
    text("breach"),
    integer("seq"),
    instant("decided_at"),
    jsonb("figures"),
    sa.PrimaryKeyConstraint("workspace", "breach", name="figures_pk"),
)
sa.Index("figures_decided", figures.c.decided_at)

groups = _table(
    "groups",
    serial("group_id"),
    text("workspace"),
    text("group_key"),
    text("receiver"),
    jsonb("labels"),
    jsonb("snapshot"),
    instant("flushed_at", nullable=True),
    instant("due_at", nullable=True),
    flag("active", default="false"),
    sa.PrimaryKeyConstraint("group_id", name="groups_pk"),
    sa.UniqueConstraint("workspace", "group_key", "receiver", name="groups_key"),
)
sa.Index("groups_due", groups.c.due_at, postgresql_where=sa.text("due_at IS NOT NULL"))
sa.Index(
    "groups_asleep",
    groups.c.flushed_at,
    postgresql_where=sa.text("due_at IS NULL AND NOT active"),
)

group_members = _table(
    "group_members",
    big("group_id"),
    big("alert"),
    integer("episode"),
    flag("active", default="true"),
    sa.PrimaryKeyConstraint("group_id", "alert", "episode", name="group_members_pk"),
)
sa.Index("group_members_alert", group_members.c.alert, group_members.c.episode)
sa.Index("group_members_active", group_members.c.group_id, postgresql_where=sa.text("active"))

notify_log = _table(
    "notify_log",
    big("group_id"),
    text("channel_id"),
    jsonb("channel"),
    instant("told_at"),
    text("reason"),
    text("thread_root"),
    text("thread_last"),
    sa.PrimaryKeyConstraint("group_id", "channel_id", name="notify_log_pk"),
)

told = _table(
    "told",
    big("group_id"),
    text("channel_id"),
    big("alert"),
    integer("episode"),
    integer("seq"),
    text("severity"),
    flag("firing", default="false"),
    sa.PrimaryKeyConstraint("group_id", "channel_id", "alert", "episode", name="told_pk"),
)
sa.Index("told_firing", told.c.group_id, postgresql_where=sa.text("firing"))
sa.Index("told_alert", told.c.alert, told.c.episode)

deliveries = _table(
    "deliveries",
    serial("position"),
    text("delivery"),
    text("workspace"),
    big("group_id"),
    text("receiver"),
    text("channel_id"),
    jsonb("target"),
    text("locale"),
    text("title"),
    text("body"),
    jsonb("message", nullable=True),
    text("thread_root", nullable=True),
    text("thread_previous", nullable=True),
    text("state"),
    integer("claims", default="0"),
    jsonb("attempts", default="'[]'"),
    flag("possible_duplicate", default="false"),
    integer("shrunk", default="0"),
    instant("created_at", now=True),
    instant("next_attempt_at", now=True),
    instant("claimed_until", nullable=True),
    instant("delivered_at", nullable=True),
    sa.PrimaryKeyConstraint("position", name="deliveries_pk"),
    sa.UniqueConstraint("delivery", name="deliveries_delivery_key"),
)
sa.Index(
    "deliveries_unsent",
    deliveries.c.next_attempt_at,
    deliveries.c.position,
    postgresql_where=UNSENT,
)
sa.Index(
    "deliveries_order",
    deliveries.c.group_id,
    deliveries.c.channel_id,
    deliveries.c.position,
    postgresql_where=UNSENT,
)
# Those that are there for a while are few; what is delivered is found by its notifications.
sa.Index(
    "deliveries_state",
    deliveries.c.workspace,
    deliveries.c.state,
    postgresql_where=sa.text(UNDELIVERED_SQL),
)

configurations = _table(
    "configurations",
    serial("revision"),
    text("workspace"),
    integer("version"),
    text("text", nullable=True),
    text("sha256"),
    text("made_by"),
    instant("made_at", now=True),
    sa.PrimaryKeyConstraint("revision", name="configurations_pk"),
    sa.UniqueConstraint("workspace", "version", name="configurations_version_key"),
)

destinations = _table(
    "destinations",
    text("destination"),
    instant("blocked_until", nullable=True),
    sa.Column("sent_at", pg.ARRAY(INSTANT), nullable=False),
    sa.PrimaryKeyConstraint("destination", name="destinations_pk"),
)

notifications = _table(
    "notifications",
    serial("notification"),
    text("workspace"),
    text("delivery", nullable=True),
    big("group_id"),
    text("receiver"),
    text("channel_id"),
    text("channel"),
    big("alert"),
    integer("episode"),
    integer("seq"),
    text("fingerprint"),
    text("campaign", nullable=True),
    text("reason"),
    text("transition"),
    text("severity"),
    text("state", nullable=True),
    text("locale"),
    instant("decided_at"),
    jsonb("labels"),
    jsonb("explain"),
    sa.PrimaryKeyConstraint("notification", name="notifications_pk"),
)
sa.Index("notifications_delivery", notifications.c.delivery)
sa.Index("notifications_decided", notifications.c.decided_at)
sa.Index("notifications_alert", notifications.c.alert, notifications.c.episode)
for _name in ("campaign", "receiver"):
    sa.Index(
        f"notifications_{_name}",
        notifications.c.workspace,
        notifications.c[_name],
        notifications.c.notification,
    )
sa.Index("notifications_workspace", notifications.c.workspace, notifications.c.notification)
sa.Index(
    "notifications_withheld",
    notifications.c.workspace,
    notifications.c.state,
    notifications.c.notification,
    postgresql_where=sa.text("state IS NOT NULL"),
)
