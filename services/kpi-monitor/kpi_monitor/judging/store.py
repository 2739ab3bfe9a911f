"""SQL of the evaluate step: read touched units whole, write what changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kpi_monitor.catalogue import store as catalogue
from kpi_monitor.catalogue.objects import WATCHED, Watched
from kpi_monitor.records.measures import SPEND
from kpi_monitor.rules.definition import compile_stored
from kpi_monitor.rules.episodes import EpisodeState
from kpi_monitor.rules.feeds import FeedState, spend_feed
from kpi_monitor.rules.unit import GroupOutcome, Need, Pane, Standing, StoredRule, Unit
from kpi_monitor.totals import figures as totals
from kpi_monitor.units.unit import WORKSPACE, UnitKey
from kpi_monitor.windows import Windows, edges, to_ms
from shared.database.pool import Conn, columns, integers
from shared.events import Breach
from shared.keys import group_text

Scope = list[tuple[str, str, str | None]]
"""(workspace, campaign, line or source) to read; None for all of the campaign or workspace."""

RULES = """
SELECT r.workspace, r.campaign, r.version, r.body, r.deleted, r.effective_from_ms
FROM kpi.rules r
JOIN unnest($1::text[], $2::text[]) AS u(workspace, campaign) USING (workspace, campaign)
WHERE NOT r.deleted OR EXISTS (SELECT FROM kpi.standings s
  WHERE s.workspace = r.workspace AND s.rule = r.rule AND s.severity IS NOT NULL)
ORDER BY r.workspace, r.rule
"""
# A line that is null stands for all of its campaign; of a workspace lines are its sources. The two
# are asked for apart, each by its index: a condition over both would compare every line touched
# with every line there is.
SCOPE = "unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, campaign, line)"
STANDINGS = f"""
SELECT s.* FROM {SCOPE} JOIN kpi.standings s USING (workspace, campaign) WHERE u.line IS NULL
UNION ALL
SELECT s.* FROM unnest($4::text[], $5::text[], $6::text[]) AS u(workspace, rule, group_key)
JOIN kpi.standings s USING (workspace, rule, group_key)
"""
LINES = f"""
SELECT l.* FROM {SCOPE} JOIN kpi.lines l USING (workspace, campaign)
WHERE u.line IS NULL AND l.totals IS NOT NULL
UNION ALL
SELECT l.* FROM {SCOPE} JOIN kpi.lines l USING (workspace, campaign, line)
WHERE l.totals IS NOT NULL
"""
FEEDS = f"""
SELECT f.workspace, f.campaign, f.line, f.measure, f.source, max(f.grain_ms) AS grain_ms,
  max(s.complete_ms) AS complete_ms, coalesce(max(s.set_aside), 0) AS set_aside,
  max(s.settled_ms) AS settled_ms
FROM (
  SELECT f.* FROM {SCOPE} JOIN kpi.feeds f USING (workspace, campaign) WHERE u.line IS NULL
  UNION ALL
  SELECT f.* FROM {SCOPE} JOIN kpi.feeds f USING (workspace, campaign, line)) AS f
LEFT JOIN kpi.sources s ON s.workspace = f.workspace AND s.source = f.source
GROUP BY 1, 2, 3, 4, 5
"""
# Panes that no edge of a window tells apart come as one: adding up an hour of them here costs a
# sixth of what it costs in Python.
PANES = """
SELECT u.n, min(p.start_ms), max(p.end_ms), p.known_ms, sum(p.amount)::text
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text::bigint[], $6::text::bigint[])
  WITH ORDINALITY AS u(workspace, campaign, line, measure, from_ms, to_ms, n)
JOIN kpi.series s USING (workspace, campaign, line, measure)
JOIN kpi.panes p ON p.series = s.series AND p.start_ms >= u.from_ms AND p.start_ms < u.to_ms
GROUP BY u.n, p.known_ms, coalesce(width_bucket(p.start_ms, $7), p.start_ms),
  coalesce(width_bucket(p.end_ms - 1, $7), p.end_ms)
"""
SAVE_STANDINGS = """
INSERT INTO kpi.standings AS s (workspace, rule, group_key, campaign, rule_version,
  judged_through_ms, episode, seq, severity, since_ms, window_start_ms, too_coarse, plan_version)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text::bigint[],
  $6::text::bigint[], $7::text::bigint[], $8::text::bigint[], $9::text[], $10::bigint[],
  $11::bigint[], $12::boolean[], $13::bigint[])
ON CONFLICT (workspace, rule, group_key) DO UPDATE SET campaign = excluded.campaign,
  rule_version = excluded.rule_version, judged_through_ms = excluded.judged_through_ms,
  episode = excluded.episode, seq = excluded.seq, severity = excluded.severity,
  since_ms = excluded.since_ms, window_start_ms = excluded.window_start_ms,
  too_coarse = excluded.too_coarse, plan_version = excluded.plan_version
"""
ADD_TRANSITIONS = """
INSERT INTO kpi.transitions (workspace, breach, seq, campaign, transition, event, decided_at)
SELECT u.*, $7 FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[],
  $6::jsonb[]) AS u
"""
SAVE_BREACHES = """
INSERT INTO kpi.breaches (workspace, breach, campaign, rule, open)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[])
ON CONFLICT (workspace, breach) DO UPDATE SET open = excluded.open
"""


async def find_units(
    conn: Conn,
    touched: Mapping[UnitKey, set[str] | None],
    of_workspaces: Sequence[StoredRule] = (),
    kinds: Mapping[str, Watched] = WATCHED,
) -> list[Unit]:
    """Units that have rules, with all that these are judged on except panes; `of_workspaces`: the
    rules that every workspace has."""
    units: dict[UnitKey, Unit] = {
        key: Unit(*key, rules=[*of_workspaces]) for key in touched if key[1] == WORKSPACE
    }
    for row in await conn.fetch(RULES, *columns(sorted(touched), 2)):
        key = (row["workspace"], row["campaign"])
        rule = compile_stored(row["version"], row["body"])
        unit = units.setdefault(key, Unit(*key))
        unit.rules.append(StoredRule(rule, row["deleted"], row["effective_from_ms"]))
    if not units:
        return []
    scope: Scope = []
    groups: list[tuple[str, str, str]] = []
    for key, unit in units.items():
        lines, rules = touched[key], [stored.rule for stored in unit.rules]
        if lines is None or any(rule.group_by == "campaign" for rule in rules):
            scope.append((*key, None))
            continue
        for line in sorted(lines):
            scope.append((*key, line))
            groups += [(key[0], one.rule, group_text(one.group(line))) for one in rules]
    await _read_scope(conn, units, scope, groups)
    await _read_plans(conn, units)
    await _read_watched(conn, units, scope, kinds)
    return list(units.values())


async def get_unit(conn: Conn, workspace: str, campaign: str) -> Unit:
    """One campaign with all its lines and feeds, without rules: what people ask about."""
    unit = Unit(workspace, campaign)
    units = {(workspace, campaign): unit}
    await _read_scope(conn, units, [(workspace, campaign, None)])
    await _read_plans(conn, units)
    return unit


async def _read_plans(conn: Conn, units: Mapping[UnitKey, Unit]) -> None:
    """What the catalogue says of the campaigns: zone, end, closed or not, lines left out."""
    for key, (known, deleted) in (await catalogue.find_campaigns(conn, units)).items():
        unit = units[key]
        unit.zone = known.time_zone or unit.zone
        unit.ends = None if known.ends_at is None else to_ms(known.ends_at)
        unit.closed = deleted or known.status == "closed"
    for key, line in await catalogue.find_removed_lines(conn, units):
        units[key].removed.add(line)


async def _read_watched(
    conn: Conn, units: Mapping[UnitKey, Unit], scope: Scope, kinds: Mapping[str, Watched]
) -> None:
    """Objects of the catalogue that families look at."""
    asked = [
        (workspace, kind, campaign, name)
        for workspace, campaign, name in scope
        for kind, watched in kinds.items()
        if watched.is_judged and watched.of_workspace == (campaign == WORKSPACE)
    ]
    for found in await catalogue.find_watched(conn, asked):
        units[found.unit].watched.setdefault(found.kind, {})[found.id] = found.object


async def _read_scope(
    conn: Conn,
    units: Mapping[UnitKey, Unit],
    touched: Scope,
    groups: Sequence[tuple[str, str, str]] = (),
) -> None:
    """`groups`: (workspace, rule, group) of the lines that are named in `touched`."""
    scope = columns(touched, 3)
    for row in await conn.fetch(STANDINGS, *scope, *columns(groups, 3)):
        unit = units[row["workspace"], row["campaign"]]
        unit.standings[row["rule"], row["group_key"]] = _standing(row)
    complete: dict[tuple[str, str, str], int | None] = {}
    for row in await conn.fetch(LINES, *scope):
        key = (row["workspace"], row["campaign"])
        known = totals.read(row["totals"])
        units[key].lines[row["line"]] = known
        units[key].zone = known.time_zone
        complete[*key, row["line"]] = row["complete_ms"]
    for row in await conn.fetch(FEEDS, *scope):
        key, line = (row["workspace"], row["campaign"]), row["line"]
        if row["measure"] == SPEND:
            at = complete.get((*key, line))
            told = units[key].lines.get(line)
            feed = spend_feed(line, row["grain_ms"], at, row["source"], told)
        else:
            feed = FeedState(
                line,
                row["measure"],
                row["source"],
                row["grain_ms"],
                row["complete_ms"],
                row["set_aside"],
                row["settled_ms"],
            )
        units[key].feeds.append(feed)


def _standing(row: Any) -> Standing:
    episode = EpisodeState(row["episode"], row["seq"], row["severity"], row["since_ms"])
    return Standing(
        judged_through=row["judged_through_ms"],
        rule_version=row["rule_version"],
        episode=episode,
        window_start=row["window_start_ms"],
        too_coarse=row["too_coarse"],
        plan_version=row["plan_version"],
    )


async def find_panes(
    conn: Conn, needs: Mapping[UnitKey, Sequence[Need]], units: Iterable[Unit]
) -> dict[UnitKey, list[Pane]]:
    """The panes each campaign needs, added up as far as the windows of its rules allow."""
    found: dict[UnitKey, list[Pane]] = {key: [] for key in needs}
    asked = [(key, need) for key in sorted(needs) for need in needs[key]]
    if not asked:
        return found
    tilings = {
        Windows(stored.rule.size, unit.zone)
        for unit in units
        for stored in unit.rules
        if stored.rule.size is not None and unit.zone is not None
    }
    start, end = min(need.start for _, need in asked), max(need.end for _, need in asked)
    rows = await conn.fetch(
        PANES,
        [key[0] for key, _ in asked],
        [key[1] for key, _ in asked],
        [need.line for _, need in asked],
        [need.measure for _, need in asked],
        integers(need.start for _, need in asked),
        integers(need.end for _, need in asked),
        edges(tilings, start, end),
    )
    for number, begin, until, known, amount in rows:
        key, need = asked[number - 1]
        found[key].append(Pane(need.line, need.measure, begin, until, known, int(amount)))
    return found


async def put_outcomes(
    conn: Conn,
    outcomes: Iterable[tuple[Unit, GroupOutcome]],
    told: Sequence[tuple[str, str, Breach]],
    now: datetime,
) -> None:
    """Writes standings, the history of `told` (workspace, campaign, breach), and what is open."""
    rows = sorted(_standing_row(unit, outcome) for unit, outcome in outcomes)
    if rows:
        arrays = columns(rows, 13)
        numbers = [integers(array) for array in arrays[4:8]]
        await conn.execute(SAVE_STANDINGS, *arrays[:4], *numbers, *arrays[8:])
    if not told:
        return
    events = [
        (workspace, one.breach, one.seq, campaign, one.transition, one)
        for workspace, campaign, one in told
    ]
    await conn.execute(ADD_TRANSITIONS, *columns(events, 6), now)
    latest = {
        (workspace, one.breach): (campaign, one.rule, one.transition != "resolved")
        for workspace, campaign, one in told
    }
    await conn.execute(SAVE_BREACHES, *columns([(*key, *latest[key]) for key in latest], 5))


def _standing_row(unit: Unit, outcome: GroupOutcome) -> tuple[Any, ...]:
    standing, episode = outcome.standing, outcome.standing.episode
    return (
        unit.workspace,
        outcome.group.rule.rule,
        outcome.group.key,
        unit.campaign,
        standing.rule_version,
        standing.judged_through,
        episode.number,
        episode.seq,
        episode.severity,
        episode.since,
        standing.window_start,
        standing.too_coarse,
        standing.plan_version,
    )
