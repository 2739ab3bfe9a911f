"""Which plan is in force, and what it made of the lines: now, and as it was known before.

`lines` holds what is in force now, `plan_lines` what each plan made of them; a curve there holds
all of the past, because a change keeps what was planned until it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from budget.rules.phasing import NOTHING
from budget.store_lines import store_curve
from budget.store_plans import LINES, LineRow
from shared.database.pool import Conn

PUT_LINES = """
INSERT INTO budget.lines AS t (workspace, campaign, line, version, plan_version, removed, name,
                               owner, channel, allocated, curve, allocated_before,
                               curve_before)
SELECT $1, $2, u.line, 1, $3, u.removed, u.name, u.owner, u.channel, u.allocated, u.curve,
       CASE WHEN $11 THEN 0 END, CASE WHEN $11 THEN $12::jsonb END
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::jsonb[], $10::bool[])
  AS u(line, name, owner, channel, allocated, curve, removed)
ORDER BY u.line
ON CONFLICT ON CONSTRAINT lines_pk DO UPDATE SET
  version = t.version + 1, plan_version = excluded.plan_version, removed = excluded.removed,
  name = excluded.name, owner = excluded.owner, channel = excluded.channel,
  allocated = excluded.allocated, curve = excluded.curve,
  allocated_before = t.allocated, curve_before = t.curve
"""
KEEP_LINES = """
INSERT INTO budget.plan_lines (workspace, campaign, plan_version, line, name, allocated, curve)
SELECT workspace, campaign, $3, line, name, allocated, curve
FROM budget.lines WHERE workspace = $1 AND campaign = $2
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
SUPERSEDE_WAITING = """
UPDATE budget.plans SET status = 'superseded'
WHERE workspace = $1 AND campaign = $2 AND plan_version <> $3 AND status = 'approved'
  AND ($4::timestamptz IS NULL OR effective_from >= $4)
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
WAITING = """
SELECT plan_version FROM budget.plans
WHERE workspace = $1 AND campaign = $2
  AND (status IN ('draft', 'in_review') OR status = 'approved' AND applied_at IS NULL)
ORDER BY plan_version
"""
# The curves of the plan applied last hold all that was planned before it; how much is allocated is
# said by the one that was in force at the instant asked for, or by the first.
KNOWN = """
SELECT plan_version, effective_from FROM budget.plans
WHERE workspace = $1 AND campaign = $2 AND applied_at <= $3
ORDER BY applied_at DESC, approved_at DESC, plan_version DESC
"""
PLAN_LINES = """
SELECT line, name, allocated, curve FROM budget.plan_lines
WHERE workspace = $1 AND campaign = $2 AND plan_version = $3 ORDER BY line
"""


class InForce(NamedTuple):
    """A plan by its name."""

    workspace: str
    campaign: str
    plan_version: int


async def put_lines(
    conn: Conn, plan: dict[str, Any], rows: Sequence[LineRow], now: datetime, *, first: bool
) -> list[dict[str, Any]]:
    """Gives the lines what the plan made of them; all lines of the campaign, as they are then.

    Unless it is the `first` plan, a new line is one for which nothing was planned before.
    """
    key = _key(plan)
    nothing = store_curve(NOTHING)
    await conn.execute(PUT_LINES, *key, *zip(*rows, strict=True), not first, nothing)
    await conn.execute(KEEP_LINES, *key)
    await conn.execute(APPLIED, *key, now)
    return [dict(row) for row in await conn.fetch(LINES, *key[:2])]


async def put(conn: Conn, plan: dict[str, Any]) -> None:
    """Says that the plan is in force, and what was before it superseded."""
    await conn.execute(PUT, *_key(plan))


async def supersede_waiting(conn: Conn, plan: dict[str, Any], since: datetime | None) -> None:
    """Of the approved plans that wait for their time, those from `since` on; None: all of them."""
    await conn.execute(SUPERSEDE_WAITING, *_key(plan), since)


async def has_one(conn: Conn, plan: dict[str, Any]) -> bool:
    """Whether any plan of the campaign is in force."""
    found: bool = await conn.fetchval(HAS_ONE, *_key(plan)[:2])
    return found


async def waiting(conn: Conn, workspace: str, campaign: str) -> list[int]:
    """Versions of a campaign that are not in force and still may be."""
    rows = await conn.fetch(WAITING, workspace, campaign)
    return [row["plan_version"] for row in rows]


async def due(conn: Conn, now: datetime, limit: int) -> list[InForce]:
    """Approved plans whose time has come, in its order."""
    return [InForce(*row) for row in await conn.fetch(DUE, now, limit)]


async def count_due(conn: Conn, now: datetime) -> int:
    """How many there are."""
    count: int = await conn.fetchval(COUNT_DUE, now)
    return count


async def known_plans(
    conn: Conn, workspace: str, campaign: str, known_at: datetime
) -> list[tuple[int, datetime]]:
    """(version, effective from) of the plans that had been applied by then, the last first."""
    rows = await conn.fetch(KNOWN, workspace, campaign, known_at)
    return [(row["plan_version"], row["effective_from"]) for row in rows]


async def plan_lines(
    conn: Conn, workspace: str, campaign: str, plan_version: int
) -> list[dict[str, Any]]:
    """What a plan made of the lines; nothing for one of before this was kept."""
    rows = await conn.fetch(PLAN_LINES, workspace, campaign, plan_version)
    return [dict(row) for row in rows]


def _key(plan: dict[str, Any]) -> InForce:
    return InForce(plan["workspace"], plan["campaign"], plan["plan_version"])
