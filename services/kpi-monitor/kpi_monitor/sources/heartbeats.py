"""SQL of heartbeats: how far each source is complete, by partition."""

from collections.abc import Iterable, Mapping

from kpi_monitor.records.record import ProgressKey
from kpi_monitor.windows import to_ms
from shared.database.pool import Conn, columns
from shared.events import METRICS_TOPIC, SourceEvent

PROGRESS = """
SELECT p.workspace, p.source, p.partition,
  coalesce(p.settled_through, p.complete_through) AS settled_through
FROM unnest($1::text[], $2::text[], $3::int[]) AS u(workspace, source, partition)
JOIN kpi.progress p ON p.workspace = u.workspace AND p.source = u.source
  AND p.topic = $4 AND p.partition = u.partition
"""
ADVANCE = """
INSERT INTO kpi.progress AS p
  (workspace, source, topic, partition, complete_through, expected_interval_s, set_aside,
   settled_through, set_aside_until)
SELECT u.workspace, u.source, $1, u.partition, u.complete_through, u.expected_interval_s,
  u.set_aside, u.settled_through, u.set_aside_until
FROM unnest($2::text[], $3::text[], $4::int[], $5::timestamptz[], $6::int[], $7::int[],
  $8::timestamptz[], $9::timestamptz[])
  AS u(workspace, source, partition, complete_through, expected_interval_s, set_aside,
    settled_through, set_aside_until)
ON CONFLICT (workspace, source, topic, partition) DO UPDATE
SET complete_through = excluded.complete_through,
    expected_interval_s = excluded.expected_interval_s, set_aside = excluded.set_aside,
    set_aside_until = excluded.set_aside_until,
    settled_through = greatest(p.settled_through, excluded.settled_through)
WHERE p.complete_through < excluded.complete_through
   OR (p.complete_through = excluded.complete_through
       AND (p.set_aside, p.set_aside_until) IS DISTINCT FROM
           (excluded.set_aside, excluded.set_aside_until))
RETURNING workspace, source
"""
TOUCH_SOURCES = """
INSERT INTO kpi.source_touches (workspace, source) SELECT * FROM unnest($1::text[], $2::text[])
"""


async def progress(conn: Conn, keys: Iterable[ProgressKey]) -> dict[ProgressKey, int]:
    """Completeness (epoch ms) per source and partition of metrics.v1, where one is known.

    Without what was refused and is waited for: what comes meanwhile is not late, it may be that.
    """
    rows = await conn.fetch(PROGRESS, *columns(sorted(keys), 3), METRICS_TOPIC)
    return {
        (row["workspace"], row["source"], row["partition"]): to_ms(row["settled_through"])
        for row in rows
    }


async def advance(conn: Conn, heartbeats: Mapping[ProgressKey, SourceEvent]) -> None:
    """Stores heartbeats, greatest wins, and touches the sources that moved."""
    if not heartbeats:
        return
    rows = [
        (
            *key,
            beat.data.complete_through,
            beat.expectedinterval,
            beat.setaside,
            beat.settled_through,
            beat.setasideuntil,
        )
        for key, beat in sorted(heartbeats.items())
    ]
    moved = await conn.fetch(ADVANCE, METRICS_TOPIC, *columns(rows, 8))
    sources = sorted({(row["workspace"], row["source"]) for row in moved})
    if sources:
        await conn.execute(TOUCH_SOURCES, *columns(sources, 2))
