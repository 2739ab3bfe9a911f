"""SQL of the newest figures of open breaches: kept when they differ, told when they are due."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kpi_monitor.judging.figures import Ended, Newest
from shared.database.pool import Conn, columns
from shared.events import FIGURES_TOPIC
from shared.kafka.outbox import OutboxRow

TOLD_MAX = 1000
"""Of one transaction; the rest is due at the next."""

# A breach without a row was open before this table was, or tells more than one window at once.
PUT = """
INSERT INTO kpi.figures AS f (workspace, breach, key, content, event, told_at, due_at)
SELECT u.workspace, u.breach, u.key, u.content, u.event, $6::timestamptz,
  CASE WHEN u.event IS NOT NULL THEN $6::timestamptz END
FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[])
  AS u(workspace, breach, key, content, event)
ORDER BY u.workspace, u.breach
ON CONFLICT (workspace, breach) DO UPDATE SET content = excluded.content, event = excluded.event,
  told_at = CASE WHEN excluded.event IS NULL THEN excluded.told_at ELSE f.told_at END,
  due_at = CASE WHEN excluded.event IS NOT NULL
    THEN greatest($6::timestamptz, f.told_at + $7::interval) END
WHERE f.content <> excluded.content
"""
FORGET = """
DELETE FROM kpi.figures f USING unnest($1::text[], $2::text[]) AS u(workspace, breach)
WHERE f.workspace = u.workspace AND f.breach = u.breach
"""
# The old event is returned, which the update itself has already taken away.
TELL = """
UPDATE kpi.figures f SET told_at = $1, due_at = NULL, event = NULL
FROM (
  SELECT workspace, breach, event FROM kpi.figures WHERE due_at <= $1
  ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
) AS old WHERE f.workspace = old.workspace AND f.breach = old.breach
RETURNING f.key, old.event
"""


async def put(
    conn: Conn, newest: Sequence[Newest], ended: Sequence[Ended], now: datetime, interval_s: float
) -> None:
    """Remembers the newest figures of open breaches and forgets those of ended ones; the units of
    both are locked."""
    if ended:
        await conn.execute(FORGET, *columns(ended, 2))
    if newest:
        arrays = columns(newest, len(Newest._fields))
        await conn.execute(PUT, *arrays, now, timedelta(seconds=interval_s))


async def take_due(conn: Conn, now: datetime) -> list[OutboxRow]:
    """Figures that are told now: newer than any that were, and none of their breach for a while."""
    return [
        OutboxRow(FIGURES_TOPIC, row["key"], row["event"])
        for row in await conn.fetch(TELL, now, TOLD_MAX)
    ]
