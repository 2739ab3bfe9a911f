"""What people decide on money in suspense: a line for it, or that it is written off (P30)."""

from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import APIRouter, Request, Response

from budget.caller import calling, once
from budget.documents.suspense import commands
from budget.documents.suspense.commands import SettledItems
from budget.documents.suspense.schemas import (
    AssignBody,
    AssignManyBody,
    SuspenseSettled,
    WriteOffManyBody,
)
from budget.documents.suspense.store import ItemFilter
from budget.fields import ReasonBody, amounts
from budget.ledger import held_items
from budget.ledger.schemas import HeldItemView, held_view
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.auth import Principal
from shared.http.caller import Caller, Filter, Financier, Number, Operator, Reader
from shared.http.conventions import Reply
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/suspense", tags=["held money"])


@router.post(
    "/assign", **answers(SuspenseSettled, keyed=True), summary="Assign many items to a line"
)
async def post_assign_many(request: Request, body: AssignManyBody, principal: Operator) -> Response:
    """Up to 5,000 items that fit all conditions given, the oldest first; `left` says how many more
    there are. Errors: suspense_unknown, campaign_unknown, line_unknown, currency_differs."""
    place, wanted = (body.campaign, body.line), body.wanted()
    return await _once(
        request, principal, lambda one: commands.assign(one, wanted, place, body.reason)
    )


@router.post("/write-off", **answers(SuspenseSettled, keyed=True), summary="Write many items off")
async def post_write_off_many(
    request: Request, body: WriteOffManyBody, principal: Financier
) -> Response:
    """Up to 5,000 items that fit all conditions given, the oldest first; `left` says how many more
    there are. Errors: suspense_unknown."""
    wanted = body.wanted()
    return await _once(request, principal, lambda one: commands.write_off(one, wanted, body.reason))


@router.post(
    "/{held}/assign", **answers(SuspenseSettled, keyed=True), summary="Assign an item to a line"
)
async def post_assign(
    request: Request, held: Number, body: AssignBody, principal: Operator
) -> Response:
    """Later restatements of a fact follow it. Errors: suspense_unknown, campaign_unknown,
    line_unknown, currency_differs."""
    place, wanted = (body.campaign, body.line), ItemFilter([held])
    return await _once(
        request, principal, lambda one: commands.assign(one, wanted, place, body.reason)
    )


@router.post(
    "/{held}/write-off", **answers(SuspenseSettled, keyed=True), summary="Write an item off"
)
async def post_write_off(
    request: Request, held: Number, body: ReasonBody, principal: Financier
) -> Response:
    """It moves to the account of what is written off of its source, and is listed by
    `GET /v1/suspense?state=written_off`. Errors: suspense_unknown."""
    wanted = ItemFilter([held])
    return await _once(request, principal, lambda one: commands.write_off(one, wanted, body.reason))


@router.post(
    "/{held}/restore", **answers(SuspenseSettled, keyed=True), summary="Take a write-off back"
)
async def post_restore(
    request: Request, held: Number, body: ReasonBody, principal: Financier
) -> Response:
    """The item goes where it belongs now: to its line, or back to suspense. Errors:
    suspense_unknown."""
    wanted = ItemFilter([held])
    return await _once(request, principal, lambda one: commands.restore(one, wanted, body.reason))


async def _once(
    request: Request, principal: Principal, decide: Callable[[Caller], Awaitable[SettledItems]]
) -> Response:

    async def act(caller: Caller) -> Reply:
        settled = await decide(caller)
        moved = amounts(settled.amounts)
        return Reply(200, {"entries": settled.items, "amounts": moved, "left": settled.left})

    return await once(request, principal, act)


@router.get("", **answers(Page[HeldItemView]), summary="Money that no line is known for")
async def get_suspense(
    request: Request,
    principal: Reader,
    paging: Paged,
    source: Filter = None,
    state: Literal["open", "written_off"] = "open",
) -> Json:
    """One item per delta or fact, with the reason; a mapping or campaign moves it, and so does who
    assigns it to a line or writes it off. `state`: what waits, or what was written off."""
    async with calling(request, principal) as caller:
        rows = await held_items.list_held(
            caller.conn,
            caller.reach,
            "suspense" if state == "open" else "written_off",
            after=paging.after(0),
            limit=paging.rows,
            source=source,
        )
    return paging.page([held_view(row) for row in rows], "id")
