"""SQL of what people read: notifications and alerts, in the order of their making."""

from typing import Any, NamedTuple

from shared.database import Conn

NOTIFICATIONS = """
SELECT n.*, d.state AS delivery_state, d.delivered_at, d.next_attempt_at,
  coalesce(d.possible_duplicate, false) AS possible_duplicate, d.attempts, d.title, d.subject,
  d.body, d.plain
FROM alerts.notifications n LEFT JOIN alerts.deliveries d USING (delivery)
WHERE n.workspace = $1 AND n.notification > $2
  AND ($3::text IS NULL OR n.campaign = $3) AND ($4::bigint IS NULL OR n.alert = $4)
  AND ($5::text IS NULL OR n.receiver = $5)
  AND ($6::text IS NULL OR coalesce(d.state, n.state) = $6)
ORDER BY n.notification LIMIT $7
"""
ALERTS = """
SELECT a.alert, a.fingerprint, a.campaign, a.labels, e.episode, e.state, e.severity, e.seq,
  e.starts_at, e.ends_at, t.breach, ARRAY(
    SELECT DISTINCT g.receiver FROM alerts.group_members m JOIN alerts.groups g USING (group_id)
    WHERE m.alert = e.alert AND m.episode = e.episode ORDER BY g.receiver) AS receivers
FROM alerts.alerts a
JOIN alerts.episodes e ON e.alert = a.alert AND e.episode = a.episodes
JOIN alerts.transitions t ON t.alert = e.alert AND t.episode = e.episode AND t.seq = e.seq
WHERE a.workspace = $1 AND a.alert > $2 AND ($3::text IS NULL OR a.campaign = $3)
  AND ($4::boolean IS NULL OR (e.state NOT IN ('resolved', 'withdrawn')) = $4)
ORDER BY a.alert LIMIT $5
"""


class AlertFilter(NamedTuple):
    campaign: str | None
    is_open: bool | None


class NotificationFilter(NamedTuple):
    campaign: str | None
    alert: int | None
    receiver: str | None
    state: str | None


async def read_notifications(
    conn: Conn, workspace: str, after: int, wanted: NotificationFilter, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` notifications after the id `after`, joined with their deliveries."""
    rows = await conn.fetch(NOTIFICATIONS, workspace, after, *wanted, limit)
    return [dict(row) for row in rows]


async def read_alerts(
    conn: Conn, workspace: str, after: int, wanted: AlertFilter, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` alerts after the id `after`, each with its newest episode and transition."""
    rows = await conn.fetch(ALERTS, workspace, after, *wanted, limit)
    return [dict(row) for row in rows]
