"""The tables of schema `alerts`, as models. Migration 0005 makes them; a test compares the two.

Alerts hold episodes, episodes hold transitions; groups hold members and speak; the notification
log knows what each channel was told; deliveries are messages, notifications what they told.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from alerts.states import UNSENT_SQL
from shared.tables import INSTANT, common_tables
from shared.tables import text_column as _text

SCHEMA = "alerts"
UNSENT = sa.text(f"state IN {UNSENT_SQL}")
OPEN = sa.text("state NOT IN ('resolved', 'withdrawn')")
CLOSED = sa.text("state IN ('resolved', 'withdrawn') AND NOT stripped")

metadata = sa.MetaData()
common_tables(metadata, SCHEMA)


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *parts, schema=SCHEMA)


def _int(name: str, *, default: str | None = None) -> sa.Column[int]:
    given = sa.text(default) if default else None
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False, server_default=given)


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable, autoincrement=False)


def _identity(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.Identity(always=True), nullable=False)


def _at(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[Any]:
    given = sa.text("now()") if now else None
    return sa.Column(name, INSTANT, nullable=nullable, server_default=given)


def _flag(name: str, default: str = "false") -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text(default))


def _json(name: str, default: str | None = None) -> sa.Column[Any]:
    given = sa.text(default) if default else None
    return sa.Column(name, pg.JSONB, nullable=False, server_default=given)


alerts = _table(
    "alerts",
    _identity("alert"),
    _text("workspace"),
    _text("fingerprint"),
    _text("campaign", nullable=True),
    _int("episodes", default="0"),
    _json("labels"),
    sa.PrimaryKeyConstraint("alert", name="alerts_pk"),
    sa.UniqueConstraint("workspace", "fingerprint", name="alerts_fingerprint_key"),
)
sa.Index("alerts_workspace", alerts.c.workspace, alerts.c.alert)
sa.Index("alerts_campaign", alerts.c.workspace, alerts.c.campaign, alerts.c.alert)

episodes = _table(
    "episodes",
    _big("alert"),
    _int("episode"),
    _text("workspace"),
    _text("breach"),
    _int("seq"),
    _text("state"),
    _text("severity"),
    _int("restated_at"),
    _at("starts_at"),
    _at("ends_at", nullable=True),
    _at("decided_at"),
    _flag("stripped"),
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
    _big("alert"),
    _int("episode"),
    _int("seq"),
    _json("breach"),
    _at("recorded_at", now=True),
    sa.PrimaryKeyConstraint("alert", "episode", "seq", name="transitions_pk"),
)

groups = _table(
    "groups",
    _identity("group_id"),
    _text("workspace"),
    _text("group_key"),
    _text("receiver"),
    _json("labels"),
    _json("snapshot"),
    _at("flushed_at", nullable=True),
    _at("due_at", nullable=True),
    _flag("active"),
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
    _big("group_id"),
    _big("alert"),
    _int("episode"),
    _flag("active", "true"),
    sa.PrimaryKeyConstraint("group_id", "alert", "episode", name="group_members_pk"),
)
sa.Index("group_members_alert", group_members.c.alert, group_members.c.episode)
sa.Index("group_members_active", group_members.c.group_id, postgresql_where=sa.text("active"))

notify_log = _table(
    "notify_log",
    _big("group_id"),
    _text("channel_id"),
    _json("channel"),
    _at("told_at"),
    _text("reason"),
    _text("subject"),
    _text("thread_root"),
    _text("thread_last"),
    sa.PrimaryKeyConstraint("group_id", "channel_id", name="notify_log_pk"),
)

told = _table(
    "told",
    _big("group_id"),
    _text("channel_id"),
    _big("alert"),
    _int("episode"),
    _int("seq"),
    _text("severity"),
    _flag("firing"),
    sa.PrimaryKeyConstraint("group_id", "channel_id", "alert", "episode", name="told_pk"),
)
sa.Index("told_firing", told.c.group_id, postgresql_where=sa.text("firing"))
sa.Index("told_alert", told.c.alert, told.c.episode)

deliveries = _table(
    "deliveries",
    _identity("position"),
    _text("delivery"),
    _text("workspace"),
    _big("group_id"),
    _text("receiver"),
    _text("channel_id"),
    _json("target"),
    _text("locale"),
    _text("title"),
    _text("body"),
    _text("plain"),
    _text("html"),
    _text("subject"),
    _text("thread_root", nullable=True),
    _text("thread_previous", nullable=True),
    _text("state"),
    _int("claims", default="0"),
    _json("attempts", "'[]'"),
    _flag("possible_duplicate"),
    _int("shrunk", default="0"),
    _flag("partly"),
    _at("created_at", now=True),
    _at("next_attempt_at", now=True),
    _at("claimed_until", nullable=True),
    _at("delivered_at", nullable=True),
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
    postgresql_where=sa.text("state <> 'delivered'"),
)

destinations = _table(
    "destinations",
    _text("destination"),
    _at("blocked_until", nullable=True),
    sa.Column("sent_at", pg.ARRAY(INSTANT), nullable=False),
    sa.PrimaryKeyConstraint("destination", name="destinations_pk"),
)

notifications = _table(
    "notifications",
    _identity("notification"),
    _text("workspace"),
    _text("delivery", nullable=True),
    _big("group_id"),
    _text("receiver"),
    _text("channel_id"),
    _text("channel"),
    _big("alert"),
    _int("episode"),
    _int("seq"),
    _text("fingerprint"),
    _text("campaign", nullable=True),
    _text("reason"),
    _text("transition"),
    _text("severity"),
    _text("state", nullable=True),
    _text("locale"),
    _at("decided_at"),
    _json("labels"),
    _json("explain"),
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
