"""HTTP: what the monitor knows. Reading changes nothing."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from kpi_monitor.callers import Reader
from kpi_monitor.reading import ranges, views
from kpi_monitor.reading import store as store_views
from kpi_monitor.reading.campaigns import campaign_windows, gaps_within
from kpi_monitor.reading.schemas import (
    BreachView,
    KpiView,
    LineView,
    SeriesItem,
)
from kpi_monitor.rules.kpis import KPIS, Kpi
from kpi_monitor.totals import figures as totals
from kpi_monitor.windows import (
    WindowError,
    parse_size,
)
from shared.database.pool import transaction
from shared.errors import InvalidError
from shared.freshness import state_of
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.conventions import PAGE_MAX, decode_cursor, encode_cursor
from shared.http.instants import AnyInstant
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
        unit, windows = await campaign_windows(conn, principal.workspace, campaign, size)
        bounds = ranges.edges_of(windows, low, high)
        feeds = [feed for feed in unit.feeds if feed.measure in found.formula.measures]
        lines = {feed.line for feed in feeds}
        ranges.check_cost(len(lines) if group_by == "line" else 1, bounds, feeds)
        sums = await store_views.sums(
            conn, unit, found.formula.measures, bounds, by_line=group_by == "line"
        )
        gaps = await gaps_within(conn, feeds, bounds[0], high)
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
