"""Totals, entries, imports, invariants: every figure can be traced to its events (E24)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from budget.caller import calling
from budget.documents.campaigns.commands import find_campaign
from budget.fields import When
from budget.ledger import registry
from budget.ledger.rules import AccountKey
from budget.ledger.store import KINDS
from budget.totals import store
from budget.totals.curve import CurveQuery, Step, read_points
from budget.totals.schemas import CurveView, EntryView, SharesView, TotalsView
from budget.totals.shares import read_shares
from budget.totals.store import EntryRecord, TotalsLimits
from budget.totals.totals import TotalsQuery, read_totals
from shared.database.pool import Conn
from shared.errors import NotFoundError
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.auth import Principal
from shared.http.caller import Name, Reader
from shared.http.conventions import tagged
from shared.http.paging import Paged
from shared.http.reach import resolved
from shared.money import format_micros
from shared.names import NAME

router = APIRouter(prefix="/v1", tags=["totals"])


@router.get(
    "/campaigns/{campaign}/totals",
    **answers(TotalsView),
    summary="Figures of a campaign and its lines",
)
async def get_totals(
    request: Request,
    campaign: Name,
    principal: Reader,
    through: Annotated[When | None, Query()] = None,
    known_at: Annotated[When | None, Query()] = None,
) -> Json:
    """`through`: up to this event time; `known_at`: as recorded by then. `incomplete`: when records
    were lost, in time of receipt. Errors: campaign_unknown, totals_timeout."""
    return Json(await _read(request, campaign, principal, (through, known_at), read_totals))


@router.get(
    "/campaigns/{campaign}/channels",
    **answers(SharesView),
    summary="What each channel and category costs",
)
async def get_channels(
    request: Request,
    campaign: Name,
    principal: Reader,
    through: Annotated[When | None, Query()] = None,
    known_at: Annotated[When | None, Query()] = None,
) -> Json:
    """The figures of totals, summed by the channel and by the category of the lines. Errors:
    campaign_unknown, totals_timeout."""
    return Json(await _read(request, campaign, principal, (through, known_at), read_shares))


@router.get(
    "/campaigns/{campaign}/curve",
    **answers(CurveView, tagged=True),
    summary="Plan and actual over the flight",
)
async def get_curve(
    request: Request,
    campaign: Name,
    principal: Reader,
    *,
    line: Annotated[str | None, Query(pattern=f"^{NAME}$")] = None,
    step: Annotated[Step, Query()] = "day",
    through: Annotated[When | None, Query()] = None,
    known_at: Annotated[When | None, Query()] = None,
) -> Response:
    """Of all lines, or of one; local days or hours. `marks`: what changed the allocation, also of
    lines that no plan has any more. Errors: campaign_unknown, line_unknown, curve_too_fine,
    totals_timeout."""
    read = partial(read_points, CurveQuery(line, step))
    return tagged(request, await _read(request, campaign, principal, (through, known_at), read))


async def _read(
    request: Request,
    campaign: str,
    principal: Principal,
    limits: tuple[datetime | None, datetime | None],
    read: Callable[[Conn, TotalsQuery], Awaitable[dict[str, Any]]],
) -> dict[str, Any]:
    """What `read` says of a campaign in reach, in one snapshot."""
    state = request.app.state
    async with state.pool.acquire() as conn:
        reach = await resolved(conn, principal.reach, state.campaigns_of_regions)
        if not reach.covers(campaign):
            raise reach.unknown("campaign", campaign)
        now = await state.clock.now(conn)
        asked = TotalsQuery(
            principal.workspace,
            campaign,
            now,
            TotalsLimits(*limits, state.settings.totals_timeout_s),
            max(1, state.partitions()),
        )
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            return await read(conn, asked)


@router.get(
    "/campaigns/{campaign}/lines/{line}/entries",
    **answers(Page[EntryView]),
    summary="Ledger entries of a line",
)
async def get_entries(
    request: Request,
    campaign: Name,
    line: Name,
    principal: Reader,
    paging: Paged,
) -> Json:
    """In the order of their numbers. Errors: campaign_unknown, line_unknown."""
    async with calling(request, principal) as caller:
        row = await find_campaign(caller, campaign)
        key = AccountKey(caller.workspace, "line", campaign, line, "", row.currency)
        account = (await registry.find_accounts(caller.conn, [key])).get(key)
        if account is None:
            raise NotFoundError("line_unknown", f"{campaign} has no line {line}")
        rows = await store.list_entries(
            caller.conn, account, row.time_zone, after=paging.after(0), limit=paging.rows
        )
    items = [_entry(entry, row.currency) for entry in rows]
    return paging.page(items, "entry")


def _entry(row: EntryRecord, currency: str) -> dict[str, Any]:
    amount = format_micros(row.amount)
    return {
        "entry": row.entry,
        "event": {"source": row.source, "id": row.event_id},
        "amount": amount,
        "native": {"amount": amount, "currency": currency},
        "rate": None,
        "period": row.period,
        "kind": KINDS[row.kind],
        "corrects": row.corrects,
        "at": row.at,
        "recorded_at": row.recorded_at,
    }
