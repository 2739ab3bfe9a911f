"""SQL of sending again what has not arrived, because somebody asks for it."""

from datetime import datetime
from typing import NamedTuple

from alerts.delivery.store import EARLIER
from alerts.record.states import UNSENT_SQL
from shared.database.pool import Conn
from shared.database.rows import fetch
from shared.http.reach import Reach

# Of a limited reach where all that the message speaks of is within it.
LOCK = """
SELECT d.delivery FROM alerts.deliveries d WHERE d.workspace = $1 AND d.delivery = $2
  AND ($3::text[] IS NULL OR coalesce(d.campaigns - $3::text[] = '{}', false)) FOR UPDATE
"""
PUT_DUE = """
UPDATE alerts.deliveries SET next_attempt_at = now(), turn_at = least(turn_at, now())
WHERE workspace = $1 AND delivery = $2 AND state IN ('pending', 'parked', 'failed')
"""
GET = f"""
SELECT d.delivery, d.receiver, d.target->>'kind' AS channel, d.state, d.delivered_at,
  CASE WHEN d.state IN {UNSENT_SQL} THEN d.next_attempt_at END AS next_attempt_at,
  CASE WHEN d.state IN {UNSENT_SQL} THEN (
    SELECT earlier.delivery {EARLIER} ORDER BY earlier.position LIMIT 1) END AS behind
FROM alerts.deliveries d WHERE d.workspace = $1 AND d.delivery = $2
"""


class DeliveryStanding(NamedTuple):
    """One message to one channel as it stands; `behind` is an earlier one that goes first."""

    delivery: str
    receiver: str
    channel: str
    state: str
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    behind: str | None


async def put_due(conn: Conn, reach: Reach, delivery: str) -> DeliveryStanding | None:
    """It is due now unless it has arrived or is on its way; None for one that there is not."""
    workspace = reach.workspace
    if await conn.fetchrow(LOCK, workspace, delivery, reach.listed) is None:
        return None
    await conn.execute(PUT_DUE, workspace, delivery)
    return next(iter(await fetch(conn, DeliveryStanding, GET, workspace, delivery)))
