"""All SQL of ingest. Nothing here is needed to accept an event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ingest.events.context import SourceView
from shared.database.pool import Conn
from shared.database.sweep import deleted_rows

KEYS = """
SELECT key_id, workspace, name, hash, sources, rate_per_s, expires_at
FROM ingest.api_keys WHERE revoked_at IS NULL
"""
KEY_LIST = """
SELECT key_id, name, sources, rate_per_s, created_by, created_at, expires_at, revoked_at
FROM ingest.api_keys WHERE workspace = $1 AND key_id > $2 ORDER BY key_id LIMIT $3
"""
KEY = """
SELECT key_id, name, sources, rate_per_s, created_by, created_at, expires_at, revoked_at
FROM ingest.api_keys WHERE workspace = $1 AND key_id = $2
"""
ADD_KEY = """
INSERT INTO ingest.api_keys
  (key_id, workspace, name, hash, sources, rate_per_s, created_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
REVOKE_KEY = """
UPDATE ingest.api_keys SET revoked_at = now()
WHERE workspace = $1 AND key_id = $2 AND revoked_at IS NULL RETURNING hash
"""
SETTINGS = """
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
SELECT s.*, q.since AS quarantined_since, q.reason AS quarantine_reason
FROM ingest.sources AS s LEFT JOIN ingest.quarantines AS q
  ON q.workspace = s.workspace AND q.source = s.source AND q.released_at IS NULL
"""
SOURCE = _SOURCES + "WHERE s.workspace = $1 AND s.source = $2"
LOCK_SOURCE = SOURCE + " FOR UPDATE OF s"
SOURCE_LIST = _SOURCES + "WHERE s.workspace = $1 AND s.source > $2 ORDER BY s.source LIMIT $3"
# Rows in one order everywhere, so that two replicas that note the same sources never deadlock.
NOTE = """
INSERT INTO ingest.sources AS s (workspace, source, last_received, complete_through)
SELECT u.workspace, u.source, u.last_received, u.complete_through
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
  AS u(workspace, source, last_received, complete_through)
ORDER BY u.workspace, u.source
ON CONFLICT (workspace, source) DO UPDATE
SET last_received = greatest(s.last_received, excluded.last_received),
    complete_through = greatest(s.complete_through, excluded.complete_through)
"""
ADD_REJECTIONS = """
INSERT INTO ingest.rejections
  (message, workspace, source, id, code, detail, topic, partition, "offset", event, rejected_at,
   subject, period_start)
SELECT message, workspace, source, id, code, detail, topic, partition, "offset", event::jsonb,
  rejected_at, subject, period_start
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
  $7::text[], $8::int[], $9::bigint[], $10::text[], $11::timestamptz[], $12::text[],
  $13::timestamptz[])
  AS u(message, workspace, source, id, code, detail, topic, partition, "offset", event,
    rejected_at, subject, period_start)
ON CONFLICT (message) DO NOTHING RETURNING workspace, source, code
"""
REJECTION_LIST = """
SELECT rejection, source, id, code, detail, topic, partition, "offset", event, rejected_at,
  subject IS NOT NULL AS counted, settled_at, settled_by
FROM ingest.rejections
WHERE workspace = $1 AND rejection < $2 AND ($3::text IS NULL OR source = $3)
  AND ($4::text IS NULL OR code = $4)
ORDER BY rejection DESC LIMIT $5
"""
# What nobody can judge any more is not read: windows of a month ago are closed.
OPEN_SUBJECTS = """
SELECT workspace, source, subject, min(period_start) AS period_start,
  min(rejected_at) AS rejected_at
FROM (SELECT * FROM ingest.rejections
  WHERE subject IS NOT NULL AND settled_at IS NULL AND rejected_at > $1
  ORDER BY rejected_at DESC LIMIT $2) AS open
GROUP BY workspace, source, subject
"""
# What was accepted may be refused again, by who reads it later: that is another refusal.
SETTLE = """
UPDATE ingest.rejections AS r SET settled_at = $5, settled_by = ''
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
  AS u(workspace, source, subject, accepted_at)
WHERE r.workspace = u.workspace AND r.source = u.source AND r.subject = u.subject
  AND r.rejected_at <= u.accepted_at AND r.settled_at IS NULL AND r.subject IS NOT NULL
"""
CONFIRM = """
UPDATE ingest.rejections SET settled_at = $3, settled_by = $4
WHERE workspace = $1 AND source = $2 AND settled_at IS NULL AND subject IS NOT NULL
RETURNING subject
"""
FORGET = """
DELETE FROM ingest.rejections WHERE rejection = ANY(ARRAY(
  SELECT rejection FROM ingest.rejections WHERE rejected_at < $1
  ORDER BY rejected_at LIMIT $2 FOR UPDATE SKIP LOCKED))
"""


class NewKey(NamedTuple):
    """A key as it is stored: its text is nowhere."""

    key_id: str
    workspace: str
    name: str
    hash: bytes
    sources: list[str]
    rate_per_s: int | None
    created_by: str
    expires_at: datetime | None


class Activity(NamedTuple):
    """When a source was last heard of, and how far it says it is complete."""

    workspace: str
    source: str
    last_received: datetime | None
    complete_through: datetime | None


class RejectionRow(NamedTuple):
    """One row of ingest.rejections; `message` is the id of its envelope in Kafka."""

    message: str
    workspace: str
    source: str | None
    id: str | None
    code: str
    detail: str
    topic: str | None
    partition: int | None
    offset: int | None
    event: Any
    rejected_at: datetime
    subject: str | None = None
    period_start: datetime | None = None


async def load_keys(conn: Conn) -> list[Any]:
    """All keys in force, of all workspaces."""
    return list(await conn.fetch(KEYS))


async def list_keys(conn: Conn, workspace: str, after: str, limit: int) -> list[dict[str, Any]]:
    return [dict(row) for row in await conn.fetch(KEY_LIST, workspace, after, limit)]


async def get_key(conn: Conn, workspace: str, key_id: str) -> dict[str, Any] | None:
    row = await conn.fetchrow(KEY, workspace, key_id)
    return None if row is None else dict(row)


async def add_key(conn: Conn, key: NewKey) -> None:
    await conn.execute(ADD_KEY, *key)


async def revoke_key(conn: Conn, workspace: str, key_id: str) -> bytes | None:
    """The key's hash; None when there is no such key in force."""
    digest: bytes | None = await conn.fetchval(REVOKE_KEY, workspace, key_id)
    return digest


async def load_settings(conn: Conn) -> list[Any]:
    """Settings of all sources that have any, of all workspaces."""
    return list(await conn.fetch(SETTINGS))


async def lock_source(conn: Conn, workspace: str, source: str) -> dict[str, Any] | None:
    row = await conn.fetchrow(LOCK_SOURCE, workspace, source)
    return None if row is None else dict(row)


async def get_source(conn: Conn, workspace: str, source: str) -> dict[str, Any] | None:
    row = await conn.fetchrow(SOURCE, workspace, source)
    return None if row is None else dict(row)


async def put_source(conn: Conn, workspace: str, source: str, view: SourceView) -> dict[str, Any]:
    """Replaces the settings; the row as it then is."""
    await conn.execute(PUT_SOURCE, workspace, source, *view)
    row = await get_source(conn, workspace, source)
    assert row is not None
    return row


async def list_sources(conn: Conn, workspace: str, after: str, limit: int) -> list[dict[str, Any]]:
    return [dict(row) for row in await conn.fetch(SOURCE_LIST, workspace, after, limit)]


async def note_activity(conn: Conn, seen: Sequence[Activity]) -> None:
    """Greatest wins, so a late or repeated note changes nothing."""
    if seen:
        await conn.execute(NOTE, *map(list, zip(*seen, strict=True)))


async def add_rejections(conn: Conn, rows: Sequence[RejectionRow]) -> list[Any]:
    """A rejection already stored (same message) is left as it is; (workspace, source, code) of
    each new one."""
    # As text: in an array of jsonb a null would become SQL's NULL, a list a dimension of the array.
    texts = [row._replace(event=msgspec.json.encode(row.event).decode()) for row in rows]
    if not texts:
        return []
    return list(await conn.fetch(ADD_REJECTIONS, *map(list, zip(*texts, strict=True))))


async def open_subjects(conn: Conn, since: datetime, rows_max: int) -> list[Any]:
    """What was refused since then and is neither stated again nor confirmed, by source."""
    return list(await conn.fetch(OPEN_SUBJECTS, since, rows_max))


async def settle(
    conn: Conn, subjects: Sequence[tuple[str, str, str, datetime]], now: datetime
) -> None:
    """(workspace, source, subject, accepted at) of what has been accepted after it was refused."""
    if subjects:
        await conn.execute(SETTLE, *map(list, zip(*sorted(subjects), strict=True)), now)


async def confirm(conn: Conn, workspace: str, source: str, now: datetime, by: str) -> int:
    """A person says that nothing is missing; how many subjects that settles."""
    rows = await conn.fetch(CONFIRM, workspace, source, now, by)
    return len({row["subject"] for row in rows})


async def list_rejections(
    conn: Conn, workspace: str, *, source: str | None, code: str | None, before: int, limit: int
) -> list[dict[str, Any]]:
    """Newest first."""
    return [
        dict(row)
        for row in await conn.fetch(REJECTION_LIST, workspace, before, source, code, limit)
    ]


async def forget_rejections(conn: Conn, before: datetime, rows_max: int) -> int:
    """Deletes the oldest rejections of before `before`, at most `rows_max`; returns how many."""
    return deleted_rows(await conn.execute(FORGET, before, rows_max))
