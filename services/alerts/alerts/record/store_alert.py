"""SQL of one alert: whom each of its channels was told last, and by which routes it is told."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from alerts.episodes.rules import Key
from alerts.incoming.signal import Signal
from shared.database.pool import Conn
from shared.database.rows import fetch

TOLD = """
SELECT DISTINCT ON (n.receiver, n.channel_id) n.receiver, n.channel, n.transition, n.severity,
  n.reason, coalesce(d.state, n.state) AS state, n.decided_at, d.delivered_at
FROM alerts.notifications n LEFT JOIN alerts.deliveries d USING (delivery)
WHERE n.alert = $1 AND n.episode = $2
ORDER BY n.receiver, n.channel_id, n.notification DESC
"""
HISTORY = """
SELECT signal FROM alerts.transitions WHERE alert = $1 AND episode = $2
ORDER BY seq DESC LIMIT $3
"""
ROUTES = """
SELECT g.group_id, g.receiver, g.snapshot, e.routing_labels
FROM alerts.group_members m JOIN alerts.groups g USING (group_id)
JOIN alerts.episodes e USING (alert, episode)
WHERE m.alert = $1 AND m.episode = $2 AND m.active ORDER BY g.receiver, g.group_id
"""


class NewestTold(NamedTuple):
    """The newest that one channel was told of an episode, or that was withheld from it."""

    receiver: str
    channel: str
    transition: str
    severity: str
    reason: str
    state: str
    decided_at: datetime
    delivered_at: datetime | None


class AlertRoute(NamedTuple):
    """A group that speaks of an episode, as it is kept, and what its matchers see."""

    group_id: int
    receiver: str
    snapshot: Any
    routing_labels: dict[str, str]


async def find_told(conn: Conn, key: Key) -> list[NewestTold]:
    return await fetch(conn, NewestTold, TOLD, *key)


async def find_history(conn: Conn, key: Key, limit: int) -> list[Signal]:
    """The transitions of an episode, the newest first."""
    rows = await conn.fetch(HISTORY, *key, limit)
    return [msgspec.convert(row["signal"], Signal) for row in rows]


async def find_routes(conn: Conn, key: Key) -> list[AlertRoute]:
    """None of an episode that is over and told."""
    return await fetch(conn, AlertRoute, ROUTES, *key)
