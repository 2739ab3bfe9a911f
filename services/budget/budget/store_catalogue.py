"""What posting resolves against: campaigns, lines and mappings of a workspace, by version."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from budget.rules.posting import CampaignTerms, Catalogue, make_catalogue
from shared.database.pool import Conn
from shared.entity_mapping import Mapping, match_of
from shared.keys import pairs_text

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('paceline-budget/' || $1, 0))"
# Workspaces share 1,024 locks, because a poll may name more of them than PostgreSQL has room for
# locks. All are taken in order of their numbers.
ENTER = """
SELECT pg_advisory_xact_lock_shared(hashtext('paceline-budget-posting'), number)
FROM (SELECT DISTINCT hashtext(w) & 1023 AS number FROM unnest($1::text[]) AS w
      ORDER BY number) AS numbers
"""
STOP = """
SELECT pg_advisory_xact_lock(hashtext('paceline-budget-posting'), hashtext($1) & 1023)
"""
VERSIONS = "SELECT workspace, version FROM budget.catalogue_versions WHERE workspace = ANY($1)"
CAMPAIGNS = """
SELECT c.campaign, c.currency, c.time_zone, c.starts_at, c.ends_at, c.effective_from,
       c.status = 'closed' AS closed,
       array(SELECT l.line FROM budget.lines AS l
             WHERE l.workspace = c.workspace AND l.campaign = c.campaign AND NOT l.removed) AS lines
FROM budget.campaigns AS c WHERE c.workspace = $1
"""
MAPPINGS = """
SELECT mapping, source, match, campaign, line, effective_from
FROM budget.mappings WHERE workspace = $1 AND deleted_at IS NULL
"""
MAPPINGS_OF = f"{MAPPINGS} AND source = $2"
BUMP = """
INSERT INTO budget.catalogue_versions AS t (workspace, version) VALUES ($1, 1)
ON CONFLICT (workspace) DO UPDATE SET version = t.version + 1
"""
ADD_MAPPING = """
INSERT INTO budget.mappings (workspace, mapping, version, source, match, match_text, campaign, line,
                             effective_from, created_by, created_at)
SELECT $1, 'm' || (SELECT count(*) + 1 FROM budget.mappings WHERE workspace = $1), 1,
       $2, $3, $4, $5, $6, $7, $8, $9
ON CONFLICT DO NOTHING RETURNING mapping
"""
OVERLAPPED = """
SELECT mapping FROM budget.mappings WHERE workspace = $1 AND source = $2 AND match_text = $3
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
ORDER BY mapping LIMIT $3
"""


async def lock(conn: Conn, workspace: str) -> None:
    """Takes the workspace's lock until the end of the transaction: what people decide, in order.

    It orders the audit chain and the versions of the catalogue. Polls do not take it.
    """
    await conn.execute(LOCK, workspace)


async def enter_posting(conn: Conn, workspaces: Sequence[str]) -> None:
    """Keeps the catalogues of these workspaces as they are while a poll books.

    Shared: polls do not wait for each other. A poll has read the clock at most before it and holds
    nothing somebody in `stop_posting` could wait for: the two cannot deadlock.
    """
    await conn.execute(ENTER, workspaces)


async def stop_posting(conn: Conn, workspace: str) -> None:
    """Waits for the polls under way and keeps others out until the end of the transaction.

    Whoever changes where money belongs and moves what is booked takes this first: a poll that
    still resolves by the old catalogue would leave its money behind (design.md section 3), and
    facts, held items and accounts would be locked by both, in orders that cross.
    """
    await conn.execute(STOP, workspace)


async def versions(conn: Conn, workspaces: Sequence[str]) -> dict[str, int]:
    """The catalogue's version per workspace; 0 for one that has nothing yet."""
    found = {row["workspace"]: row["version"] for row in await conn.fetch(VERSIONS, workspaces)}
    return {workspace: found.get(workspace, 0) for workspace in workspaces}


async def bump(conn: Conn, workspace: str) -> None:
    """Makes every replica read the workspace's catalogue again at its next poll."""
    await conn.execute(BUMP, workspace)


async def load(conn: Conn, workspace: str, version: int) -> Catalogue:
    """The catalogue as the transaction sees it now."""
    campaigns = [
        CampaignTerms(
            campaign=row["campaign"],
            currency=row["currency"],
            time_zone=row["time_zone"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            effective_from=row["effective_from"],
            lines=frozenset(row["lines"]),
            closed=row["closed"],
        )
        for row in await conn.fetch(CAMPAIGNS, workspace)
    ]
    mappings = [_mapping(row) for row in await conn.fetch(MAPPINGS, workspace)]
    return make_catalogue(workspace, version, campaigns, mappings)


async def mappings_of(conn: Conn, workspace: str, source: str) -> list[Mapping]:
    """The mappings in force of one source."""
    return [_mapping(row) for row in await conn.fetch(MAPPINGS_OF, workspace, source)]


def _mapping(row: Any) -> Mapping:
    return Mapping(
        mapping=row["mapping"],
        source=row["source"],
        match=match_of(row["match"]),
        campaign=row["campaign"],
        line=row["line"],
        effective_from=row["effective_from"],
    )


async def add_mapping(
    conn: Conn, workspace: str, mapping: Mapping, *, actor: str, now: datetime
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


async def overlapped(conn: Conn, workspace: str, mapping: Mapping) -> str:
    """The id of the mapping in force that maps the same from the same time on."""
    name: str = await conn.fetchval(
        OVERLAPPED,
        workspace,
        mapping.source,
        pairs_text(dict(mapping.match)),
        mapping.effective_from,
    )
    return name


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
    """One mapping in force by its id."""
    row = await conn.fetchrow(GET_MAPPING, workspace, mapping)
    return dict(row) if row else None


async def list_mappings(conn: Conn, workspace: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Mappings in force after a mapping id, in order of it."""
    return [dict(row) for row in await conn.fetch(LIST_MAPPINGS, workspace, after, limit)]
