"""Campaigns, plans, decisions and the lines in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shared.database.pool import Conn

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
APPLIED = """
UPDATE budget.plans SET applied_at = $4
WHERE workspace = $1 AND campaign = $2 AND plan_version = $3
"""
PUT = """
UPDATE budget.plans
SET status = CASE WHEN plan_version = $3 THEN 'in_force' ELSE 'superseded' END
WHERE workspace = $1 AND campaign = $2 AND (plan_version = $3 OR status = 'in_force')
"""
HAS_ONE = """
SELECT EXISTS (SELECT FROM budget.plans
               WHERE workspace = $1 AND campaign = $2 AND status = 'in_force')
"""
DUE = """
SELECT workspace, campaign, plan_version FROM budget.plans
WHERE status = 'approved' AND effective_from <= $1
ORDER BY effective_from, workspace, campaign, plan_version LIMIT $2
"""
COUNT_DUE = "SELECT count(*) FROM budget.plans WHERE status = 'approved' AND effective_from <= $1"
# The curves of the plan applied last hold all that was planned before it; how much is allocated is
# said by the one that was in force at the instant asked for, or by the first to come.
KNOWN = """
SELECT plan_version, effective_from FROM budget.plans
WHERE workspace = $1 AND campaign = $2 AND applied_at <= $3
ORDER BY applied_at DESC, approved_at DESC, plan_version DESC
"""


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
    row = await conn.fetchrow(statement, workspace, campaign, version)
    return dict(row) if row else None


async def list_plans(
    conn: Conn, workspace: str, campaign: str, after: int, limit: int
) -> list[dict[str, Any]]:
    return [dict(row) for row in await conn.fetch(LIST_PLANS, workspace, campaign, after, limit)]


async def submit_plan(conn: Conn, plan: dict[str, Any], values: Sequence[Any]) -> None:
    """Draft → in review; `values`: by, at, comment, effective_from, due_at."""
    await conn.execute(SUBMIT, *key_of(plan), *values)


async def set_plan_status(
    conn: Conn, plan: dict[str, Any], status: str, at: datetime | None, since: datetime | None
) -> None:
    """approved (with its moment and the begin of its validity) or rejected."""
    await conn.execute(SET_PLAN_STATUS, *key_of(plan), status, at, since)


class PlanName(NamedTuple):
    workspace: str
    campaign: str
    plan_version: int


async def set_applied(conn: Conn, plan: dict[str, Any], now: datetime) -> None:
    """Notes when the lines got what the plan says."""
    await conn.execute(APPLIED, *key_of(plan), now)


async def put(conn: Conn, plan: dict[str, Any]) -> None:
    """Says that the plan is in force, and what was before it superseded."""
    await conn.execute(PUT, *key_of(plan))


async def has_one(conn: Conn, plan: dict[str, Any]) -> bool:
    """Whether any plan of the campaign is in force."""
    found: bool = await conn.fetchval(HAS_ONE, *key_of(plan)[:2])
    return found


async def due(conn: Conn, now: datetime, limit: int) -> list[PlanName]:
    """Approved plans whose time has come, in its order."""
    return [PlanName(*row) for row in await conn.fetch(DUE, now, limit)]


async def count_due(conn: Conn, now: datetime) -> int:
    count: int = await conn.fetchval(COUNT_DUE, now)
    return count


async def known_plans(
    conn: Conn, workspace: str, campaign: str, known_at: datetime
) -> list[tuple[int, datetime]]:
    """(version, effective from) of the plans that had been applied by then, the last first."""
    rows = await conn.fetch(KNOWN, workspace, campaign, known_at)
    return [(row["plan_version"], row["effective_from"]) for row in rows]


def key_of(plan: dict[str, Any]) -> PlanName:
    return PlanName(plan["workspace"], plan["campaign"], plan["plan_version"])
