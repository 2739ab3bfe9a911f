"""SQL of what people read: lines with their state, breaches with history, sums of a range."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from kpi_monitor.records.record import OWN_CAMPAIGN
from kpi_monitor.rules.unit import Unit
from kpi_monitor.windows import LONGEST_DAY_MS
from shared.database.pool import Conn
from shared.database.rows import fetch
from shared.http.reach import Reach
from shared.keys import group_text

LIST_LINES = """
SELECT coalesce(l.line, f.line) AS line, l.seq, l.totals, l.complete_ms, l.gap_seq, l.gap_at
FROM (SELECT * FROM kpi.lines WHERE workspace = $1 AND campaign = $2) l
FULL JOIN (SELECT DISTINCT line FROM kpi.feeds
  WHERE workspace = $1 AND campaign = $2) f USING (line)
WHERE coalesce(l.line, f.line) > $3 AND ($4::text[] IS NULL OR $2 = ANY($4))
ORDER BY 1 LIMIT $5
"""
# A source that never sent a heartbeat is measured by the last period that was told.
FIND_SOURCES = """
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
FIND_STANDINGS = """
SELECT s.group_key, s.rule, s.rule_version, s.severity, s.since_ms, s.judged_through_ms,
  s.too_coarse
FROM kpi.standings s JOIN kpi.rules r USING (workspace, rule)
WHERE s.workspace = $1 AND s.campaign = $2 AND s.group_key = ANY($3::text[]) AND NOT r.deleted
ORDER BY s.group_key, s.rule
"""
LIST_EPISODES = """
SELECT b.id, b.open,
  (SELECT jsonb_agg(t.event ORDER BY t.seq) FROM kpi.transitions t
   WHERE t.workspace = b.workspace AND t.breach = b.breach) AS history
FROM kpi.breaches b
WHERE b.workspace = $1 AND ($2::text IS NULL OR b.campaign = $2)
  AND ($3::boolean IS NULL OR b.open = $3) AND b.id < $4
  AND ($5::text[] IS NULL OR b.campaign = ANY($5))
ORDER BY b.id DESC LIMIT $6
"""
FIND_TRANSITIONS = """
SELECT event FROM kpi.transitions
WHERE workspace = $1 AND campaign = $2 AND event->>'rule' = $3
  AND (event->'window'->>'start')::timestamptz = $4 AND starts_with(breach, $3 || '/' || $5 || '/')
ORDER BY decided_at, seq
"""
LIST_HELD = """
SELECT min(id) AS id, source, entity, (array_agg(levels))[1] AS levels, count(*) AS rows,
  array_agg(DISTINCT measures) AS measures,
  array_remove(array_agg(DISTINCT currency), '') AS currencies,
  min(start_ms) AS since_ms, max(end_ms) AS last_ms
FROM kpi.held
WHERE workspace = $1 AND ($2::text IS NULL OR source = $2) AND (source, entity) > ($3, $4)
  AND ($5::text[] IS NULL OR levels->>$6::text = ANY($5) OR source = ANY($7::text[]))
GROUP BY source, entity ORDER BY source, entity LIMIT $8
"""
# The range keeps the look-up on the primary key, whose first columns it follows.
GET_HELD = """
SELECT source, entity FROM kpi.held
WHERE workspace = $1 AND (source, entity) > ($2, $3) AND id = $4
"""
# By the numbers, from 1, of the windows in which a period begins and ends: 0 is before the first.
FIND_SUMS = """
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


class MonitoredLine(Struct, frozen=True):
    """A line, with or without totals (an encoded message). `gap_seq`: the message that came
    although an earlier one is missing."""

    line: str
    seq: int | None
    totals: bytes | None
    complete_ms: int | None
    gap_seq: int | None
    gap_at: datetime | None


class SourceRow(Struct, frozen=True):
    """A source that feeds a line besides the ledger."""

    line: str
    source: str
    measures: list[str]
    grain_ms: int
    complete_ms: int | None
    expected_interval_s: int | None
    last_ms: int | None


class StandingRow(Struct, frozen=True):
    group_key: str
    rule: str
    rule_version: int
    severity: str | None
    since_ms: int | None
    judged_through_ms: int
    too_coarse: bool


class EpisodeRow(Struct, frozen=True):
    """An episode with its transitions as they were told (breaches.v1), in their order."""

    id: int
    open: bool
    history: list[dict[str, Any]]


class WaitingEntity(Struct, frozen=True):
    """What is kept aside of an entity. `id`: of a row of it. `measures`: their names, one a
    line."""

    id: int
    source: str
    entity: str
    levels: dict[str, str]
    rows: int
    measures: list[str]
    currencies: list[str]
    since_ms: int
    last_ms: int


async def list_lines(
    conn: Conn, reach: Reach, campaign: str, *, after: str, limit: int
) -> list[MonitoredLine]:
    """A campaign's lines by name, after `after`."""
    of = reach.workspace, campaign, after, reach.listed
    return await fetch(conn, MonitoredLine, LIST_LINES, *of, limit)


async def find_sources(
    conn: Conn, reach: Reach, campaign: str, names: list[str]
) -> list[SourceRow]:
    """Who feeds these lines, found in reach, besides the ledger."""
    return await fetch(conn, SourceRow, FIND_SOURCES, reach.workspace, campaign, names)


async def find_standings(
    conn: Conn, reach: Reach, campaign: str, names: list[str]
) -> list[StandingRow]:
    """The states of rules on these lines, found in reach."""
    keys = [group_text({"line": name}) for name in names]
    return await fetch(conn, StandingRow, FIND_STANDINGS, reach.workspace, campaign, keys)


async def list_episodes(
    conn: Conn,
    reach: Reach,
    campaign: str | None,
    *,
    is_open: bool | None,
    before: int,
    limit: int,
) -> list[EpisodeRow]:
    """Episodes, newest first; those with an id below `before`."""
    of = reach.workspace, campaign, is_open, before, reach.listed
    return await fetch(conn, EpisodeRow, LIST_EPISODES, *of, limit)


async def find_transitions(
    conn: Conn, unit: Unit, *, rule: str, group: str, start: datetime
) -> list[dict[str, Any]]:
    """What a window of a (rule, group) caused, as it was told (breaches.v1)."""
    of = unit.workspace, unit.campaign
    rows = await conn.fetch(FIND_TRANSITIONS, *of, rule, start, group)
    return [row["event"] for row in rows]


async def find_sums(
    conn: Conn, unit: Unit, measures: Iterable[str], bounds: Sequence[int], *, by_line: bool
) -> list[Any]:
    """Rows (line, measure, first, last, amount, late) for `views.series`: what is stored of the
    campaign between `bounds`, the edges of its windows; the line is None for all together. Plain
    rows: they are up to 40,000."""
    of = unit.workspace, unit.campaign, sorted(measures)
    return list(await conn.fetch(FIND_SUMS, *of, bounds, by_line, LONGEST_DAY_MS))


async def list_held(
    conn: Conn,
    reach: Reach,
    source: str | None,
    *,
    mapped: Sequence[str],
    after: tuple[str, str],
    limit: int,
) -> list[WaitingEntity]:
    """What is kept aside, by (source, entity), after `after`. Of a limited reach what names a
    campaign in it, and all of the sources that are `mapped` to one."""
    of = reach.workspace, source, *after, reach.listed, OWN_CAMPAIGN, mapped
    return await fetch(conn, WaitingEntity, LIST_HELD, *of, limit)


async def get_held(
    conn: Conn, workspace: str, *, after: tuple[str, str], row: int
) -> tuple[str, str] | None:
    """The (source, entity) after `after` of a row that is kept aside; None when it is no more."""
    found = await conn.fetchrow(GET_HELD, workspace, *after, row)
    return None if found is None else (found["source"], found["entity"])
