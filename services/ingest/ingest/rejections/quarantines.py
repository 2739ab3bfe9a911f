"""SQL of quarantines: who has had too many events set aside, since when, and who let it go on.

Nothing is counted beside the rejections themselves. Each is stored once by its message, so a
rejection that is read again counts no second time, and the horizon of the window needs no timer.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.database.locks import AdvisoryLock
from shared.database.pool import Conn
from shared.database.rows import fetch
from shared.http.reach import OUT_OF_REACH

NOT_COUNTED = ("source_not_allowed", OUT_OF_REACH, "source_quarantined")
"""The first two say nothing about what the source sends, only about a credential; the last is our
own doing and would never let a source out again."""

LOCK = AdvisoryLock("ingest/quarantines")
"""Two replicas, or one of them and a release, must not both read and then both write."""
ADD_QUARANTINES = """
INSERT INTO ingest.quarantines (workspace, source, since, reason)
SELECT u.workspace, u.source, $3::timestamptz,
  format('more than %s events set aside in %s s', $5::int, extract(epoch FROM $4::interval)::int)
FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
CROSS JOIN LATERAL (
  SELECT max(q.released_at) AS released_at FROM ingest.quarantines AS q
  WHERE q.workspace = u.workspace AND q.source = u.source) AS last
CROSS JOIN LATERAL (
  SELECT count(*) AS rejections FROM (
    SELECT FROM ingest.rejections AS r
    WHERE r.workspace = u.workspace AND r.source = u.source AND r.code <> ALL ($6::text[])
      AND r.rejected_at > greatest($3::timestamptz - $4::interval, last.released_at)
    LIMIT $5::int + 1) AS found) AS counted
WHERE counted.rejections > $5::int
ORDER BY u.workspace, u.source
ON CONFLICT (workspace, source) WHERE released_at IS NULL DO NOTHING
RETURNING workspace, source, reason
"""
# A source that never had anything accepted has no row yet, and would not be listed.
ADD_SOURCES = """
INSERT INTO ingest.sources (workspace, source)
SELECT u.workspace, u.source FROM unnest($1::text[], $2::text[]) AS u(workspace, source)
ORDER BY u.workspace, u.source ON CONFLICT (workspace, source) DO NOTHING
"""
FIND_QUARANTINED = "SELECT workspace, source FROM ingest.quarantines WHERE released_at IS NULL"
PUT_RELEASED = """
UPDATE ingest.quarantines SET released_at = $3, released_by = $4, release_reason = $5
WHERE workspace = $1 AND source = $2 AND released_at IS NULL RETURNING true
"""


class Quarantined(NamedTuple):
    """A source that has just been put into quarantine."""

    workspace: str
    source: str
    reason: str


async def add_quarantines(
    conn: Conn,
    places: Collection[tuple[str, str]],
    *,
    now: datetime,
    window_s: int,
    rejections_max: int,
) -> list[Quarantined]:
    """Quarantines those of `places` (workspace, source) with more than `rejections_max` rejections
    in the `window_s` before `now` and since their last release; returns those."""
    await LOCK.take(conn)
    workspaces, sources = map(list, zip(*sorted(places), strict=True))
    begun = await fetch(
        conn,
        Quarantined,
        ADD_QUARANTINES,
        workspaces,
        sources,
        now,
        timedelta(seconds=window_s),
        rejections_max,
        list(NOT_COUNTED),
    )
    if begun:
        await conn.execute(ADD_SOURCES, [q.workspace for q in begun], [q.source for q in begun])
    return begun


async def find_quarantined(conn: Conn) -> frozenset[tuple[str, str]]:
    """(workspace, source) of all in quarantine now."""
    rows: list[Any] = await conn.fetch(FIND_QUARANTINED)
    return frozenset((row["workspace"], row["source"]) for row in rows)


async def put_released(
    conn: Conn, workspace: str, source: str, *, now: datetime, subject: str, reason: str
) -> bool:
    """Ends a quarantine; False when there is none."""
    await LOCK.take(conn)
    return bool(await conn.fetchval(PUT_RELEASED, workspace, source, now, subject, reason))
