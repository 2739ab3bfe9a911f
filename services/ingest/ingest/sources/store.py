"""SQL of sources: their settings, and when they were last heard of."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from ingest.sources.settings import SourceSettings
from shared.database.pool import Conn
from shared.database.rows import fetch, fetch_one
from shared.http.reach import Reach

FIND_SETTINGS = """
SELECT workspace, source, time_zone, currency, expected_interval_s, money_report, measures_report,
  version
FROM ingest.sources WHERE version > 0
"""
PUT_SOURCE = """
INSERT INTO ingest.sources AS s
  (workspace, source, time_zone, currency, expected_interval_s, money_report, measures_report,
   version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
ON CONFLICT (workspace, source) DO UPDATE
SET time_zone = excluded.time_zone, currency = excluded.currency,
    expected_interval_s = excluded.expected_interval_s, money_report = excluded.money_report,
    measures_report = excluded.measures_report, version = s.version + 1
"""
_SOURCES = """
SELECT s.workspace, s.source, s.time_zone, s.currency, s.expected_interval_s, s.money_report,
  s.measures_report, s.version, s.last_received, s.complete_through,
  q.since AS quarantined_since, q.reason AS quarantine_reason
FROM ingest.sources AS s LEFT JOIN ingest.quarantines AS q
  ON q.workspace = s.workspace AND q.source = s.source AND q.released_at IS NULL
"""
GET_SOURCE = _SOURCES + "WHERE s.workspace = $1 AND s.source = $2"
LOCK_SOURCE = GET_SOURCE + " FOR UPDATE OF s"
LIST_SOURCES = _SOURCES + "WHERE s.workspace = $1 AND s.source > $2 ORDER BY s.source LIMIT $3"
# Rows in one order everywhere, so that two replicas that note the same sources never deadlock.
PUT_ACTIVITIES = """
INSERT INTO ingest.sources AS s (workspace, source, last_received, complete_through)
SELECT u.workspace, u.source, u.last_received, u.complete_through
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
  AS u(workspace, source, last_received, complete_through)
ORDER BY u.workspace, u.source
ON CONFLICT (workspace, source) DO UPDATE
SET last_received = greatest(s.last_received, excluded.last_received),
    complete_through = greatest(s.complete_through, excluded.complete_through)
"""


class StoredSettings(Struct, frozen=True):
    """What was set of a source, and the version of it."""

    workspace: str
    source: str
    time_zone: str | None
    currency: str | None
    expected_interval_s: int | None
    money_report: str | None
    measures_report: str | None
    version: int

    @property
    def settings(self) -> SourceSettings:
        return SourceSettings(
            self.time_zone,
            self.currency,
            self.expected_interval_s,
            self.money_report,
            self.measures_report,
        )


class StoredSource(StoredSettings, frozen=True):
    """A source with what is known of it; `version` is 0 while nothing was set."""

    last_received: datetime | None
    complete_through: datetime | None
    quarantined_since: datetime | None
    quarantine_reason: str | None


class Activity(NamedTuple):
    """When a source was last heard of, and how far it says it is complete."""

    workspace: str
    source: str
    last_received: datetime | None
    complete_through: datetime | None


async def find_settings(conn: Conn) -> list[StoredSettings]:
    """Of all sources that have any, of all workspaces."""
    return await fetch(conn, StoredSettings, FIND_SETTINGS)


async def lock_source(conn: Conn, workspace: str, source: str) -> StoredSource | None:
    return await fetch_one(conn, StoredSource, LOCK_SOURCE, workspace, source)


async def get_source(conn: Conn, workspace: str, source: str) -> StoredSource | None:
    return await fetch_one(conn, StoredSource, GET_SOURCE, workspace, source)


async def put_source(
    conn: Conn, workspace: str, source: str, settings: SourceSettings
) -> StoredSource:
    """Replaces the settings; the source as it then is."""
    await conn.execute(PUT_SOURCE, workspace, source, *settings)
    found = await get_source(conn, workspace, source)
    assert found is not None
    return found


async def list_sources(conn: Conn, reach: Reach, *, after: str, limit: int) -> list[StoredSource]:
    """Of the whole workspace alone: a source feeds lines of many campaigns."""
    rows = limit if reach.is_whole else 0
    return await fetch(conn, StoredSource, LIST_SOURCES, reach.workspace, after, rows)


async def put_activities(conn: Conn, seen: Sequence[Activity]) -> None:
    """Greatest wins, so a late or repeated note changes nothing."""
    if seen:
        await conn.execute(PUT_ACTIVITIES, *map(list, zip(*seen, strict=True)))
