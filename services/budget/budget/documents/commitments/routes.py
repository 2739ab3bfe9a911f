"""Commitments: order, read, and end what binds a campaign's money."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from budget.approval.commands import ApprovalsOf
from budget.caller import calling, once
from budget.documents.campaigns.commands import find_campaign
from budget.documents.commitments import commands, store
from budget.documents.commitments.commands import CommitmentChange
from budget.documents.commitments.schemas import (
    CommitmentCourse,
    CommitmentView,
    InvoicedBody,
    OrderBody,
)
from budget.documents.commitments.store import CommitmentFilter
from budget.fields import ReasonBody
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Filter, Name, Operator, Reader
from shared.http.conventions import Reply, etag
from shared.http.paging import Paged
from shared.money import format_micros

router = APIRouter(prefix="/v1/campaigns/{campaign}/commitments", tags=["money bound"])


@router.post("", **answers(CommitmentView, 201, keyed=True), summary="Order on a line")
async def post_commitment(
    request: Request,
    campaign: Name,
    body: OrderBody,
    principal: Operator,
    *,
    approvals: ApprovalsOf,
) -> Response:
    """Binds what the line has left; more needs an overcommitment, which people approve. Errors:
    commitment_exceeds_remaining, commitment_exists, line_unknown, amount_zero, plan_not_in_force,
    campaign_closed."""

    async def act(caller: Caller) -> Reply:
        made = await commands.order(caller, campaign, body, approvals.partitions())
        path = f"/v1/campaigns/{campaign}/commitments/{made.commitment}"
        return Reply(201, made.view, {"Location": path, "ETag": etag(1)})

    return await once(request, principal, act)


@router.get("", **answers(Page[CommitmentView]), summary="List what is bound")
async def list_commitments(
    request: Request,
    campaign: Name,
    principal: Reader,
    paging: Paged,
    *,
    line: Filter = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
) -> Json:
    """`open`: true for those that still bind something, as for a settlement; false for the others.
    Errors: campaign_unknown."""
    async with calling(request, principal) as caller:
        await find_campaign(caller, campaign)
        of = CommitmentFilter(campaign, line, is_open)
        begin = paging.after("")
        rows = await store.list_commitments(caller.conn, caller.workspace, of, begin, paging.rows)
    return paging.page([row.view for row in rows], "commitment")


@router.get("/{commitment}", **answers(CommitmentCourse), summary="Read a commitment")
async def get_commitment(
    request: Request, campaign: Name, commitment: Name, principal: Reader
) -> Json:
    """With the steps by which it bound money and let it go, the newest first, at most 1,000.
    Errors: commitment_unknown."""
    async with calling(request, principal) as caller:
        row = await commands.find_commitment(caller, campaign, commitment)
        steps = await store.list_steps(caller.conn, caller.workspace, campaign, commitment)
    shown = [
        {"at": one.at, "amount": format_micros(one.amount), "document": one.document}
        for one in steps
    ]
    return Json({**row.view, "steps": shown})


@router.post(
    "/{commitment}/invoiced",
    **answers(CommitmentView, keyed=True),
    summary="Say what of it is spend by now",
)
async def post_invoiced(
    request: Request, campaign: Name, commitment: Name, body: InvoicedBody, principal: Operator
) -> Response:
    """For money that comes to the line as spend. Errors: amount_zero, commitment_unknown,
    commitment_ended, invoice_exceeds_commitment."""

    async def act(caller: Caller) -> Reply:
        return Reply(200, (await commands.invoiced(caller, campaign, commitment, body)).view)

    return await once(request, principal, act)


@router.post(
    "/{commitment}/settle", **answers(CommitmentView, keyed=True), summary="Free what is left of it"
)
async def post_settle(
    request: Request, campaign: Name, commitment: Name, body: ReasonBody, principal: Operator
) -> Response:
    """All is invoiced that will be. Errors: commitment_unknown, commitment_ended, not_invoiced."""

    async def act(caller: Caller) -> Reply:
        wanted = CommitmentChange("settled", body.reason, lambda one: one.end("settled"))
        return Reply(200, (await commands.change(caller, campaign, commitment, wanted)).view)

    return await once(request, principal, act)


@router.post(
    "/{commitment}/cancel", **answers(CommitmentView, keyed=True), summary="Cancel the order"
)
async def post_cancel(
    request: Request, campaign: Name, commitment: Name, body: ReasonBody, principal: Operator
) -> Response:
    """Nothing of it is invoiced, nor will be. Errors: commitment_unknown, commitment_ended,
    commitment_invoiced."""

    async def act(caller: Caller) -> Reply:
        wanted = CommitmentChange("cancelled", body.reason, lambda one: one.end("cancelled"))
        return Reply(200, (await commands.change(caller, campaign, commitment, wanted)).view)

    return await once(request, principal, act)
