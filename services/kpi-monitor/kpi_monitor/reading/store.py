"""SQL of what people read: lines with their state, breaches with history, sums of a range."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from kpi_monitor.judging.unit import Unit
from kpi_monitor.windows import LONGEST_DAY_MS
from shared.database.pool import Conn
from shared.keys import group_text

LINES = """
SELECT coalesce(l.line, f.line) AS line, l.seq, l.totals, l.complete_ms, l.gap_seq, l.gap_at
FROM (SELECT * FROM kpi.lines WHERE workspace = $1 AND campaign = $2) l
FULL JOIN (SELECT DISTINCT line FROM kpi.feeds
  WHERE workspace = $1 AND campaign = $2) f USING (line)
WHERE coalesce(l.line, f.line) > $3
ORDER BY 1 LIMIT $4
"""
# A source that never sent a heartbeat is measured by the last period that was told.
SOURCES = """
SELECT f.line, f.source, array_agg(DISTINCT f.measure ORDER BY f.measure) AS measures,
  max(f.grain_ms) AS grain_ms, max(s.complete_ms) AS complete_ms,
  max(s.expected_interval_s) AS expected_interval_s, max(p.end_ms) AS last_ms
FROM kpi.feeds f LEFT JOIN kpi.sources s ON s.workspace = f.workspace AND s.source = f.source
LEFT JOIN kpi.series n ON n.workspace = f.workspace AND n.campaign = f.campaign
  AND n.line = f.line AND n.measure = f.measure
LEFT JOIN LATERAL (SELECT end_ms FROM kpi.panes WHERE series = n.series AND s.complete_ms IS NULL
  ORDER BY start_ms DESC LIMIT 1) p ON true
WHERE f.workspace = $1 AND f.campaign = $2 AND f.line = ANY($3::text[]) AND f.measure <> 'spend'
GROUP BY 1, 2 ORDER BY 1, 2
"""
STANDINGS = """
SELECT s.*, r.deleted FROM kpi.standings s JOIN kpi.rules r USING (workspace, rule)
WHERE s.workspace = $1 AND s.campaign = $2 AND s.group_key = ANY($3::text[]) AND NOT r.deleted
ORDER BY s.group_key, s.rule
"""
BREACHES = """
SELECT b.id, b.breach, b.open,
  (SELECT jsonb_agg(t.event ORDER BY t.seq) FROM kpi.transitions t
   WHERE t.workspace = b.workspace AND t.breach = b.breach) AS history
FROM kpi.breaches b
WHERE b.workspace = $1 AND ($2::text IS NULL OR b.campaign = $2)
  AND ($3::boolean IS NULL OR b.open = $3) AND b.id < $4
ORDER BY b.id DESC LIMIT $5
"""
TOLD_IN = """
SELECT event FROM kpi.transitions
WHERE workspace = $1 AND campaign = $2 AND event->>'rule' = $3
  AND (event->'window'->>'start')::timestamptz = $4 AND starts_with(breach, $3 || '/' || $5 || '/')
ORDER BY decided_at, seq
"""
HELD = """
SELECT source, entity, (array_agg(levels))[1] AS levels, count(*) AS rows,
  array_agg(DISTINCT measures) AS measures,
  array_remove(array_agg(DISTINCT currency), '') AS currencies,
  min(start_ms) AS since_ms, max(end_ms) AS last_ms
FROM kpi.held
WHERE workspace = $1 AND ($2::text IS NULL OR source = $2) AND (source, entity) > ($3, $4)
GROUP BY source, entity ORDER BY source, entity LIMIT $5
"""
# By the numbers, from 1, of the windows in which a period begins and ends: 0 is before the first.
SUMS = """
SELECT line, measure, first, last, sum(amount)::text AS amount,
  bool_or(amount <> 0 AND known_ms >= ($4::bigint[])[first + 1]) AS late
FROM (
  SELECT CASE WHEN $5 THEN s.line END AS line, s.measure, p.known_ms, p.amount,
    width_bucket(p.start_ms, $4) AS first,
    least(width_bucket(p.end_ms - 1, $4), cardinality($4) - 1) AS last
  FROM kpi.series s JOIN kpi.panes p ON p.series = s.series
  WHERE s.workspace = $1 AND s.campaign = $2 AND s.measure = ANY($3::text[])
    AND p.start_ms >= ($4::bigint[])[1] - $6 AND p.start_ms < ($4::bigint[])[cardinality($4)]
    AND p.end_ms > ($4::bigint[])[1]) AS told
GROUP BY line, measure, first, last
"""


async def lines(conn: Conn, workspace: str, campaign: str, after: str, limit: int) -> list[Any]:
    """Rows of a campaign's lines, with or without totals, by name."""
    return list(await conn.fetch(LINES, workspace, campaign, after, limit))


async def sources(conn: Conn, workspace: str, campaign: str, names: list[str]) -> list[Any]:
    """Rows (line, source, measures, …) of who feeds these lines besides the ledger."""
    return list(await conn.fetch(SOURCES, workspace, campaign, names))


async def standings(conn: Conn, workspace: str, campaign: str, names: list[str]) -> list[Any]:
    """Rows of the states of rules on these lines."""
    return list(
        await conn.fetch(
            STANDINGS, workspace, campaign, [group_text({"line": name}) for name in names]
        )
    )


async def breaches(
    conn: Conn,
    workspace: str,
    *,
    campaign: str | None,
    is_open: bool | None,
    before: int,
    limit: int,
) -> list[Any]:
    """Episodes, newest first, each with all its events; those with an id below `before`."""
    return list(await conn.fetch(BREACHES, workspace, campaign, is_open, before, limit))


async def told_in(conn: Conn, unit: Unit, *, rule: str, group: str, start: datetime) -> list[Any]:
    """The events that a window of a (rule, group) caused."""
    rows = await conn.fetch(TOLD_IN, unit.workspace, unit.campaign, rule, start, group)
    return [row["event"] for row in rows]


async def sums(
    conn: Conn, unit: Unit, measures: Iterable[str], bounds: Sequence[int], *, by_line: bool
) -> list[Any]:
    """Rows (line, measure, first, last, amount, late) for `views.series`: what is stored of the
    campaign between `bounds`, the edges of its windows; the line is None for all together."""
    return list(
        await conn.fetch(
            SUMS,
            unit.workspace,
            unit.campaign,
            sorted(measures),
            bounds,
            by_line,
            LONGEST_DAY_MS,
        )
    )


async def held(
    conn: Conn, workspace: str, *, source: str | None, after: tuple[str, str], limit: int
) -> list[Any]:
    """Rows of what is kept aside, by (source, entity), those after `after`."""
    return list(await conn.fetch(HELD, workspace, source, *after, limit))
