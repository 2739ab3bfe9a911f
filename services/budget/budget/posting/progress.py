"""How far each source is complete, per partition; greatest wins. And whom that is news for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from budget import SCHEMA
from budget.posting.records import Beat
from shared.database import progress
from shared.database.pool import Conn, columns
from shared.database.progress import SourceKey
from shared.events import SPEND_TOPIC

Place = tuple[str, str, int]
"""(workspace, source, partition of spend.v1)."""
# What comes while something of its source is waited for is not late: it may be just that.
COMPLETE_TO = """
SELECT p.workspace, p.source, p.partition, coalesce(p.settled_through, p.complete_through)
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS u(workspace, source, told_to)
JOIN budget.progress AS p ON p.workspace = u.workspace AND p.source = u.source
  AND p.topic = $4 AND p.complete_through >= u.told_to
  AND coalesce(p.settled_through, p.complete_through) >= u.told_to
"""
# A change without a period tells the sealer that the line's figures may differ now.
TOUCH_FED = """
INSERT INTO budget.changes (account_id, correction)
SELECT a.account_id, false
FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
JOIN budget.line_sources AS f ON f.source = u.source
JOIN budget.accounts AS a ON a.account_id = f.account_id AND a.workspace = u.workspace
"""


async def advance(conn: Conn, beats: Iterable[Beat]) -> None:
    """Stores heartbeats that are news and touches the lines their sources feed."""
    moved = await progress.advance(conn, SCHEMA, [beat.heartbeat for beat in beats])
    await _touch_fed(conn, moved)


async def give_up(conn: Conn, now: datetime) -> None:
    """Touches the lines of sources of which nothing is waited for any more."""
    await _touch_fed(conn, await progress.give_up(conn, SCHEMA, now))


async def _touch_fed(conn: Conn, sources: Sequence[SourceKey]) -> None:
    if sources:
        await conn.execute(TOUCH_FED, *columns(sources, 2))


async def complete_to(
    conn: Conn, wanted: Mapping[tuple[str, str], datetime]
) -> dict[Place, datetime]:
    """Completeness of sources per partition, where it reaches the instant given for the source."""
    sources = sorted(wanted)
    rows = await conn.fetch(
        COMPLETE_TO, *zip(*sources, strict=True), [wanted[one] for one in sources], SPEND_TOPIC
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}
