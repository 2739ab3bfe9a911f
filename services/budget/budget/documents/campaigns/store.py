"""SQL of campaigns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from asyncpg.exceptions import InvalidParameterValueError
from msgspec import Struct

from shared.database.pool import Conn
from shared.database.rows import columns, fetch, fetch_one
from shared.http.reach import Reach


class CampaignRecord(Struct, frozen=True, kw_only=True):
    """A campaign; `body` is what of it no statement asks for: region, targets, attributes, …"""

    campaign: str
    name: str
    status: str
    version: int
    currency: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    owner: str | None = None
    plan_version: int | None = None
    effective_from: datetime | None = None
    created_by: str
    created_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    body: dict[str, Any]


COLUMNS = columns(CampaignRecord)
READ_ZONE = "SELECT now() AT TIME ZONE $1::text"
ADD_CAMPAIGN = f"""
INSERT INTO budget.campaigns (workspace, campaign, version, status, name, currency, time_zone,
  starts_at, ends_at, owner, body, created_by, created_at)
VALUES ($1, $2, 1, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING RETURNING {COLUMNS}
"""
GET_CAMPAIGN = f"SELECT {COLUMNS} FROM budget.campaigns WHERE workspace = $1 AND campaign = $2"
LIST_CAMPAIGNS = f"""
SELECT {COLUMNS} FROM budget.campaigns
WHERE workspace = $1 AND campaign > $2 AND ($3::text[] IS NULL OR campaign = ANY($3))
ORDER BY campaign LIMIT $4
"""
CAMPAIGNS_OF_REGIONS = """
SELECT campaign FROM budget.campaigns
WHERE workspace = $1 AND body->>'region' = ANY($2::text[])
"""
PUT_STATUS = """
UPDATE budget.campaigns SET status = $3, version = version + 1
WHERE workspace = $1 AND campaign = $2 AND status <> $3
"""
# Spend of a time that an earlier plan covered stays approved: the earliest approval counts.
PUT_APPROVED = f"""
UPDATE budget.campaigns
SET status = 'approved', version = version + 1, plan_version = $3,
    effective_from = least(effective_from, $4)
WHERE workspace = $1 AND campaign = $2 RETURNING {COLUMNS}
"""
PUT_EDITED = f"""
UPDATE budget.campaigns
SET version = version + 1, name = $3, owner = $4, ends_at = $5, body = body || $6
WHERE workspace = $1 AND campaign = $2 RETURNING {COLUMNS}
"""
PUT_CLOSED = f"""
UPDATE budget.campaigns
SET status = 'closed', version = version + 1, closed_by = $3, closed_at = $4, close_reason = $5
WHERE workspace = $1 AND campaign = $2 RETURNING {COLUMNS}
"""
PUT_SUPERSEDED = """
UPDATE budget.plans SET status = 'superseded'
WHERE workspace = $1 AND campaign = $2 AND plan_version <> $3 AND status = 'approved'
  AND ($4::timestamptz IS NULL OR effective_from >= $4)
"""
FIND_WAITING = """
SELECT plan_version FROM budget.plans
WHERE workspace = $1 AND campaign = $2
  AND (status IN ('draft', 'in_review') OR status = 'approved' AND applied_at IS NULL)
ORDER BY plan_version
"""


async def has_zone(conn: Conn, time_zone: str) -> bool:
    """Whether this PostgreSQL can take local days in a zone."""
    try:
        async with conn.transaction():
            await conn.execute(READ_ZONE, time_zone)
    except InvalidParameterValueError:
        return False
    return True


async def add_campaign(conn: Conn, workspace: str, values: Sequence[Any]) -> CampaignRecord | None:
    """The new campaign, or None when the id is taken. `values` follow the statement's columns."""
    return await fetch_one(conn, CampaignRecord, ADD_CAMPAIGN, workspace, *values)


async def get_campaign(conn: Conn, workspace: str, campaign: str) -> CampaignRecord | None:
    return await fetch_one(conn, CampaignRecord, GET_CAMPAIGN, workspace, campaign)


async def list_campaigns(conn: Conn, reach: Reach, after: str, limit: int) -> list[CampaignRecord]:
    asked = reach.workspace, after, reach.listed, limit
    return await fetch(conn, CampaignRecord, LIST_CAMPAIGNS, *asked)


async def find_campaigns_of_regions(
    conn: Conn, workspace: str, regions: Collection[str]
) -> list[str]:
    rows = await conn.fetch(CAMPAIGNS_OF_REGIONS, workspace, list(regions))
    return [row["campaign"] for row in rows]


async def put_status(conn: Conn, workspace: str, campaign: str, status: str) -> None:
    """draft or in_review, while no plan is approved."""
    await conn.execute(PUT_STATUS, workspace, campaign, status)


async def put_approved(
    conn: Conn, workspace: str, campaign: str, plan_version: int, effective_from: datetime
) -> CampaignRecord:
    [row] = await fetch(
        conn, CampaignRecord, PUT_APPROVED, workspace, campaign, plan_version, effective_from
    )
    return row


async def put_edited(
    conn: Conn, workspace: str, campaign: str, values: Sequence[Any]
) -> CampaignRecord:
    """The next version of a campaign; `values`: name, owner, ends_at, and what changes of the
    rest."""
    [row] = await fetch(conn, CampaignRecord, PUT_EDITED, workspace, campaign, *values)
    return row


async def put_closed(
    conn: Conn, workspace: str, campaign: str, *, by: str, at: datetime, reason: str
) -> CampaignRecord:
    [row] = await fetch(conn, CampaignRecord, PUT_CLOSED, workspace, campaign, by, at, reason)
    return row


async def put_superseded(
    conn: Conn, workspace: str, campaign: str, plan_version: int, since: datetime | None
) -> None:
    """Of the other approved plans that wait for their time, those from `since` on; None: all."""
    await conn.execute(PUT_SUPERSEDED, workspace, campaign, plan_version, since)


async def find_waiting(conn: Conn, workspace: str, campaign: str) -> list[int]:
    """Versions of a campaign that are not in force and still may be."""
    rows = await conn.fetch(FIND_WAITING, workspace, campaign)
    return [row["plan_version"] for row in rows]
