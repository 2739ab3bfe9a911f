"""SQL of what is not sent yet, for the gauges."""

from collections.abc import Sequence
from typing import NamedTuple

from alerts.delivery.store_limits import DESTINATIONS, THROTTLES
from alerts.record.states import UNSENT_SQL
from shared.database.pool import Conn, columns
from shared.database.rows import fetch

# What stands behind a refused message of its group and channel waits for the same correction.
UNSENT = f"""
SELECT channel, why, count(*) AS deliveries,
  extract(epoch FROM now() - min(created_at))::float8 AS age_s
FROM (
  SELECT d.created_at, d.target->>'kind' AS channel, CASE
    WHEN bool_or(d.state = 'failed') OVER (
      PARTITION BY d.group_id, d.channel_id ORDER BY d.position) THEN 'refused'
    WHEN {THROTTLES} THEN 'throttled'
    WHEN d.state = 'parked' THEN 'rate_limited'
    WHEN d.state = 'pending' AND d.attempts <> '[]' THEN 'unreachable'
    ELSE 'queued' END AS why
  FROM alerts.deliveries d {DESTINATIONS} WHERE d.state IN {UNSENT_SQL}
) AS unsent GROUP BY channel, why
"""


class Waiting(NamedTuple):
    """Unsent deliveries of one channel that wait for one reason; the age of the oldest."""

    channel: str
    why: str
    deliveries: int
    age_s: float


async def count_unsent(conn: Conn, budgets: Sequence[tuple[str, str, str]]) -> list[Waiting]:
    """What is not sent yet by channel and reason."""
    return await fetch(conn, Waiting, UNSENT, *columns(budgets, 3))
