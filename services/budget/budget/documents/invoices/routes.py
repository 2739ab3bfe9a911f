"""Invoices: money that people state, and its corrections (E24)."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from msgspec.structs import asdict

from budget.caller import calling, once
from budget.documents.campaigns.commands import find_campaign
from budget.documents.invoices import commands, store
from budget.documents.invoices.schemas import InvoiceBody, InvoiceBooked, InvoiceView
from budget.documents.invoices.store import Invoice, InvoiceFilter
from shared.http.answers import Page, answers
from shared.http.app import Json, require
from shared.http.auth import Principal
from shared.http.caller import Caller, Filter, Name, Reader
from shared.http.conventions import Reply, etag
from shared.http.paging import Paged
from shared.money import format_micros

router = APIRouter(prefix="/v1/campaigns/{campaign}/invoices", tags=["money bound"])
Bookkeeper = Annotated[Principal, require("operator", "finance")]


@router.post(
    "", **answers(InvoiceBooked, 201, keyed=True), summary="Book an invoice, or correct it"
)
async def post_invoice(
    request: Request, campaign: Name, body: InvoiceBody, principal: Bookkeeper
) -> Response:
    """Each row is spend of its line on that day. A correction states the whole invoice anew and
    names the version it `corrects`; the difference is booked. Errors: invoice_exists, line_unknown,
    commitment_unknown, commitment_line_differs, duplicate, future_time, campaign_unknown."""

    async def act(caller: Caller) -> Reply:
        booked = await commands.book_invoice(caller, campaign, body)
        shown = _view(booked.invoice, booked.currency) | {"findings": booked.findings}
        path = f"/v1/campaigns/{campaign}/invoices?supplier={body.supplier}&invoice={body.invoice}"
        return Reply(201, shown, {"Location": path, "ETag": etag(booked.invoice.version)})

    return await once(request, principal, act)


@router.get("", **answers(Page[InvoiceView]), summary="List invoices, every version")
async def list_invoices(
    request: Request,
    campaign: Name,
    principal: Reader,
    paging: Paged,
    *,
    supplier: Filter = None,
    invoice: Filter = None,
) -> Json:
    """In the order in which they were booked; of an invoice the last version holds. Errors:
    campaign_unknown."""
    async with calling(request, principal) as caller:
        row = await find_campaign(caller, campaign)
        of, begin = InvoiceFilter(campaign, supplier, invoice), paging.after(0)
        rows = await store.list_invoices(caller.conn, caller.workspace, of, begin, paging.rows)
    return paging.page([_view(one, row.currency) for one in rows], "number")


def _view(row: Invoice, currency: str) -> dict[str, Any]:
    shown = asdict(row)
    del shown["campaign"]
    stated = {"date": shown.pop("dated"), "total": format_micros(row.total)}
    return shown | stated | {"currency": currency}
