"""SQL of heartbeats: how far each source is complete, by partition."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from kpi_monitor import SCHEMA
from kpi_monitor.records.record import ProgressKey
from kpi_monitor.windows import to_ms
from shared.database import progress
from shared.database.pool import Conn, columns
from shared.database.progress import Heartbeat, SourceKey
from shared.events import METRICS_TOPIC

PROGRESS = """
SELECT p.workspace, p.source, p.partition,
  coalesce(p.settled_through, p.complete_through) AS settled_through
FROM unnest($1::text[], $2::text[], $3::int[]) AS u(workspace, source, partition)
JOIN kpi.progress p ON p.workspace = u.workspace AND p.source = u.source
  AND p.topic = $4 AND p.partition = u.partition
"""
TOUCH_SOURCES = """
INSERT INTO kpi.source_touches (workspace, source) SELECT * FROM unnest($1::text[], $2::text[])
"""


async def find_settled(conn: Conn, keys: Iterable[ProgressKey]) -> dict[ProgressKey, int]:
    """Completeness (epoch ms) per source and partition of metrics.v1, where one is known.

    Without what was refused and is waited for: what comes meanwhile is not late, it may be that.
    """
    rows = await conn.fetch(PROGRESS, *columns(sorted(keys), 3), METRICS_TOPIC)
    return {
        (row["workspace"], row["source"], row["partition"]): to_ms(row["settled_through"])
        for row in rows
    }


async def advance(conn: Conn, heartbeats: Iterable[Heartbeat]) -> None:
    """Stores heartbeats, greatest wins, and touches the sources that moved."""
    await _touch(conn, await progress.advance(conn, SCHEMA, heartbeats))


async def give_up(conn: Conn, now: datetime) -> None:
    """Touches sources of which something was refused that nobody waits for any more."""
    await _touch(conn, await progress.give_up(conn, SCHEMA, now))


async def _touch(conn: Conn, sources: Sequence[SourceKey]) -> None:
    if sources:
        await conn.execute(TOUCH_SOURCES, *columns(sources, 2))
