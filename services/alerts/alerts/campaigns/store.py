"""SQL of campaigns: what budget announced of each: its region, for who may read only some, and when
it runs."""

from collections.abc import Collection, Sequence

from alerts.incoming.campaigns import FoundCampaign, Runs
from shared.database.pool import Conn, columns

# The newest announcement wins in whatever order they come.
PUT = """
INSERT INTO alerts.campaigns AS c (workspace, campaign, version, region, starts_at, ends_at)
SELECT DISTINCT ON (u.workspace, u.campaign) u.*
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[],
  $6::timestamptz[]) AS u(workspace, campaign, version, region, starts_at, ends_at)
ORDER BY u.workspace, u.campaign, u.version DESC
ON CONFLICT (workspace, campaign) DO UPDATE
SET version = excluded.version, region = excluded.region, starts_at = excluded.starts_at,
  ends_at = excluded.ends_at WHERE c.version < excluded.version
"""
FIND_OF_REGIONS = """
SELECT campaign FROM alerts.campaigns WHERE workspace = $1 AND region = ANY($2::text[])
"""
FIND_RUNS = "SELECT starts_at, ends_at FROM alerts.campaigns WHERE workspace = $1 AND campaign = $2"


async def put(conn: Conn, found: Sequence[FoundCampaign]) -> None:
    """Keeps of each campaign the newest of these and of what is known."""
    await conn.execute(PUT, *columns(found, len(FoundCampaign._fields)))


async def find_of_regions(conn: Conn, workspace: str, regions: Collection[str]) -> list[str]:
    """The campaigns that are in one of these regions."""
    rows = await conn.fetch(FIND_OF_REGIONS, workspace, list(regions))
    return [row["campaign"] for row in rows]


async def find_runs(conn: Conn, workspace: str, campaign: str | None) -> Runs | None:
    """From when to when a campaign runs, if that was announced."""
    row = await conn.fetchrow(FIND_RUNS, workspace, campaign)
    return Runs.between(*row) if row else None
