"""HTTP: metrics that were accepted and belong to no line yet, so that somebody maps them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from kpi_monitor import store_views, views
from kpi_monitor.catalog import load_index
from kpi_monitor.routes import Reader
from kpi_monitor.schemas_views import HeldView
from shared.answers import Page, answers
from shared.database import transaction
from shared.http import Json
from shared.mapping import MappingIndex
from shared.requests import PAGE_MAX, decode_cursor, encode_cursor

router = APIRouter(prefix="/v1", tags=["numbers"])


@router.get("/held", **answers(Page[HeldView]), summary="Entities that wait for a mapping")
async def get_held(
    request: Request,
    principal: Reader,
    source: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
    cursor: str | None = None,
) -> Response:
    """By source and entity. Add a mapping (budget), and the sums move to its line.

    `currency_differs`: a mapping leads to a campaign in another currency, so the money waits.
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
    items = [_held(row, index) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    following = None if last is None else encode_cursor([last["source"], last["entity"]])
    return Json({"items": items, "next": following})


def _held(row: Any, index: MappingIndex) -> dict[str, Any]:
    since, last = views.instant(row["since_ms"]), views.instant(row["last_ms"])
    reason: Literal["unmapped", "currency_differs"] = "unmapped"
    if since is not None and index.resolve(row["source"], row["levels"], since) is not None:
        reason = "currency_differs"
    return {
        "source": row["source"],
        "entity": row["levels"],
        "reason": reason,
        "measures": row["measures"],
        "currencies": row["currencies"],
        "rows": row["rows"],
        "since": since,
        "last": last,
    }
