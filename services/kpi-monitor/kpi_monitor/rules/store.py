"""SQL of rules and their versions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from shared.database.locks import AdvisoryLock
from shared.database.pool import Conn
from shared.database.rows import fetch, fetch_one
from shared.http.caller import Caller
from shared.http.reach import Reach

RULES_LOCK = AdvisoryLock("kpi/rules")
"""One writer per rule name."""
GET_RULE = "SELECT * FROM kpi.rules WHERE workspace = $1 AND rule = $2"
LIST_RULES = """
SELECT * FROM kpi.rules
WHERE workspace = $1 AND NOT deleted AND rule > $2 AND ($3::text IS NULL OR campaign = $3)
  AND ($4::text[] IS NULL OR campaign = ANY($4))
ORDER BY rule LIMIT $5
"""
PUT_RULE = """
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
FIND_CONDITIONS = """
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
FIND_GRAINS = """
WITH planned AS (
  SELECT object->>'line' AS line FROM kpi.catalog
  WHERE workspace = $1 AND kind = 'line' AND object->>'campaign' = $2 AND NOT deleted)
SELECT f.line, f.measure, f.source, array_agg(f.grain_ms) AS grains,
  f.line IN (SELECT line FROM planned) OR NOT EXISTS (SELECT FROM planned) AS planned
FROM kpi.feeds f WHERE f.workspace = $1 AND f.campaign = $2 AND f.measure = ANY($3::text[])
GROUP BY 1, 2, 3
"""
FIND_NOT_ADDITIVE = """
SELECT id FROM kpi.catalog WHERE workspace = $1 AND kind = 'measure' AND NOT deleted
  AND coalesce(object->>'aggregation', 'sum') <> 'sum'
"""
HAS_OPEN = """
SELECT EXISTS (SELECT FROM kpi.standings
  WHERE workspace = $1 AND rule = $2 AND severity IS NOT NULL)
"""
PUT_STANDINGS = """
UPDATE kpi.standings SET campaign = $3, judged_through_ms = greatest(judged_through_ms, $4),
  window_start_ms = NULL, too_coarse = false
WHERE workspace = $1 AND rule = $2
"""


class RuleRow(Struct, frozen=True):
    """A rule in its newest version; `body` as its author wrote it, which is how it is answered."""

    workspace: str
    rule: str
    version: int
    campaign: str
    body: dict[str, Any]
    deleted: bool
    effective_from_ms: int
    created_by: str
    created_at: datetime
    updated_at: datetime


class RuleCondition(Struct, frozen=True):
    """Of a rule: its campaign's zone (None while the campaign is not known here), whether that was
    closed or deleted, so that no rule of it is judged, and whether data of any group comes in
    periods longer than the window."""

    rule: str
    zone: str | None
    closed: bool
    too_coarse: bool


class GrainRow(Struct, frozen=True):
    """Who feeds a measure of a line, in periods of which lengths (ms). `planned`: the line is one
    of the plan, as far as there is a plan."""

    line: str
    measure: str
    source: str
    grains: list[int]
    planned: bool


async def get_rule(conn: Conn, workspace: str, rule: str) -> RuleRow | None:
    return await fetch_one(conn, RuleRow, GET_RULE, workspace, rule)


async def list_rules(
    conn: Conn, reach: Reach, campaign: str | None, *, after: str, limit: int
) -> list[RuleRow]:
    """Rules in force by name, after `after`."""
    of = reach.workspace, after, campaign, reach.listed
    return await fetch(conn, RuleRow, LIST_RULES, *of, limit)


async def put_rule(
    caller: Caller, body: dict[str, Any], version: int, *, deleted: bool, begin: int
) -> RuleRow:
    """Stores a version of a rule and its history; `begin`: since when it counts, epoch ms."""
    of = caller.workspace, body["rule"], version
    by = caller.principal.subject, caller.now
    await caller.conn.execute(ADD_VERSION, *of, body, deleted, *by)
    campaign = body["scope"]["campaign"]
    row = await fetch_one(caller.conn, RuleRow, PUT_RULE, *of, campaign, body, deleted, begin, *by)
    assert row is not None, "an upsert returns its row"
    return row


async def find_conditions(
    conn: Conn, workspace: str, rules: Sequence[RuleRow]
) -> dict[str, RuleCondition]:
    """What holds for each of these rules, by rule; one statement for all of them."""
    names = [row.rule for row in rules], [row.campaign for row in rules]
    found = await fetch(conn, RuleCondition, FIND_CONDITIONS, workspace, *names)
    return {one.rule: one for one in found}


async def find_grains(
    conn: Conn, workspace: str, campaign: str, measures: Iterable[str]
) -> list[GrainRow]:
    """Who feeds these measures of a campaign, and in which grains."""
    return await fetch(conn, GrainRow, FIND_GRAINS, workspace, campaign, sorted(measures))


async def find_not_additive(conn: Conn, workspace: str) -> frozenset[str]:
    """Measures registered in the catalogue as gauge or distinct."""
    return frozenset(row["id"] for row in await conn.fetch(FIND_NOT_ADDITIVE, workspace))


async def has_open(conn: Conn, workspace: str, rule: str) -> bool:
    return bool(await conn.fetchval(HAS_OPEN, workspace, rule))


async def put_standings(
    conn: Conn, workspace: str, rule: str, campaign: str, judged_through: int
) -> None:
    """Standings of a name used before go on from `judged_through` (epoch ms), in `campaign`."""
    await conn.execute(PUT_STANDINGS, workspace, rule, campaign, judged_through)
