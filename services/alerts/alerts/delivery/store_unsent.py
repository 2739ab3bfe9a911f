"""SQL of what is not sent yet, for the gauges."""

from typing import NamedTuple

from alerts.record.states import UNSENT_SQL
from shared.database.pool import Conn
from shared.database.rows import fetch

# What stands behind a refused message of its group and channel waits for the same correction.
UNSENT = f"""
SELECT channel, why, count(*) AS deliveries,
  extract(epoch FROM now() - min(created_at))::float8 AS age_s
FROM (
  SELECT created_at, target->>'kind' AS channel, CASE
    WHEN bool_or(state = 'failed') OVER (
      PARTITION BY group_id, channel_id ORDER BY position) THEN 'refused'
    WHEN state = 'parked' THEN 'rate_limited'
    WHEN state = 'pending' AND attempts <> '[]' THEN 'unreachable'
    ELSE 'queued' END AS why
  FROM alerts.deliveries WHERE state IN {UNSENT_SQL}
) AS unsent GROUP BY channel, why
"""


class Waiting(NamedTuple):
    """Unsent deliveries of one channel that wait for one reason; the age of the oldest."""

    channel: str
    why: str
    deliveries: int
    age_s: float


async def count_unsent(conn: Conn) -> list[Waiting]:
    """What is not sent yet by channel and reason: queued, unreachable, rate_limited, refused."""
    return await fetch(conn, Waiting, UNSENT)
