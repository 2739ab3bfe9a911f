"""SQL of campaigns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from asyncpg.exceptions import InvalidParameterValueError

from shared.database.pool import Conn
from shared.http.reach import Reach

READ_ZONE = "SELECT now() AT TIME ZONE $1::text"
ADD_CAMPAIGN = """
INSERT INTO budget.campaigns (workspace, campaign, version, status, name, currency, time_zone,
  starts_at, ends_at, owner, body, created_by, created_at)
VALUES ($1, $2, 1, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING RETURNING *
"""
GET_CAMPAIGN = "SELECT * FROM budget.campaigns WHERE workspace = $1 AND campaign = $2"
LIST_CAMPAIGNS = """
SELECT * FROM budget.campaigns
WHERE workspace = $1 AND campaign > $2 AND ($3::text[] IS NULL OR campaign = ANY($3))
ORDER BY campaign LIMIT $4
"""
CAMPAIGNS_OF_REGIONS = """
SELECT campaign FROM budget.campaigns
WHERE workspace = $1 AND body->>'region' = ANY($2::text[])
"""
SET_STATUS = """
UPDATE budget.campaigns SET status = $3, version = version + 1
WHERE workspace = $1 AND campaign = $2 AND status <> $3
"""
# Spend of a time that an earlier plan covered stays approved: the earliest approval counts.
APPROVE_CAMPAIGN = """
UPDATE budget.campaigns
SET status = 'approved', version = version + 1, plan_version = $3,
    effective_from = least(effective_from, $4)
WHERE workspace = $1 AND campaign = $2 RETURNING *
"""
EDIT_CAMPAIGN = """
UPDATE budget.campaigns
SET version = version + 1, name = $3, owner = $4, ends_at = $5, body = body || $6
WHERE workspace = $1 AND campaign = $2 RETURNING *
"""
CLOSE_CAMPAIGN = """
UPDATE budget.campaigns
SET status = 'closed', version = version + 1, closed_by = $3, closed_at = $4, close_reason = $5
WHERE workspace = $1 AND campaign = $2 RETURNING *
"""
SUPERSEDE_WAITING = """
UPDATE budget.plans SET status = 'superseded'
WHERE workspace = $1 AND campaign = $2 AND plan_version <> $3 AND status = 'approved'
  AND ($4::timestamptz IS NULL OR effective_from >= $4)
"""
WAITING = """
SELECT plan_version FROM budget.plans
WHERE workspace = $1 AND campaign = $2
  AND (status IN ('draft', 'in_review') OR status = 'approved' AND applied_at IS NULL)
ORDER BY plan_version
"""


async def reads_zone(conn: Conn, time_zone: str) -> bool:
    """Whether this PostgreSQL can take local days in a zone."""
    try:
        async with conn.transaction():
            await conn.execute(READ_ZONE, time_zone)
    except InvalidParameterValueError:
        return False
    return True


async def add_campaign(conn: Conn, workspace: str, values: Sequence[Any]) -> dict[str, Any] | None:
    """The new campaign, or None when the id is taken. `values` follow the statement's columns."""
    row = await conn.fetchrow(ADD_CAMPAIGN, workspace, *values)
    return dict(row) if row else None


async def get_campaign(conn: Conn, workspace: str, campaign: str) -> dict[str, Any] | None:
    row = await conn.fetchrow(GET_CAMPAIGN, workspace, campaign)
    return dict(row) if row else None


async def list_campaigns(conn: Conn, reach: Reach, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await conn.fetch(LIST_CAMPAIGNS, reach.workspace, after, reach.listed, limit)
    return [dict(row) for row in rows]


async def find_campaigns_of_regions(
    conn: Conn, workspace: str, regions: Collection[str]
) -> list[str]:
    rows = await conn.fetch(CAMPAIGNS_OF_REGIONS, workspace, list(regions))
    return [row["campaign"] for row in rows]


async def set_campaign_status(conn: Conn, workspace: str, campaign: str, status: str) -> None:
    """draft or in_review, while no plan is approved."""
    await conn.execute(SET_STATUS, workspace, campaign, status)


async def approve_campaign(
    conn: Conn, workspace: str, campaign: str, plan_version: int, effective_from: datetime
) -> dict[str, Any]:
    row = await conn.fetchrow(APPROVE_CAMPAIGN, workspace, campaign, plan_version, effective_from)
    assert row is not None
    return dict(row)


async def edit_campaign(
    conn: Conn, workspace: str, campaign: str, values: Sequence[Any]
) -> dict[str, Any]:
    """The next version of a campaign; `values`: name, owner, ends_at, and what changes of the
    rest."""
    row = await conn.fetchrow(EDIT_CAMPAIGN, workspace, campaign, *values)
    assert row is not None
    return dict(row)


async def close_campaign(
    conn: Conn, workspace: str, campaign: str, *, by: str, at: datetime, reason: str
) -> dict[str, Any]:
    row = await conn.fetchrow(CLOSE_CAMPAIGN, workspace, campaign, by, at, reason)
    assert row is not None
    return dict(row)


async def supersede_waiting(
    conn: Conn, workspace: str, campaign: str, plan_version: int, since: datetime | None
) -> None:
    """Of the other approved plans that wait for their time, those from `since` on; None: all."""
    await conn.execute(SUPERSEDE_WAITING, workspace, campaign, plan_version, since)


async def waiting(conn: Conn, workspace: str, campaign: str) -> list[int]:
    """Versions of a campaign that are not in force and still may be."""
    rows = await conn.fetch(WAITING, workspace, campaign)
    return [row["plan_version"] for row in rows]
