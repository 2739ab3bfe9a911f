"""SQL of what is enqueued, and of whose turn it is."""

from collections.abc import Sequence

from alerts.record.rows import DeliveryRow
from alerts.record.states import UNSENT_SQL
from shared.database.pool import Conn, write_rows

TURN = "interval '4 seconds'"
"""How far behind each other messages of one flow stand in the queue of a destination: a robot takes
some twenty a minute, so whoever comes new stands before what of others could not go yet."""

# The order of the rows is the order of their ids: each channel gets its messages in it. A flow that
# has many waiting stands behind those that have few; nothing waits longer for it than it must.
ADD_DELIVERIES = f"""
WITH added AS (
  SELECT *, row_number() OVER (PARTITION BY workspace, channel_id, flow ORDER BY n) - 1 AS behind
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[],
    $7::text[], $8::text[], $9::text[], $10::jsonb[], $11::jsonb[], $12::text[], $13::text[],
    $14::text[], $15::boolean[])
    WITH ORDINALITY AS u(delivery, workspace, group_id, receiver, channel_id, target, locale,
    title, body, message, campaigns, thread_root, thread_previous, flow, urgent, n)),
flows AS (
  SELECT f.*, (
    SELECT max(d.turn_at) + {TURN} FROM alerts.deliveries d
    WHERE d.channel_id = f.channel_id AND d.flow = f.flow AND d.state IN {UNSENT_SQL}
      AND d.workspace = f.workspace) AS next_at
  FROM (SELECT DISTINCT workspace, channel_id, flow FROM added) AS f)
INSERT INTO alerts.deliveries (delivery, workspace, group_id, receiver, channel_id, target, locale,
  title, body, message, campaigns, thread_root, thread_previous, flow, urgent, turn_at, state)
SELECT delivery, workspace, group_id, receiver, channel_id, target, locale, title, body, message,
  campaigns, thread_root, thread_previous, flow, urgent, greatest(now(), next_at) + behind * {TURN},
  'pending'
FROM added JOIN flows USING (workspace, channel_id, flow) ORDER BY n
"""

# What is critical may pass the limits of a destination, and what its group said before with it.
MAKE_URGENT = f"""
UPDATE alerts.deliveries d SET urgent = true
FROM unnest($1::bigint[], $2::text[]) AS u(group_id, channel_id)
WHERE d.group_id = u.group_id AND d.channel_id = u.channel_id AND d.state IN {UNSENT_SQL}
  AND NOT d.urgent
"""


async def add_deliveries(conn: Conn, rows: Sequence[DeliveryRow]) -> None:
    """Messages in the order in which each channel must get them."""
    await write_rows(conn, ADD_DELIVERIES, rows)
    urgent = {(row.group_id, row.channel_id) for row in rows if row.urgent}
    await write_rows(conn, MAKE_URGENT, sorted(urgent))
