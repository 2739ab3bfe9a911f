"""HTTP: metrics that were accepted and belong to no line yet, so that somebody maps them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from kpi_monitor.catalogue import store as catalogue
from kpi_monitor.reading.held import Position, list_held
from kpi_monitor.reading.schemas import HeldView
from kpi_monitor.reading.store import WaitingEntity
from kpi_monitor.records.record import Place, own_place
from kpi_monitor.windows import instant
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Reader, calling
from shared.http.paging import Paged, decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/held", tags=["numbers"])


@router.get("", **answers(Page[HeldView]), summary="Entities that wait for a mapping")
async def get_held(
    request: Request,
    principal: Reader,
    paging: Paged,
    source: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """By source and entity; null when the event named `campaign` and `line` itself.

    `unmapped`: add a mapping (budget), and the sums move to its line. `campaign_unknown`: money
    waits for its campaign, with what restates it. `currency_differs`: money alone, of which the
    campaign counts in another currency; the counts beside it count. To who is limited to some
    campaigns a page may have fewer items than `limit`, or none: it ends with `next` null alone.
    """
    begin = Position(*decode_cursor(paging.cursor, str, str, int) or ())
    async with calling(request, principal) as caller:
        rows, more = await list_held(caller, source, after=begin, limit=paging.limit)
        asked = {(caller.workspace, place[0]) for _, place in rows if place}
        currencies = await catalogue.find_currencies(caller.conn, asked)
    known = {campaign for (_, campaign), currency in currencies.items() if currency}
    items = [_held(row, place, known) for row, place in rows]
    return Json({"items": items, "next": None if more is None else encode_cursor(more)})


def _held(row: WaitingEntity, place: Place | None, known: set[str]) -> dict[str, Any]:
    reason = "unmapped"
    if place is not None:
        reason = "currency_differs" if place[0] in known else "campaign_unknown"
    return {
        "source": row.source,
        "entity": row.levels if own_place(row.levels) is None else None,
        "campaign": None if place is None else place[0],
        "line": None if place is None else place[1],
        "reason": reason,
        "measures": sorted({name for told in row.measures for name in told.split("\n")}),
        "currencies": row.currencies,
        "rows": row.rows,
        "since": instant(row.since_ms),
        "last": instant(row.last_ms),
    }
