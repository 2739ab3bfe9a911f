"""HTTP: metrics that were accepted and belong to no line yet, so that somebody maps them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from kpi_monitor.callers import Reader
from kpi_monitor.catalogue import store as store_catalog
from kpi_monitor.catalogue.mappings import load_index
from kpi_monitor.intake.placement.places import place_of
from kpi_monitor.reading import store as store_views
from kpi_monitor.reading import views
from kpi_monitor.reading.schemas import HeldView
from kpi_monitor.records.record import Place, own_place
from shared.database.pool import transaction
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.conventions import PAGE_MAX, decode_cursor, encode_cursor

router = APIRouter(prefix="/v1", tags=["numbers"])


@router.get("/held", **answers(Page[HeldView]), summary="Entities that wait for a mapping")
async def get_held(
    request: Request,
    principal: Reader,
    source: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    cursor: str | None = None,
) -> Response:
    """By source and entity; null when the event named `campaign` and `line` itself.

    `unmapped`: add a mapping (budget), and the sums move to its line. `campaign_unknown`: money
    waits for its campaign, with what restates it. `currency_differs`: money alone, of which the
    campaign counts in another currency; the counts beside it count.
    """
    after = decode_cursor(cursor, str, str)
    async with transaction(request.app.state.pool) as conn:
        rows = await store_views.held(
            conn,
            principal.workspace,
            source=source,
            after=(after[0], after[1]) if after else ("", ""),
            limit=limit + 1,
        )
        index = await load_index(conn, principal.workspace)
        places = [place_of(row, index, row["since_ms"]) for row in rows[:limit]]
        asked = {(principal.workspace, place[0]) for place in places if place}
        currencies = await store_catalog.currencies(conn, asked)
        known = {campaign for (_, campaign), currency in currencies.items() if currency}
    items = [_held(row, place, known) for row, place in zip(rows, places, strict=False)]
    last = rows[limit - 1] if len(rows) > limit else None
    following = None if last is None else encode_cursor([last["source"], last["entity"]])
    return Json({"items": items, "next": following})


def _held(row: Any, place: Place | None, known: set[str]) -> dict[str, Any]:
    reason = "unmapped"
    if place is not None:
        reason = "currency_differs" if place[0] in known else "campaign_unknown"
    own = own_place(row["levels"])
    return {
        "source": row["source"],
        "entity": row["levels"] if own is None else None,
        "campaign": None if place is None else place[0],
        "line": None if place is None else place[1],
        "reason": reason,
        "measures": sorted({name for told in row["measures"] for name in told.split("\n")}),
        "currencies": row["currencies"],
        "rows": row["rows"],
        "since": views.instant(row["since_ms"]),
        "last": views.instant(row["last_ms"]),
    }
