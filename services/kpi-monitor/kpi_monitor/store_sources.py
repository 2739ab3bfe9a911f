"""SQL of sources whose completeness has moved: which campaigns they give something to judge."""

from kpi_monitor.store_metrics import columns
from shared.database import Conn
from shared.events import METRICS_TOPIC

TAKE_SOURCES = """
DELETE FROM kpi.source_touches WHERE id = ANY(ARRAY(
  SELECT id FROM kpi.source_touches ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED))
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
    max(p.expected_interval_s) AS expected_interval_s
  FROM kpi.progress p
  JOIN unnest($1::text[], $2::text[]) AS u(workspace, source) USING (workspace, source)
  WHERE p.topic = $4 AND p.partition < $3
  GROUP BY 1, 2 HAVING count(*) = $3)
UPDATE kpi.sources s SET
  complete_ms = floor(extract(epoch FROM l.complete_through) * 1000)::bigint,
  expected_interval_s = l.expected_interval_s
FROM least l WHERE s.workspace = l.workspace AND s.source = l.source
  AND coalesce(s.complete_ms, -1) < floor(extract(epoch FROM l.complete_through) * 1000)::bigint
RETURNING s.workspace, s.source
"""
TOUCH_FED = """
INSERT INTO kpi.touches (workspace, campaign, line)
SELECT DISTINCT f.workspace, f.campaign, NULL FROM kpi.feeds f
JOIN unnest($1::text[], $2::text[]) AS u(workspace, source) USING (workspace, source)
"""
ADD_FED_UNITS = """
INSERT INTO kpi.units (workspace, campaign)
SELECT DISTINCT f.workspace, f.campaign FROM kpi.feeds f
JOIN unnest($1::text[], $2::text[]) AS u(workspace, source) USING (workspace, source)
ORDER BY 1, 2 ON CONFLICT DO NOTHING
"""


async def spread(conn: Conn, partitions: int, rows_max: int) -> int:
    """Sources whose completeness moved touch the campaigns they feed; returns touches taken.

    The source's row is locked before its heartbeats are read, so whoever comes last sees them all:
    two replicas that each know only their own partitions cannot both miss the last one.
    """
    taken = await conn.fetch(TAKE_SOURCES, rows_max)
    if not taken:
        return 0
    names = columns(sorted({(row["workspace"], row["source"]) for row in taken}), 2)
    await conn.execute(ADD_SOURCES, *names)
    await conn.fetch(LOCK_SOURCES, *names)
    moved = await conn.fetch(ADVANCE_SOURCES, *names, partitions, METRICS_TOPIC)
    if moved:
        fed = columns(sorted((row["workspace"], row["source"]) for row in moved), 2)
        await conn.execute(ADD_FED_UNITS, *fed)
        await conn.execute(TOUCH_FED, *fed)
    return len(taken)
