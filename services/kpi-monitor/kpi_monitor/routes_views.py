"""HTTP: what the monitor knows. Reading changes nothing."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from kpi_monitor import (
    SCHEMA,
    ranges,
    store_catalog,
    store_evaluate,
    store_views,
    totals,
    views,
)
from kpi_monitor.breaches import breach_of
from kpi_monitor.callers import Reader
from kpi_monitor.definition import Rule, compile_stored
from kpi_monitor.feeds import FeedState
from kpi_monitor.kpis import KPIS, Kpi
from kpi_monitor.routes import compile_checked, existing
from kpi_monitor.schemas import RuleTestBody
from kpi_monitor.schemas_views import (
    BreachView,
    Explanation,
    KpiView,
    LineView,
    SeriesItem,
    TestView,
)
from kpi_monitor.unit import Need, StoredRule, Unit, groups_of, judge, needs_of
from kpi_monitor.windows import (
    LONGEST_DAY_MS,
    WindowError,
    Windows,
    from_ms,
    parse_size,
    to_ms,
)
from shared.database.pool import Conn, transaction
from shared.errors import InvalidError, NotFoundError
from shared.freshness import state_of
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.conventions import PAGE_MAX, decode_cursor, encode_cursor
from shared.http.instants import AnyInstant
from shared.kafka.gaps import Gap, gaps_between
from shared.keys import group_text

router = APIRouter(prefix="/v1")
NEWEST = 2**62
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get(
    "/kpis",
    **answers(Page[KpiView]),
    tags=["numbers"],
    summary="KPIs that rules and series may name",
)
async def get_kpis(principal: Reader) -> Response:  # noqa: ARG001 - readers only
    """Name, formula and measures of each."""
    items = [
        {
            "kpi": kpi.name,
            "title": kpi.title,
            "formula": kpi.formula.text,
            "measures": sorted(kpi.formula.measures),
            "kind": kpi.kind,
            "group": kpi.group,
        }
        for kpi in KPIS.values()
    ]
    return Json({"items": items, "next": None})


@router.get("/lines", **answers(Page[LineView]), tags=["numbers"], summary="State of each line")
async def get_lines(
    request: Request,
    principal: Reader,
    campaign: str,
    limit: Limit = 100,
    cursor: str | None = None,
) -> Response:
    """Its sources, rules and latest totals. `gap` is set when a totals message is missing: the
    line stands still until it comes."""
    after = decode_cursor(cursor, str)
    workspace = principal.workspace
    async with transaction(request.app.state.pool) as conn:
        now = await request.app.state.clock.now(conn)
        rows = await store_views.lines(
            conn, workspace, campaign, after[0] if after else "", limit + 1
        )
        shown = rows[:limit]
        names = [row["line"] for row in shown]
        sources = await store_views.sources(conn, workspace, campaign, names)
        standings = await store_views.standings(conn, workspace, campaign, names)
    items = [
        {
            "line": row["line"],
            **_totals_state(row),
            "sources": [_source(one, now) for one in sources if one["line"] == row["line"]],
            "rules": [
                _state(s) for s in standings if s["group_key"] == group_text({"line": row["line"]})
            ],
        }
        for row in shown
    ]
    following = encode_cursor([names[-1]]) if len(rows) > limit else None
    return Json({"items": items, "next": following})


@router.get("/series", **answers(Page[SeriesItem]), tags=["numbers"], summary="A KPI over windows")
async def get_series(
    request: Request,
    principal: Reader,
    *,
    campaign: str,
    kpi: str,
    window: str,
    begin: Annotated[AnyInstant, Query(alias="from")],
    end: Annotated[AnyInstant, Query(alias="to")],
    group_by: str = "line",
) -> Response:
    """Values as of now; `restated` when a period was told again after it was complete,
    `incomplete` when records that may belong to it were lost (docs/operating.md, offset gap).

    All at once, so bounded: 422 `range_too_large` for more than 20,000 values (windows times
    lines, or times one with `group_by=campaign`) or 2,000,000 stored periods in the range, 422
    `range_invalid` for more than 9,000 windows or 400 days.
    """
    found = _window_kpi(kpi)
    size = _size(window)
    low, high = ranges.span(begin, end, size)
    if group_by not in ("line", "campaign"):
        raise InvalidError("unsupported", "group_by is line or campaign in this version")
    async with transaction(request.app.state.pool) as conn:
        unit, windows = await _campaign(conn, principal.workspace, campaign, size)
        bounds = ranges.edges_of(windows, low, high)
        feeds = [feed for feed in unit.feeds if feed.measure in found.formula.measures]
        lines = {feed.line for feed in feeds}
        ranges.check_cost(len(lines) if group_by == "line" else 1, bounds, feeds)
        sums = await store_views.sums(
            conn, unit, found.formula.measures, bounds, by_line=group_by == "line"
        )
        gaps = await _gaps(conn, feeds, bounds[0], high)
    # Beside the event loop, on which the consumer has its heartbeats.
    items = await asyncio.to_thread(views.series, unit, found, feeds, bounds, sums, gaps)
    return Json({"items": items, "next": None})


@router.get(
    "/breaches",
    **answers(Page[BreachView]),
    tags=["breaches"],
    summary="Episodes with their history",
)
async def get_breaches(
    request: Request,
    principal: Reader,
    *,
    campaign: str | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    limit: Limit = 100,
    cursor: str | None = None,
) -> Response:
    """Newest first; each is its latest event (breaches.v1) with all of them as `history`."""
    before = decode_cursor(cursor, int)
    async with transaction(request.app.state.pool) as conn:
        rows = await store_views.breaches(
            conn,
            principal.workspace,
            campaign=campaign,
            is_open=is_open,
            before=before[0] if before else NEWEST,
            limit=limit + 1,
        )
    items = [
        {**row["history"][-1], "open": row["open"], "history": row["history"]}
        for row in rows[:limit]
    ]
    following = encode_cursor([rows[limit - 1]["id"]]) if len(rows) > limit else None
    return Json({"items": items, "next": following})


@router.get(
    "/rules/{rule}/explain",
    **answers(Explanation),
    tags=["rules"],
    summary="Why a rule did what it did",
)
async def get_explanation(
    request: Request,
    rule: str,
    principal: Reader,
    group: str,
    window: AnyInstant | None = None,
) -> Response:
    """Value, threshold, numbers and sources of one window, or of the latest totals."""
    async with transaction(request.app.state.pool) as conn:
        row = await existing(conn, principal, rule)
        compiled = compile_stored(row["version"], row["body"])
        unit = await store_evaluate.load_campaign(conn, principal.workspace, compiled.campaign)
        lines = _lines_of(compiled, unit, group)
        if compiled.size is None:
            return Json({"group": group, **views.explain_totals(compiled, unit, lines)})
        if window is None or unit.zone is None:
            raise InvalidError("window_missing", "state the start of a window of a known campaign")
        windows = Windows(compiled.size, unit.zone)
        around = windows.containing(ranges.moment(window))
        unit.rules = [StoredRule(compiled, False, 0)]
        reach = (around.start - LONGEST_DAY_MS, around.end)
        needs = [Need(line, name, *reach) for line in lines for name in sorted(compiled.measures)]
        panes = (await store_evaluate.panes(conn, {unit.key: needs}, [unit]))[unit.key]
        told = await store_views.told_in(
            conn, unit, rule=rule, group=group, start=from_ms(around.start)
        )
        feeds = [f for f in unit.feeds if f.line in lines and f.measure in compiled.measures]
        gaps = await _gaps(conn, feeds, around.start, around.end)
    explained = views.explain_window(compiled, windows, feeds, panes, around.start, gaps=gaps)
    return Json({"group": group, **explained, "told": told})


@router.post("/rules/test", **answers(TestView), tags=["rules"], summary="What a rule would do")
async def test_rule(request: Request, body: RuleTestBody, principal: Reader) -> Response:
    """The transitions over stored panes of complete windows in the range; nothing is stored.

    Bounded like a series: 422 `range_too_large` for more than 20,000 windows times lines.
    """
    async with transaction(request.app.state.pool) as conn:
        rule = await compile_checked(conn, principal.workspace, body.rule, 1)
        if rule.size is None:
            raise InvalidError("unsupported", "totals keep no history to test a budget rule on")
        start, end = ranges.span(body.begin, body.end, rule.size)
        unit, windows = await _campaign(conn, principal.workspace, rule.campaign, rule.size)
        unit.rules = [StoredRule(rule, False, start)]
        # History is asked about, and the campaign and its lines were there then.
        unit.closed, unit.removed = False, set()
        # A feed without a heartbeat stays: live it lets no window close either.
        unit.feeds = [
            feed if feed.complete is None else feed._replace(complete=min(feed.complete, end))
            for feed in unit.feeds
        ]
        groups = groups_of(unit)
        lines = {line for group in groups for line in group.lines}
        feeds = [feed for group in groups for feed in group.feeds]
        ranges.check_cost(len(lines), ranges.edges_of(windows, start, end), feeds)
        panes = await store_evaluate.panes(conn, {unit.key: needs_of(unit, groups)}, [unit])
        names = await store_catalog.names(conn, [unit.key])
        now = await request.app.state.clock.now(conn)
    outcomes = await asyncio.to_thread(judge, unit, groups, panes[unit.key], to_ms(now))
    told = [
        breach_of(unit, outcome.group, one, names[unit.key], now)
        for outcome in outcomes
        for one in outcome.changes()
    ]
    told.sort(key=lambda one: (one.event_time, one.breach, one.seq))
    judged = sum(len(outcome.verdicts) for outcome in outcomes)
    return Json({"windows": judged, "transitions": told})


def _totals_state(row: Any) -> dict[str, Any]:
    if row["totals"] is None:
        return {
            "seq": row["seq"] or 0,
            "gap": _gap(row),
            "complete_through": None,
            "freshness": None,
            "totals": None,
        }
    latest = totals.read(row["totals"])
    return {
        "seq": row["seq"],
        "gap": _gap(row),
        "complete_through": views.instant(row["complete_ms"]),
        "freshness": latest.freshness,
        "totals": msgspec.to_builtins(latest, builtin_types=()),
    }


def _gap(row: Any) -> dict[str, Any] | None:
    if row["gap_seq"] is None:
        return None
    return {"expected": row["seq"] + 1, "seen": row["gap_seq"], "since": row["gap_at"]}


def _source(row: Any, now: datetime) -> dict[str, Any]:
    complete, last = views.instant(row["complete_ms"]), views.instant(row["last_ms"])
    return {
        "source": row["source"],
        "measures": row["measures"],
        "period_minutes": row["grain_ms"] // 60_000,
        "complete_through": complete,
        "state": state_of(now, complete, last, row["expected_interval_s"]),
    }


def _state(row: Any) -> dict[str, Any]:
    return {
        "rule": row["rule"],
        "rule_version": row["rule_version"],
        "severity": row["severity"],
        "since": views.instant(row["since_ms"]),
        "judged_through": views.instant(
            row["judged_through_ms"] if row["judged_through_ms"] > 0 else None
        ),
        "grain_too_coarse": row["too_coarse"],
    }


def _window_kpi(name: str) -> Kpi:
    kpi = KPIS.get(name)
    if kpi is None:
        raise InvalidError("kpi_unknown", f"{name!r} is none of {', '.join(sorted(KPIS))}")
    if kpi.kind == "budget":
        raise InvalidError("unsupported", "budget figures have no windows; ask budget for totals")
    return kpi


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except WindowError as error:
        raise InvalidError("unsupported", str(error)) from error


async def _gaps(conn: Conn, feeds: Iterable[FeedState], low: int, high: int) -> Sequence[Gap]:
    """What is told of a period comes after it: a gap later than the range may concern it."""
    until = high + views.longest_grain(feeds)
    return await gaps_between(conn, SCHEMA, from_ms(low), from_ms(until))


async def _campaign(conn: Conn, workspace: str, campaign: str, size: int) -> tuple[Unit, Windows]:
    unit = await store_evaluate.load_campaign(conn, workspace, campaign)
    if unit.zone is None:
        raise NotFoundError("campaign_unknown", f"nothing is known of {campaign}")
    return unit, Windows(size, unit.zone)


def _lines_of(rule: Rule, unit: Unit, group: str) -> list[str]:
    """Lines with data that form the group. Raises NotFoundError `group_unknown`."""
    known = {feed.line for feed in unit.feeds} | set(unit.lines)
    lines = [
        line
        for line in sorted(known)
        if rule.covers(line) and group_text(rule.group(line)) == group
    ]
    if not lines:
        detail = f"{rule.rule} has no group {group} with data; one is written as line:L02"
        raise NotFoundError("group_unknown", detail)
    return lines
