"""SQL of mappings."""

from datetime import datetime

from msgspec import Struct

from shared.database.pool import Conn
from shared.database.rows import columns, fetch, fetch_one
from shared.entity_mapping import EntityMapping
from shared.http.reach import Reach
from shared.keys import pairs_text


class MappingRecord(Struct, frozen=True):
    mapping: str
    version: int
    source: str
    match: dict[str, str]
    campaign: str
    line: str
    effective_from: datetime | None
    created_by: str
    created_at: datetime


COLUMNS = columns(MappingRecord)
ADD_MAPPING = """
INSERT INTO budget.mappings (workspace, mapping, version, source, match, match_text, campaign, line,
                             effective_from, created_by, created_at)
SELECT $1, 'm' || (SELECT count(*) + 1 FROM budget.mappings WHERE workspace = $1), 1,
       $2, $3, $4, $5, $6, $7, $8, $9
ON CONFLICT DO NOTHING RETURNING mapping
"""
GET_OVERLAPPED = """
SELECT mapping, campaign FROM budget.mappings
WHERE workspace = $1 AND source = $2 AND match_text = $3
  AND effective_from IS NOT DISTINCT FROM $4 AND deleted_at IS NULL
"""
PUT_TARGET = f"""
UPDATE budget.mappings SET campaign = $3, line = $4, version = version + 1
WHERE workspace = $1 AND mapping = $2
RETURNING {COLUMNS}
"""
# The row stays: its id is not given again, and its version went on to whoever listens.
DELETE_MAPPING = """
UPDATE budget.mappings SET deleted_by = $3, deleted_at = $4, version = version + 1
WHERE workspace = $1 AND mapping = $2 RETURNING version
"""
GET_MAPPING = f"""
SELECT {COLUMNS}
FROM budget.mappings WHERE workspace = $1 AND mapping = $2 AND deleted_at IS NULL
"""
HAS_SENT = "SELECT EXISTS (SELECT FROM budget.streams WHERE workspace = $1 AND source = $2)"
LIST_MAPPINGS = f"""
SELECT {COLUMNS}
FROM budget.mappings WHERE workspace = $1 AND mapping > $2 AND deleted_at IS NULL
  AND ($3::text[] IS NULL OR campaign = ANY($3))
ORDER BY mapping LIMIT $4
"""


async def add_mapping(
    conn: Conn, workspace: str, mapping: EntityMapping, *, actor: str, now: datetime
) -> str | None:
    """Stores a mapping under the workspace's lock; its new id, or None when one overlaps it."""
    name: str | None = await conn.fetchval(
        ADD_MAPPING,
        workspace,
        mapping.source,
        dict(mapping.match),
        pairs_text(dict(mapping.match)),
        mapping.campaign,
        mapping.line,
        mapping.effective_from,
        actor,
        now,
    )
    return name


async def get_overlapped(conn: Conn, workspace: str, mapping: EntityMapping) -> tuple[str, str]:
    """Id and campaign of the mapping in force that maps the same from the same time on."""
    row = await conn.fetchrow(
        GET_OVERLAPPED,
        workspace,
        mapping.source,
        pairs_text(dict(mapping.match)),
        mapping.effective_from,
    )
    assert row is not None
    return row["mapping"], row["campaign"]


async def put_target(
    conn: Conn, workspace: str, mapping: str, campaign: str, line: str
) -> MappingRecord:
    """Points a mapping to another line; the row with its next version."""
    [row] = await fetch(conn, MappingRecord, PUT_TARGET, workspace, mapping, campaign, line)
    return row


async def delete_mapping(
    conn: Conn, workspace: str, mapping: str, actor: str, now: datetime
) -> int:
    """Takes a mapping out of force; its last version."""
    version: int = await conn.fetchval(DELETE_MAPPING, workspace, mapping, actor, now)
    return version


async def get_mapping(conn: Conn, workspace: str, mapping: str) -> MappingRecord | None:
    return await fetch_one(conn, MappingRecord, GET_MAPPING, workspace, mapping)


async def list_mappings(conn: Conn, reach: Reach, after: str, limit: int) -> list[MappingRecord]:
    """Mappings in force after a mapping id, in order of it."""
    asked = reach.workspace, after, reach.listed, limit
    return await fetch(conn, MappingRecord, LIST_MAPPINGS, *asked)


async def has_sent(conn: Conn, workspace: str, source: str) -> bool:
    """Whether any money of the source has come."""
    return bool(await conn.fetchval(HAS_SENT, workspace, source))
