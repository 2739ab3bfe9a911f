"""HTTP: which KPIs there are, their values over windows, and breaches. Reading changes nothing."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from kpi_monitor.reading import ranges, store, views
from kpi_monitor.reading.campaigns import campaign_windows, gaps_within
from kpi_monitor.reading.schemas import BreachView, KpiView, SeriesItem
from kpi_monitor.rules.families.table import FAMILIES
from kpi_monitor.rules.kpis import KPIS, Kpi, find_kpi
from kpi_monitor.windows import parse_size
from shared.errors import InvalidError
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Reader, calling
from shared.http.instants import AnyInstant
from shared.http.paging import NEWEST, Paged, page

router = APIRouter(prefix="/v1")


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
            "unit": kpi.unit,
        }
        for kpi in KPIS.values()
    ]
    return Json({"items": items, "next": None})


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
    `range_invalid` for more than 9,000 windows or 400 days; `kpi_unknown`, `kpi_without_windows` of
    a figure that has none, `window_size_invalid`, `group_by_unknown`. 404 `campaign_unknown`.
    """
    found = _window_kpi(kpi)
    size = parse_size(window)
    low, high = ranges.span(begin, end, size)
    if group_by not in ("line", "campaign"):
        raise InvalidError("group_by_unknown", "group_by is line or campaign in this version")
    by_line = group_by == "line"
    async with calling(request, principal) as caller:
        unit, windows = await campaign_windows(caller, campaign, size)
        bounds = ranges.edges_of(windows, low, high)
        feeds = [feed for feed in unit.feeds if feed.measure in found.formula.measures]
        ranges.check_cost(len({feed.line for feed in feeds}) if by_line else 1, bounds, feeds)
        sums = await store.find_sums(
            caller.conn, unit, found.formula.measures, bounds, by_line=by_line
        )
        gaps = await gaps_within(caller.conn, feeds, bounds[0], high)
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
    paging: Paged,
    *,
    campaign: str | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
) -> Response:
    """Newest first; each is its latest event (breaches.v1) with all of them as `history`."""
    before = paging.after(NEWEST)
    async with calling(request, principal) as caller:
        of = caller.conn, caller.reach, campaign
        rows = await store.list_episodes(*of, is_open=is_open, before=before, limit=paging.rows)
    shown = page(rows, paging.limit, lambda row: [row.id])
    items = [
        {**row.history[-1], "open": row.open, "history": row.history} for row in shown["items"]
    ]
    return Json({**shown, "items": items})


def _window_kpi(name: str) -> Kpi:
    kpi = find_kpi(name)
    if not FAMILIES[kpi.kind].has_windows:
        raise InvalidError(
            "kpi_without_windows", f"{kpi.name} has no windows; budget figures are in its totals"
        )
    return kpi
