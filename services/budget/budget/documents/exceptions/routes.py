"""Exceptions and the decisions on them (B5)."""

from fastapi import APIRouter, Request, Response

from budget.approval.commands import ApprovalsOf
from budget.approval.schemas import DecisionBody
from budget.caller import calling, once
from budget.documents.exceptions import commands
from budget.documents.exceptions.schemas import ExceptionDecided
from budget.ledger import held_items
from budget.ledger.schemas import HeldItemView, held_view
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Decider, Filter, Number, Reader
from shared.http.conventions import Reply
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/exceptions", tags=["held money"])


@router.get("", **answers(Page[HeldItemView]), summary="Money outside an approved flight")
async def get_exceptions(
    request: Request,
    principal: Reader,
    paging: Paged,
    campaign: Filter = None,
    status: Filter = None,
) -> Json:
    """One item per delta or fact, with the reason; approving a plan or accepting it moves it."""
    async with calling(request, principal) as caller:
        rows = await held_items.list_held(
            caller.conn,
            caller.reach,
            "exception",
            after=paging.after(0),
            limit=paging.rows,
            campaign=campaign,
            status=status,
        )
    return paging.page([held_view(row) for row in rows], "id")


@router.post(
    "/{held}/decisions",
    **answers(ExceptionDecided, keyed=True),
    summary="Accept an exception on its line, or not",
)
async def post_decision(
    request: Request,
    held: Number,
    body: DecisionBody,
    principal: Decider,
    *,
    approvals: ApprovalsOf,
) -> Response:
    """Errors: exception_unknown, line_unknown, four_eyes, role_missing, already_decided,
    subject_changed."""

    async def act(caller: Caller) -> Reply:
        return Reply(200, await commands.decide_exception(caller, approvals, held, body))

    return await once(request, principal, act)
