"""SQL of sources whose completeness has moved: which campaigns they give something to judge."""

from shared.database.pool import Conn, columns
from shared.events import METRICS_TOPIC

TOUCHES = "SELECT id, workspace, source FROM kpi.source_touches ORDER BY id LIMIT $1"
TAKE_TOUCHES = """
DELETE FROM kpi.source_touches WHERE id = ANY(ARRAY(
  SELECT id FROM kpi.source_touches WHERE id = ANY($1::bigint[]) FOR UPDATE SKIP LOCKED))
RETURNING workspace, source
"""
ADD_SOURCES = """
INSERT INTO kpi.sources (workspace, source)
SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
"""
LOCK_SOURCES = """
SELECT s.source FROM kpi.sources s
JOIN unnest($1::text[], $2::text[]) AS u(workspace, source) USING (workspace, source)
ORDER BY s.workspace, s.source FOR UPDATE OF s
"""
ADVANCE_SOURCES = """
WITH least AS (
  SELECT p.workspace, p.source, min(p.complete_through) AS complete_through,
    max(p.expected_interval_s) AS expected_interval_s, max(p.set_aside) AS set_aside,
    min(coalesce(p.settled_through, p.complete_through)) AS settled_through
  FROM kpi.progress p
  JOIN unnest($1::text[], $2::text[]) AS u(workspace, source) USING (workspace, source)
  WHERE p.topic = $4 AND p.partition < $3
  GROUP BY 1, 2 HAVING count(*) = $3
), told AS (
  SELECT workspace, source, expected_interval_s, set_aside,
    floor(extract(epoch FROM complete_through) * 1000)::bigint AS complete_ms,
    floor(extract(epoch FROM settled_through) * 1000)::bigint AS settled_ms
  FROM least)
UPDATE kpi.sources s SET complete_ms = t.complete_ms,
  expected_interval_s = t.expected_interval_s, set_aside = t.set_aside, settled_ms = t.settled_ms
FROM told t WHERE s.workspace = t.workspace AND s.source = t.source
  AND (coalesce(s.complete_ms, -1) < t.complete_ms OR (s.complete_ms = t.complete_ms
    AND (s.set_aside, s.settled_ms) IS DISTINCT FROM (t.set_aside, t.settled_ms)))
"""
# A heartbeat within a window gives nothing to judge. A campaign that waits to be judged is touched
# all the same: it may get something that is due earlier, and may have read the sources already.
TOUCH_FED = """
INSERT INTO kpi.touches (workspace, campaign, line)
SELECT k.workspace, k.campaign, NULL FROM (
  SELECT f.workspace, f.campaign, max(s.complete_ms) AS complete_ms
  FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
  JOIN kpi.sources s USING (workspace, source) JOIN kpi.feeds f USING (workspace, source)
  GROUP BY 1, 2) AS fed
JOIN kpi.units k USING (workspace, campaign)
WHERE coalesce(k.due_ms, 0) <= fed.complete_ms OR EXISTS (
  SELECT FROM kpi.touches t WHERE t.workspace = k.workspace AND t.campaign = k.campaign)
"""


async def advance(conn: Conn, partitions: int, rows_max: int) -> list[int]:
    """Moves sources to the least of their heartbeats; the touches that asked for it.

    The source's row is locked before its heartbeats are read, so whoever comes last sees them all:
    two replicas that each know only their own partitions cannot both miss the last one.
    """
    touches = await conn.fetch(TOUCHES, rows_max)
    if touches:
        names = columns(sorted({(row["workspace"], row["source"]) for row in touches}), 2)
        await conn.execute(ADD_SOURCES, *names)
        await conn.fetch(LOCK_SOURCES, *names)
        await conn.execute(ADVANCE_SOURCES, *names, partitions, METRICS_TOPIC)
    return [row["id"] for row in touches]


async def touch_fed(conn: Conn, touches: list[int]) -> int:
    """Touches the campaigns in which a window may close now; how many source touches that were.

    In a transaction after that of `advance`. Touches that somebody else spreads are left to them.
    """
    taken = {(row["workspace"], row["source"]) for row in await conn.fetch(TAKE_TOUCHES, touches)}
    if taken:
        await conn.execute(TOUCH_FED, *columns(sorted(taken), 2))
    return len(taken)
