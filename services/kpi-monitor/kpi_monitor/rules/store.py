"""SQL of rules and their versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shared.database.pool import Conn

LOCK_NAME = "SELECT pg_advisory_xact_lock(hashtext('kpi.rules'), hashtext($1 || '|' || $2))"
GET = "SELECT * FROM kpi.rules WHERE workspace = $1 AND rule = $2"
LIST = """
SELECT * FROM kpi.rules
WHERE workspace = $1 AND NOT deleted AND rule > $2 AND ($3::text IS NULL OR campaign = $3)
ORDER BY rule LIMIT $4
"""
SAVE = """
INSERT INTO kpi.rules AS r (workspace, rule, version, campaign, body, deleted, effective_from_ms,
  created_by, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
ON CONFLICT (workspace, rule) DO UPDATE SET version = excluded.version,
  campaign = excluded.campaign, body = excluded.body, deleted = excluded.deleted,
  effective_from_ms = excluded.effective_from_ms, updated_at = excluded.updated_at,
  created_by = CASE WHEN r.deleted THEN excluded.created_by ELSE r.created_by END,
  created_at = CASE WHEN r.deleted THEN excluded.created_at ELSE r.created_at END
RETURNING *
"""
ADD_VERSION = """
INSERT INTO kpi.rule_versions (workspace, rule, version, body, deleted, changed_by, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
# Of all rules of a page in one statement: a list must not ask for each of its rows.
CONDITIONS = """
SELECT u.rule,
  coalesce(CASE WHEN NOT c.deleted THEN c.object->>'time_zone' END,
    (SELECT convert_from(l.totals, 'UTF8')::jsonb->>'time_zone' FROM kpi.lines l
     WHERE l.workspace = $1 AND l.campaign = u.campaign AND l.totals IS NOT NULL LIMIT 1)) AS zone,
  coalesce(c.deleted OR c.object->>'status' = 'closed', false) AS closed,
  EXISTS (SELECT FROM kpi.standings s
    WHERE s.workspace = $1 AND s.rule = u.rule AND s.too_coarse) AS too_coarse
FROM unnest($2::text[], $3::text[]) AS u(rule, campaign)
LEFT JOIN kpi.catalog c ON c.workspace = $1 AND c.kind = 'campaign' AND c.id = u.campaign
"""
GRAINS = """
WITH planned AS (
  SELECT object->>'line' AS line FROM kpi.catalog
  WHERE workspace = $1 AND kind = 'line' AND object->>'campaign' = $2 AND NOT deleted)
SELECT f.line, f.measure, f.source, array_agg(f.grain_ms) AS grains,
  f.line IN (SELECT line FROM planned) OR NOT EXISTS (SELECT FROM planned) AS planned
FROM kpi.feeds f WHERE f.workspace = $1 AND f.campaign = $2 AND f.measure = ANY($3::text[])
GROUP BY 1, 2, 3
"""
NOT_ADDITIVE = """
SELECT id FROM kpi.catalog WHERE workspace = $1 AND kind = 'measure' AND NOT deleted
  AND coalesce(object->>'aggregation', 'sum') <> 'sum'
"""
HAS_OPEN = """
SELECT EXISTS (SELECT FROM kpi.standings
  WHERE workspace = $1 AND rule = $2 AND severity IS NOT NULL)
"""
BEGIN_AGAIN = """
UPDATE kpi.standings SET campaign = $3, judged_through_ms = greatest(judged_through_ms, $4),
  window_start_ms = NULL, too_coarse = false
WHERE workspace = $1 AND rule = $2
"""


class Condition(NamedTuple):
    """Of a rule: its campaign's zone (None while the campaign is not known here), whether that was
    closed or deleted, so that no rule of it is judged, and whether data of any group comes in
    periods longer than the window."""

    zone: str | None
    closed: bool
    too_coarse: bool


async def lock(conn: Conn, workspace: str, rule: str) -> None:
    """One writer per rule name, until commit."""
    await conn.execute(LOCK_NAME, workspace, rule)


async def get(conn: Conn, workspace: str, rule: str) -> Any:
    """The row of a rule, removed ones included, or None."""
    return await conn.fetchrow(GET, workspace, rule)


async def list_rules(
    conn: Conn, workspace: str, after: str, campaign: str | None, limit: int
) -> list[Any]:
    """Rows of rules in force by name, after `after`."""
    return list(await conn.fetch(LIST, workspace, after, campaign, limit))


async def save(
    conn: Conn,
    workspace: str,
    body: dict[str, Any],
    *,
    version: int,
    deleted: bool,
    effective_from: int,
    subject: str,
    now: datetime,
) -> Any:
    """Stores a version of a rule and its history; returns the rule's row."""
    rule, campaign = body["rule"], body["scope"]["campaign"]
    await conn.execute(ADD_VERSION, workspace, rule, version, body, deleted, subject, now)
    return await conn.fetchrow(
        SAVE, workspace, rule, version, campaign, body, deleted, effective_from, subject, now
    )


async def conditions(conn: Conn, workspace: str, rules: Sequence[Any]) -> dict[str, Condition]:
    """What holds for each of these rows of rules, by rule; one statement for all of them."""
    names = [row["rule"] for row in rules], [row["campaign"] for row in rules]
    return {
        row["rule"]: Condition(row["zone"], row["closed"], row["too_coarse"])
        for row in await conn.fetch(CONDITIONS, workspace, *names)
    }


async def grains(conn: Conn, workspace: str, campaign: str, measures: list[str]) -> list[Any]:
    """Rows (line, measure, source, grains, planned) of who feeds these measures, grains in ms.

    `planned`: the line is one of the plan, as far as there is a plan.
    """
    return list(await conn.fetch(GRAINS, workspace, campaign, measures))


async def not_additive(conn: Conn, workspace: str) -> frozenset[str]:
    """Measures registered in the catalogue as gauge or distinct."""
    return frozenset(row["id"] for row in await conn.fetch(NOT_ADDITIVE, workspace))


async def has_open(conn: Conn, workspace: str, rule: str) -> bool:
    """Whether any episode of the rule is open."""
    return bool(await conn.fetchval(HAS_OPEN, workspace, rule))


async def begin_again(
    conn: Conn, workspace: str, rule: str, campaign: str, judged_through: int
) -> None:
    """Standings of a name used before go on from `judged_through` (epoch ms), in `campaign`."""
    await conn.execute(BEGIN_AGAIN, workspace, rule, campaign, judged_through)
