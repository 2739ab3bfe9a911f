"""Campaigns, plans, decisions and the lines in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from asyncpg.exceptions import InvalidParameterValueError

from shared.database.pool import Conn

READ_ZONE = "SELECT now() AT TIME ZONE $1::text"
ADD_CAMPAIGN = """
INSERT INTO budget.campaigns (workspace, campaign, version, status, name, currency, time_zone,
  starts_at, ends_at, owner, body, created_by, created_at)
VALUES ($1, $2, 1, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING RETURNING *
"""
GET_CAMPAIGN = "SELECT * FROM budget.campaigns WHERE workspace = $1 AND campaign = $2"
LIST_CAMPAIGNS = """
SELECT * FROM budget.campaigns WHERE workspace = $1 AND campaign > $2 ORDER BY campaign LIMIT $3
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
ADD_PLAN = """
INSERT INTO budget.plans (workspace, campaign, plan_version, status, total, body, findings,
                          created_by, created_at)
SELECT $1, $2, 1 + coalesce(max(plan_version), 0), 'draft', $3, $4, $5, $6, $7
FROM budget.plans WHERE workspace = $1 AND campaign = $2
RETURNING *
"""
GET_PLAN = """
SELECT * FROM budget.plans WHERE workspace = $1 AND campaign = $2 AND plan_version = $3
"""
LOCK_PLAN = GET_PLAN + " FOR UPDATE"
LIST_PLANS = """
SELECT * FROM budget.plans WHERE workspace = $1 AND campaign = $2 AND plan_version > $3::bigint
ORDER BY plan_version LIMIT $4
"""
SUBMIT = """
UPDATE budget.plans SET status = 'in_review', submitted_by = $4, submitted_at = $5, comment = $6,
                        effective_from = $7, due_at = $8
WHERE workspace = $1 AND campaign = $2 AND plan_version = $3
"""
SET_PLAN_STATUS = """
UPDATE budget.plans SET status = $4, approved_at = $5, effective_from = $6
WHERE workspace = $1 AND campaign = $2 AND plan_version = $3
"""
LINES = "SELECT * FROM budget.lines WHERE workspace = $1 AND campaign = $2 ORDER BY line"
LINE_NAMES = """
SELECT line FROM budget.lines WHERE workspace = $1 AND campaign = $2 AND NOT removed
"""
# Told again at once: the plan changed.
TOUCH_LINES = """
WITH told AS (
  UPDATE budget.accounts SET sealed_at = NULL
  WHERE account_id IN (SELECT account_id FROM budget.accounts
                       WHERE workspace = $1 AND campaign = $2 AND kind = 'line'
                       ORDER BY account_id FOR NO KEY UPDATE)
  RETURNING account_id
)
INSERT INTO budget.changes (account_id, correction) SELECT account_id, false FROM told
"""
FEED_MAPPED = """
INSERT INTO budget.line_sources (account_id, source)
SELECT DISTINCT a.account_id, m.source FROM budget.mappings AS m
JOIN budget.accounts AS a USING (workspace, campaign, line)
WHERE m.workspace = $1 AND m.campaign = $2 AND a.kind = 'line' AND m.deleted_at IS NULL
ORDER BY 1, 2 ON CONFLICT DO NOTHING
"""


class LineRow(NamedTuple):
    """A line as a plan puts it in force; `removed`: the plan leaves it out."""

    line: str
    name: str
    owner: str | None
    channel: str | None
    allocated: int
    curve: dict[str, Any]
    removed: bool = False


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
    return _maybe(await conn.fetchrow(ADD_CAMPAIGN, workspace, *values))


async def get_campaign(conn: Conn, workspace: str, campaign: str) -> dict[str, Any] | None:
    """A campaign, or None."""
    return _maybe(await conn.fetchrow(GET_CAMPAIGN, workspace, campaign))


async def list_campaigns(
    conn: Conn, workspace: str, after: str, limit: int
) -> list[dict[str, Any]]:
    """Campaigns after an id, in order of it."""
    return [dict(row) for row in await conn.fetch(LIST_CAMPAIGNS, workspace, after, limit)]


async def set_campaign_status(conn: Conn, workspace: str, campaign: str, status: str) -> None:
    """draft or in_review, while no plan is approved."""
    await conn.execute(SET_STATUS, workspace, campaign, status)


async def approve_campaign(
    conn: Conn, workspace: str, campaign: str, plan_version: int, effective_from: datetime
) -> dict[str, Any]:
    """Puts a plan in force."""
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
    """Marks a campaign as closed."""
    row = await conn.fetchrow(CLOSE_CAMPAIGN, workspace, campaign, by, at, reason)
    assert row is not None
    return dict(row)


async def add_plan(conn: Conn, workspace: str, values: Sequence[Any]) -> dict[str, Any]:
    """The next version of a campaign's plan, as a draft."""
    row = await conn.fetchrow(ADD_PLAN, workspace, *values)
    assert row is not None
    return dict(row)


async def get_plan(
    conn: Conn, workspace: str, campaign: str, version: int, *, lock: bool = False
) -> dict[str, Any] | None:
    """A plan version, locked until the end of the transaction if asked, or None."""
    statement = LOCK_PLAN if lock else GET_PLAN
    return _maybe(await conn.fetchrow(statement, workspace, campaign, version))


async def list_plans(
    conn: Conn, workspace: str, campaign: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """Plan versions after one, in order."""
    return [dict(row) for row in await conn.fetch(LIST_PLANS, workspace, campaign, after, limit)]


async def submit_plan(conn: Conn, plan: dict[str, Any], values: Sequence[Any]) -> None:
    """Draft → in review; `values`: by, at, comment, effective_from, due_at."""
    await conn.execute(SUBMIT, *_key(plan), *values)


async def set_plan_status(
    conn: Conn, plan: dict[str, Any], status: str, at: datetime | None, since: datetime | None
) -> None:
    """approved (with its moment and the begin of its validity) or rejected."""
    await conn.execute(SET_PLAN_STATUS, *_key(plan), status, at, since)


async def lines(conn: Conn, workspace: str, campaign: str) -> list[dict[str, Any]]:
    """The lines as they are in force, also those that were left out."""
    return [dict(row) for row in await conn.fetch(LINES, workspace, campaign)]


async def line_names(conn: Conn, workspace: str, campaign: str) -> set[str]:
    """The lines of the plan in force."""
    return {row[0] for row in await conn.fetch(LINE_NAMES, workspace, campaign)}


async def touch_lines(conn: Conn, workspace: str, campaign: str) -> None:
    """Has the sealer tell every line of a campaign again, and notes which sources feed them."""
    await conn.execute(FEED_MAPPED, workspace, campaign)
    await conn.execute(TOUCH_LINES, workspace, campaign)


def _key(plan: dict[str, Any]) -> tuple[str, str, int]:
    return plan["workspace"], plan["campaign"], plan["plan_version"]


def _maybe(row: Any) -> dict[str, Any] | None:
    return dict(row) if row else None
