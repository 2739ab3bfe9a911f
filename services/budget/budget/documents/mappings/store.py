"""SQL of mappings."""

from datetime import datetime
from typing import Any

from shared.database.pool import Conn
from shared.entity_mapping import EntityMapping
from shared.http.reach import Reach
from shared.keys import pairs_text

ADD_MAPPING = """
INSERT INTO budget.mappings (workspace, mapping, version, source, match, match_text, campaign, line,
                             effective_from, created_by, created_at)
SELECT $1, 'm' || (SELECT count(*) + 1 FROM budget.mappings WHERE workspace = $1), 1,
       $2, $3, $4, $5, $6, $7, $8, $9
ON CONFLICT DO NOTHING RETURNING mapping
"""
OVERLAPPED = """
SELECT mapping, campaign FROM budget.mappings
WHERE workspace = $1 AND source = $2 AND match_text = $3
  AND effective_from IS NOT DISTINCT FROM $4 AND deleted_at IS NULL
"""
CHANGE_MAPPING = """
UPDATE budget.mappings SET campaign = $3, line = $4, version = version + 1
WHERE workspace = $1 AND mapping = $2
RETURNING mapping, version, source, match, campaign, line, effective_from, created_by, created_at
"""
# The row stays: its id is not given again, and its version went on to whoever listens.
DELETE_MAPPING = """
UPDATE budget.mappings SET deleted_by = $3, deleted_at = $4, version = version + 1
WHERE workspace = $1 AND mapping = $2 RETURNING version
"""
GET_MAPPING = """
SELECT mapping, version, source, match, campaign, line, effective_from, created_by, created_at
FROM budget.mappings WHERE workspace = $1 AND mapping = $2 AND deleted_at IS NULL
"""
LIST_MAPPINGS = """
SELECT mapping, version, source, match, campaign, line, effective_from, created_by, created_at
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


async def overlapped(conn: Conn, workspace: str, mapping: EntityMapping) -> tuple[str, str]:
    """Id and campaign of the mapping in force that maps the same from the same time on."""
    row = await conn.fetchrow(
        OVERLAPPED,
        workspace,
        mapping.source,
        pairs_text(dict(mapping.match)),
        mapping.effective_from,
    )
    assert row is not None
    return row["mapping"], row["campaign"]


async def change_mapping(
    conn: Conn, workspace: str, mapping: str, campaign: str, line: str
) -> dict[str, Any]:
    """Points a mapping to another line; the row with its next version."""
    row = await conn.fetchrow(CHANGE_MAPPING, workspace, mapping, campaign, line)
    assert row is not None
    return dict(row)


async def delete_mapping(
    conn: Conn, workspace: str, mapping: str, actor: str, now: datetime
) -> int:
    """Takes a mapping out of force; its last version."""
    version: int = await conn.fetchval(DELETE_MAPPING, workspace, mapping, actor, now)
    return version


async def get_mapping(conn: Conn, workspace: str, mapping: str) -> dict[str, Any] | None:
    row = await conn.fetchrow(GET_MAPPING, workspace, mapping)
    return dict(row) if row else None


async def list_mappings(conn: Conn, reach: Reach, after: str, limit: int) -> list[dict[str, Any]]:
    """Mappings in force after a mapping id, in order of it."""
    rows = await conn.fetch(LIST_MAPPINGS, reach.workspace, after, reach.listed, limit)
    return [dict(row) for row in rows]
