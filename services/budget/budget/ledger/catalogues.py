"""What posting resolves against: campaigns, lines and mappings of a workspace, by version."""

from collections.abc import Sequence
from typing import Any

from budget.ledger.rules import CampaignTerms, Catalogue, make_catalogue
from shared.database.locks import AdvisoryLock, WorkspaceLocks
from shared.database.pool import Conn
from shared.entity_mapping import EntityMapping, match_of

WORKSPACE_LOCK = AdvisoryLock("budget/workspace")
"""Orders what people decide: the audit chain and the versions of the catalogue. Polls do not
take it."""
POSTING_LOCKS = WorkspaceLocks("budget/posting")
"""Shared by polls that book, alone for who changes where money belongs."""
FIND_VERSIONS = "SELECT workspace, version FROM budget.catalogue_versions WHERE workspace = ANY($1)"
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
FIND_MAPPINGS = f"{MAPPINGS} AND source = $2"
PUT_VERSION = """
INSERT INTO budget.catalogue_versions AS t (workspace, version) VALUES ($1, 1)
ON CONFLICT (workspace) DO UPDATE SET version = t.version + 1
"""


async def enter_posting(conn: Conn, workspaces: Sequence[str]) -> None:
    """Keeps the catalogues of these workspaces as they are while a poll books.

    Shared: polls do not wait for each other. A poll has read the clock at most before it and holds
    nothing somebody in `stop_posting` could wait for: the two cannot deadlock.
    """
    await POSTING_LOCKS.take(conn, shared=workspaces)


async def stop_posting(conn: Conn, workspace: str) -> None:
    """Waits for the polls under way and keeps others out until the end of the transaction.

    Whoever changes where money belongs and moves what is booked takes this first: a poll that
    still resolves by the old catalogue would leave its money behind (design.md section 3), and
    facts, held items and accounts would be locked by both, in orders that cross.
    """
    await POSTING_LOCKS.take(conn, alone=[workspace])


async def find_versions(conn: Conn, workspaces: Sequence[str]) -> dict[str, int]:
    """The catalogue's version per workspace; 0 for one that has nothing yet."""
    found = {
        row["workspace"]: row["version"] for row in await conn.fetch(FIND_VERSIONS, workspaces)
    }
    return {workspace: found.get(workspace, 0) for workspace in workspaces}


async def put_version(conn: Conn, workspace: str) -> None:
    """Makes every replica read the workspace's catalogue again at its next poll."""
    await conn.execute(PUT_VERSION, workspace)


async def get_catalogue(conn: Conn, workspace: str, version: int) -> Catalogue:
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


async def find_mappings(conn: Conn, workspace: str, source: str) -> list[EntityMapping]:
    return [_mapping(row) for row in await conn.fetch(FIND_MAPPINGS, workspace, source)]


def _mapping(row: Any) -> EntityMapping:
    return EntityMapping(
        mapping=row["mapping"],
        source=row["source"],
        match=match_of(row["match"]),
        campaign=row["campaign"],
        line=row["line"],
        effective_from=row["effective_from"],
    )
