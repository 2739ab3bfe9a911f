"""SQL of what people read: notifications and alerts, in the order of their making.

A condition is in the statement only when it is asked for, so that each has its index: a generic
"is null or equal" would read everything that ever was.
"""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from alerts.episodes.rules import State
from alerts.incoming.signal import Signal
from alerts.record import states
from alerts.record.rows import NotificationRecord
from alerts.response.rules import EpisodeResponse
from shared.database.pool import Conn
from shared.http.reach import Reach

NOTIFICATIONS = """
SELECT n.*, d.state AS delivery_state, d.delivered_at, d.next_attempt_at,
  d.possible_duplicate, d.attempts, d.title, d.body, {in_reach} AS in_reach
FROM alerts.notifications n LEFT JOIN alerts.deliveries d USING (delivery)
WHERE n.workspace = $1 AND n.notification > $2 {conditions}
ORDER BY n.notification LIMIT $3
"""
# One message may speak of many campaigns. Of old ones it is not known.
ALL_IN_REACH = "coalesce(d.campaigns - $4::text[] = '{}', false)"
CONDITIONS = {
    "campaign": "AND n.campaign = {value}",
    "alert": "AND n.alert = {value}",
    "receiver": "AND n.receiver = {value}",
}
# What is withheld says so itself. What has not arrived yet is little, so deliveries find it; what
# has is nearly everything, so it is met on the way. Accepted is nearly everything or nothing.
WITHHELD = "AND n.state = {value}"
DELIVERED = "AND d.state = {value}"
UNSENT = f"""AND n.delivery IN (
  SELECT delivery FROM alerts.deliveries
  WHERE workspace = $1 AND state = {{value}} AND {states.UNDELIVERED_SQL})"""
ACCEPTED = f"""AND d.state = {{value}} AND EXISTS (
  SELECT FROM alerts.deliveries
  WHERE workspace = $1 AND state = {{value}} AND {states.UNDELIVERED_SQL})"""
WITHHELD_STATES = (states.MUTED, states.SUPPRESSED)
ALERTS = """
SELECT a.alert, a.fingerprint, a.campaign, a.labels, e.episode, e.state, e.severity,
  e.starts_at, e.ends_at, t.signal, r.response, ARRAY(
    SELECT DISTINCT g.receiver FROM alerts.group_members m JOIN alerts.groups g USING (group_id)
    WHERE m.alert = e.alert AND m.episode = e.episode ORDER BY g.receiver) AS receivers
FROM alerts.alerts a
JOIN alerts.episodes e ON e.alert = a.alert AND e.episode = a.episodes
JOIN alerts.transitions t ON t.alert = e.alert AND t.episode = e.episode AND t.seq = e.seq
LEFT JOIN alerts.responses r ON r.alert = e.alert AND r.episode = e.episode
WHERE a.workspace = $1 AND a.alert > $2 {conditions}
ORDER BY a.alert LIMIT $3
"""
OF_CAMPAIGN = "AND a.campaign = {value}"
IS_OPEN = {
    # The workspace and the bound again, for the index of open episodes.
    True: "AND e.state NOT IN ('resolved', 'withdrawn') AND e.workspace = $1 AND e.alert > $2",
    False: "AND e.state IN ('resolved', 'withdrawn')",
    None: "",
}


class AlertRecord(Struct, frozen=True):
    """An alert with its newest episode, the last transition of that, and who hears of it."""

    alert: int
    fingerprint: str
    campaign: str | None
    labels: dict[str, str]
    episode: int
    state: State
    severity: str
    starts_at: datetime
    ends_at: datetime | None
    signal: Signal
    receivers: list[str]
    response: EpisodeResponse | None = None


class AlertFilter(NamedTuple):
    campaign: str | None
    is_open: bool | None


class NotificationFilter(NamedTuple):
    campaign: str | None
    alert: int | None
    receiver: str | None
    state: str | None


async def list_notifications(
    conn: Conn, reach: Reach, after: int, wanted: NotificationFilter, limit: int
) -> list[NotificationRecord]:
    """Up to `limit` notifications after the id `after`, joined with their deliveries."""
    rows = await conn.fetch(*notifications_query(reach, after, wanted, limit))
    return [msgspec.convert(dict(row), NotificationRecord) for row in rows]


async def list_alerts(
    conn: Conn, reach: Reach, after: int, wanted: AlertFilter, limit: int
) -> list[AlertRecord]:
    """Up to `limit` alerts after the id `after`, each with its newest episode and transition."""
    rows = await conn.fetch(*alerts_query(reach, after, wanted, limit))
    return [msgspec.convert(dict(row), AlertRecord) for row in rows]


def notifications_query(
    reach: Reach, after: int, wanted: NotificationFilter, limit: int
) -> tuple[Any, ...]:
    values: list[Any] = [reach.workspace, after, limit]
    conditions = []
    asked = {"reach": reach.listed, **wanted._asdict()}
    known = {"reach": _in_reach("n"), **CONDITIONS, "state": _of_state(wanted.state)}
    in_reach = "true" if reach.listed is None else ALL_IN_REACH
    for name, condition in known.items():
        value = asked[name]
        if value is not None:
            values.append(value)
            conditions.append(condition.format(value=f"${len(values)}"))
    return NOTIFICATIONS.format(conditions="\n  ".join(conditions), in_reach=in_reach), *values


def alerts_query(reach: Reach, after: int, wanted: AlertFilter, limit: int) -> tuple[Any, ...]:
    conditions = [IS_OPEN[wanted.is_open]]
    values: list[Any] = [reach.workspace, after, limit]
    for value, condition in ((wanted.campaign, OF_CAMPAIGN), (reach.listed, _in_reach("a"))):
        if value is not None:
            values.append(value)
            conditions.append(condition.format(value=f"${len(values)}"))
    return ALERTS.format(conditions=" ".join(conditions)), *values


def _in_reach(table: str) -> str:
    return f"AND {table}.campaign = ANY({{value}})"


def _of_state(state: str | None) -> str:
    if state in WITHHELD_STATES:
        return WITHHELD
    return {states.DELIVERED: DELIVERED, states.ACCEPTED: ACCEPTED}.get(state or "", UNSENT)
