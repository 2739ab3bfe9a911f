"""SQL of rejections: what was set aside, and what of it still has to come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.database.pool import Conn
from shared.database.rows import InsertColumns, fetch
from shared.http.reach import Reach

# As text: in an array of jsonb a null would become SQL's NULL, a list a dimension of the array.
REJECTIONS = InsertColumns(
    "message text, workspace text, source text, id text, code text, detail text, topic text, "
    "partition int, offset bigint, event text[]::jsonb, rejected_at timestamptz, subject text, "
    "period_start timestamptz"
)
ADD_REJECTIONS = f"""
INSERT INTO ingest.rejections ({REJECTIONS.names})
SELECT {REJECTIONS.names} FROM {REJECTIONS.rows}
ON CONFLICT (message) DO NOTHING RETURNING workspace, source, code
"""
LIST_REJECTIONS = """
SELECT rejection, source, id, code, detail, topic, partition, "offset", event, rejected_at,
  subject IS NOT NULL AS counted, settled_at, settled_by
FROM ingest.rejections
WHERE workspace = $1 AND rejection < $2 AND ($3::text IS NULL OR source = $3)
  AND ($4::text IS NULL OR code = $4)
  AND ($5::text[] IS NULL OR event #>> '{data,campaign}' = ANY($5))
ORDER BY rejection DESC LIMIT $6
"""
# What nobody can judge any more is not read: windows of a month ago are closed.
FIND_OPEN_SUBJECTS = """
SELECT workspace, source, subject, min(period_start) AS period_start,
  min(rejected_at) AS rejected_at
FROM (SELECT * FROM ingest.rejections
  WHERE subject IS NOT NULL AND settled_at IS NULL AND rejected_at > $1
  ORDER BY rejected_at DESC LIMIT $2) AS open
GROUP BY workspace, source, subject
"""
# What was accepted may be refused again, by who reads it later: that is another refusal.
PUT_SETTLED = """
UPDATE ingest.rejections AS r SET settled_at = $5, settled_by = ''
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
  AS u(workspace, source, subject, accepted_at)
WHERE r.workspace = u.workspace AND r.source = u.source AND r.subject = u.subject
  AND r.rejected_at <= u.accepted_at AND r.settled_at IS NULL AND r.subject IS NOT NULL
"""
PUT_CONFIRMED = """
UPDATE ingest.rejections SET settled_at = $3, settled_by = $4
WHERE workspace = $1 AND source = $2 AND settled_at IS NULL AND subject IS NOT NULL
RETURNING subject
"""


class RejectedEvent(Struct, frozen=True, kw_only=True):
    """What was set aside, why, and where it stands in Kafka if it does."""

    source: str | None
    id: str | None
    code: str
    detail: str
    topic: str | None
    partition: int | None
    offset: int | None
    event: Any
    rejected_at: datetime


class RejectionRow(RejectedEvent, frozen=True, kw_only=True):
    """One to store; `message` is the id of its envelope in Kafka."""

    message: str
    workspace: str
    subject: str | None = None
    period_start: datetime | None = None


class AddedRejection(Struct, frozen=True):
    workspace: str
    source: str | None
    code: str


class StoredRejection(RejectedEvent, frozen=True, kw_only=True):
    """`counted`: figures of its source wait, or waited, for it."""

    rejection: int
    counted: bool
    settled_at: datetime | None
    settled_by: str | None


class OpenSubject(Struct, frozen=True):
    """What was refused of a source and still has to come."""

    workspace: str
    source: str
    subject: str
    period_start: datetime
    rejected_at: datetime


async def add_rejections(conn: Conn, rows: Sequence[RejectionRow]) -> list[AddedRejection]:
    """A rejection already stored (same message) is left as it is; each new one."""
    texts = [replace(row, event=msgspec.json.encode(row.event).decode()) for row in rows]
    if not texts:
        return []
    return await fetch(conn, AddedRejection, ADD_REJECTIONS, *REJECTIONS.arrays(texts))


async def list_rejections(
    conn: Conn, reach: Reach, *, after: int, limit: int, source: str | None, code: str | None
) -> list[StoredRejection]:
    """Newest first; of a limited reach those whose event names a campaign in it."""
    asked = reach.workspace, after, source, code, reach.listed
    return await fetch(conn, StoredRejection, LIST_REJECTIONS, *asked, limit)


async def find_open_subjects(conn: Conn, since: datetime, rows_max: int) -> list[OpenSubject]:
    """What was refused since then and is neither stated again nor confirmed, by source."""
    return await fetch(conn, OpenSubject, FIND_OPEN_SUBJECTS, since, rows_max)


async def put_settled(
    conn: Conn, subjects: Sequence[tuple[str, str, str, datetime]], now: datetime
) -> None:
    """(workspace, source, subject, accepted at) of what has been accepted after it was refused."""
    if subjects:
        await conn.execute(PUT_SETTLED, *map(list, zip(*sorted(subjects), strict=True)), now)


async def put_confirmed(conn: Conn, workspace: str, source: str, now: datetime, by: str) -> int:
    """A person says that nothing is missing; how many subjects that settles."""
    rows = await conn.fetch(PUT_CONFIRMED, workspace, source, now, by)
    return len({row["subject"] for row in rows})
