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
    $14::text[])
    WITH ORDINALITY AS u(delivery, workspace, group_id, receiver, channel_id, target, locale,
    title, body, message, campaigns, thread_root, thread_previous, flow, n)),
flows AS (
  SELECT f.*, (
    SELECT max(d.turn_at) + {TURN} FROM alerts.deliveries d
    WHERE d.channel_id = f.channel_id AND d.flow = f.flow AND d.state IN {UNSENT_SQL}
      AND d.workspace = f.workspace) AS next_at
  FROM (SELECT DISTINCT workspace, channel_id, flow FROM added) AS f)
INSERT INTO alerts.deliveries (delivery, workspace, group_id, receiver, channel_id, target, locale,
  title, body, message, campaigns, thread_root, thread_previous, flow, turn_at, state)
SELECT delivery, workspace, group_id, receiver, channel_id, target, locale, title, body, message,
  campaigns, thread_root, thread_previous, flow, greatest(now(), next_at) + behind * {TURN},
  'pending'
FROM added JOIN flows USING (workspace, channel_id, flow) ORDER BY n
"""


async def add_deliveries(conn: Conn, rows: Sequence[DeliveryRow]) -> None:
    """Messages in the order in which each channel must get them."""
    await write_rows(conn, ADD_DELIVERIES, rows)
