"""SQL of plans."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from shared.database.pool import Conn
from shared.database.rows import columns, fetch, fetch_one


class PlanName(NamedTuple):
    workspace: str
    campaign: str
    plan_version: int


class PlanRecord(Struct, frozen=True):
    """A version of a campaign's plan; `body` is the plan itself, what is around it its course."""

    workspace: str
    campaign: str
    plan_version: int
    total: int
    body: dict[str, Any]
    status: str
    findings: list[dict[str, Any]]
    created_by: str
    created_at: datetime
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    comment: str | None = None
    effective_from: datetime | None = None
    due_at: datetime | None = None
    approved_at: datetime | None = None

    @property
    def key(self) -> PlanName:
        return PlanName(self.workspace, self.campaign, self.plan_version)


COLUMNS = columns(PlanRecord)
ADD_PLAN = f"""
INSERT INTO budget.plans (workspace, campaign, plan_version, status, total, body, findings,
                          created_by, created_at)
SELECT $1, $2, 1 + coalesce(max(plan_version), 0), 'draft', $3, $4, $5, $6, $7
FROM budget.plans WHERE workspace = $1 AND campaign = $2
RETURNING {COLUMNS}
"""
GET_PLAN = f"""
SELECT {COLUMNS} FROM budget.plans WHERE workspace = $1 AND campaign = $2 AND plan_version = $3
"""
LOCK_PLAN = GET_PLAN + " FOR UPDATE"
LIST_PLANS = f"""
SELECT {COLUMNS} FROM budget.plans
WHERE workspace = $1 AND campaign = $2 AND plan_version > $3::bigint
ORDER BY plan_version LIMIT $4
"""
PUT_SUBMITTED = """
UPDATE budget.plans SET status = 'in_review', submitted_by = $4, submitted_at = $5, comment = $6,
                        effective_from = $7, due_at = $8
WHERE workspace = $1 AND campaign = $2 AND plan_version = $3
"""
PUT_STATUS = """
UPDATE budget.plans SET status = $4, approved_at = $5, effective_from = $6
WHERE workspace = $1 AND campaign = $2 AND plan_version = $3
"""
PUT_APPLIED = """
UPDATE budget.plans SET applied_at = $4
WHERE workspace = $1 AND campaign = $2 AND plan_version = $3
"""
PUT_IN_FORCE = """
UPDATE budget.plans
SET status = CASE WHEN plan_version = $3 THEN 'in_force' ELSE 'superseded' END
WHERE workspace = $1 AND campaign = $2 AND (plan_version = $3 OR status = 'in_force')
"""
HAS_IN_FORCE = """
SELECT EXISTS (SELECT FROM budget.plans
               WHERE workspace = $1 AND campaign = $2 AND status = 'in_force')
"""
FIND_DUE = """
SELECT workspace, campaign, plan_version FROM budget.plans
WHERE status = 'approved' AND effective_from <= $1
ORDER BY effective_from, workspace, campaign, plan_version LIMIT $2
"""
COUNT_DUE = "SELECT count(*) FROM budget.plans WHERE status = 'approved' AND effective_from <= $1"
# The curves of the plan applied last hold all that was planned before it; how much is allocated is
# said by the one that was in force at the instant asked for, or by the first to come.
FIND_APPLIED = """
SELECT plan_version, effective_from FROM budget.plans
WHERE workspace = $1 AND campaign = $2 AND applied_at <= $3
ORDER BY applied_at DESC, approved_at DESC, plan_version DESC
"""


async def add_plan(conn: Conn, workspace: str, values: Sequence[Any]) -> PlanRecord:
    """The next version of a campaign's plan, as a draft."""
    [plan] = await fetch(conn, PlanRecord, ADD_PLAN, workspace, *values)
    return plan


async def get_plan(
    conn: Conn, workspace: str, campaign: str, version: int, *, lock: bool = False
) -> PlanRecord | None:
    """A plan version, locked until the end of the transaction if asked, or None."""
    statement = LOCK_PLAN if lock else GET_PLAN
    return await fetch_one(conn, PlanRecord, statement, workspace, campaign, version)


async def list_plans(
    conn: Conn, workspace: str, campaign: str, after: int, limit: int
) -> list[PlanRecord]:
    return await fetch(conn, PlanRecord, LIST_PLANS, workspace, campaign, after, limit)


async def put_submitted(conn: Conn, plan: PlanRecord, values: Sequence[Any]) -> None:
    """Draft → in review; `values`: by, at, comment, effective_from, due_at."""
    await conn.execute(PUT_SUBMITTED, *plan.key, *values)


async def put_status(
    conn: Conn, plan: PlanRecord, status: str, at: datetime | None, since: datetime | None
) -> None:
    """approved (with its moment and the begin of its validity), rejected or withdrawn."""
    await conn.execute(PUT_STATUS, *plan.key, status, at, since)


async def put_applied(conn: Conn, plan: PlanRecord, now: datetime) -> None:
    """Notes when the lines got what the plan says."""
    await conn.execute(PUT_APPLIED, *plan.key, now)


async def put_in_force(conn: Conn, plan: PlanRecord) -> None:
    """Says that the plan is in force, and what was before it superseded."""
    await conn.execute(PUT_IN_FORCE, *plan.key)


async def has_in_force(conn: Conn, plan: PlanRecord) -> bool:
    """Whether any plan of the campaign is in force."""
    found: bool = await conn.fetchval(HAS_IN_FORCE, *plan.key[:2])
    return found


async def find_due(conn: Conn, now: datetime, limit: int) -> list[PlanName]:
    """Approved plans whose time has come, in its order."""
    return await fetch(conn, PlanName, FIND_DUE, now, limit)


async def count_due(conn: Conn, now: datetime) -> int:
    count: int = await conn.fetchval(COUNT_DUE, now)
    return count


async def find_applied(
    conn: Conn, workspace: str, campaign: str, known_at: datetime
) -> list[tuple[int, datetime]]:
    """(version, effective from) of the plans that had been applied by then, the last first."""
    rows = await conn.fetch(FIND_APPLIED, workspace, campaign, known_at)
    return [(row["plan_version"], row["effective_from"]) for row in rows]
