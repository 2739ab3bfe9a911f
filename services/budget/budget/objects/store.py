"""SQL of planning objects: a row is a version, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from shared.database.pool import Conn
from shared.database.rows import columns, fetch, fetch_one
from shared.http.reach import Reach


class ObjectRecord(Struct, frozen=True):
    """A version of an object, which counts from `effective_from` on."""

    kind: str
    id: str
    campaign: str | None
    version: int
    effective_from: datetime
    deleted: bool
    attributes: dict[str, Any]
    reason: str | None
    created_by: str
    created_at: datetime


class ObjectFilter(NamedTuple):
    """Which objects of a kind; None: all."""

    kind: str
    campaign: str | None = None
    owner: str | None = None
    due_before: datetime | None = None


class ObjectChange(NamedTuple):
    """What the next versions of several objects of a kind have in common, None of `since`: now."""

    kind: str
    campaign: str | None
    since: datetime | None
    reason: str | None


COLUMNS = columns(ObjectRecord)
ADD_VERSION = f"""
INSERT INTO budget.objects (workspace, {COLUMNS})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
GET_NEWEST = f"""
SELECT {COLUMNS} FROM budget.objects WHERE workspace = $1 AND kind = $2 AND id = $3
ORDER BY version DESC LIMIT 1
"""
GET_AT = f"""
SELECT {COLUMNS} FROM budget.objects
WHERE workspace = $1 AND kind = $2 AND id = $3 AND effective_from <= $4
ORDER BY version DESC LIMIT 1
"""
LIST_VERSIONS = f"""
SELECT {COLUMNS} FROM budget.objects
WHERE workspace = $1 AND kind = $2 AND id = $3 AND version > $4::bigint ORDER BY version LIMIT $5
"""
LIST_OBJECTS = f"""
SELECT {COLUMNS} FROM (
  SELECT DISTINCT ON (id) {COLUMNS} FROM budget.objects
  WHERE workspace = $1 AND kind = $2 AND ($3::text IS NULL OR campaign = $3)
    AND ($6::text[] IS NULL OR campaign = ANY($6)) AND id > $7
  ORDER BY id, version DESC) AS o
WHERE NOT deleted AND ($4::text IS NULL OR attributes ->> 'owner' = $4)
  AND ($5::timestamptz IS NULL OR (attributes ->> 'due_at')::timestamptz < $5)
ORDER BY id LIMIT $8
"""
FIND_KNOWN = """
SELECT kind, id FROM (
  SELECT DISTINCT ON (o.kind, o.id) o.kind, o.id, o.campaign, o.deleted
  FROM unnest($2::text[], $3::text[]) AS u(kind, id) JOIN budget.objects AS o USING (kind, id)
  WHERE o.workspace = $1 ORDER BY o.kind, o.id, o.version DESC) AS newest
WHERE NOT deleted AND (campaign IS NULL OR campaign = $4)
"""
HAS_CAMPAIGN = "SELECT EXISTS (SELECT FROM budget.campaigns WHERE workspace = $1 AND campaign = $2)"


async def add_version(conn: Conn, workspace: str, row: ObjectRecord) -> None:
    """The next version of an object; who adds one holds the workspace's lock."""
    values = [getattr(row, name) for name in ObjectRecord.__struct_fields__]
    await conn.execute(ADD_VERSION, workspace, *values)


async def get_object(
    conn: Conn, workspace: str, kind: str, name: str, at: datetime | None = None
) -> ObjectRecord | None:
    """The newest version, or the one that counted at an instant; a deleted one too."""
    if at is None:
        return await fetch_one(conn, ObjectRecord, GET_NEWEST, workspace, kind, name)
    return await fetch_one(conn, ObjectRecord, GET_AT, workspace, kind, name, at)


async def list_objects(
    conn: Conn, reach: Reach, of: ObjectFilter, after: str, limit: int
) -> list[ObjectRecord]:
    asked = reach.workspace, *of, reach.listed, after, limit
    return await fetch(conn, ObjectRecord, LIST_OBJECTS, *asked)


async def list_versions(
    conn: Conn, workspace: str, kind: str, name: str, *, after: int, limit: int
) -> list[ObjectRecord]:
    """From the first version on; the last may be the deletion."""
    return await fetch(conn, ObjectRecord, LIST_VERSIONS, workspace, kind, name, after, limit)


async def find_known(
    conn: Conn, workspace: str, campaign: str | None, named: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Of these (kind, id), those that are there, of the workspace or of this campaign."""
    kinds, ids = [kind for kind, _ in named], [name for _, name in named]
    rows = await conn.fetch(FIND_KNOWN, workspace, kinds, ids, campaign)
    return {(row["kind"], row["id"]) for row in rows}


async def has_campaign(conn: Conn, workspace: str, campaign: str) -> bool:
    found: bool = await conn.fetchval(HAS_CAMPAIGN, workspace, campaign)
    return found
