"""SQL of campaigns: the region that budget announced for each, for who may read only some."""

from collections.abc import Collection, Sequence

from alerts.incoming.campaigns import FoundCampaign
from shared.database.pool import Conn, columns

# The newest announcement wins in whatever order they come.
PUT = """
INSERT INTO alerts.campaigns AS c (workspace, campaign, version, region)
SELECT DISTINCT ON (u.workspace, u.campaign) u.*
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
  AS u(workspace, campaign, version, region)
ORDER BY u.workspace, u.campaign, u.version DESC
ON CONFLICT (workspace, campaign) DO UPDATE
SET version = excluded.version, region = excluded.region WHERE c.version < excluded.version
"""
FIND_OF_REGIONS = """
SELECT campaign FROM alerts.campaigns WHERE workspace = $1 AND region = ANY($2::text[])
"""


async def put(conn: Conn, found: Sequence[FoundCampaign]) -> None:
    """Keeps of each campaign the newest of these and of what is known."""
    await conn.execute(PUT, *columns(found, len(FoundCampaign._fields)))


async def find_of_regions(conn: Conn, workspace: str, regions: Collection[str]) -> list[str]:
    """The campaigns that are in one of these regions."""
    rows = await conn.fetch(FIND_OF_REGIONS, workspace, list(regions))
    return [row["campaign"] for row in rows]
