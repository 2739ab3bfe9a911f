"""Money that is on no line: suspense, exceptions and the decisions on them (P30, B5)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response

from budget import exceptions, store_held
from budget.replies import ExceptionDecided, HeldReply
from budget.routes.common import Decider, Filter, Paged, Reader, session
from budget.schemas import DecisionBody
from budget.tables import SCHEMA
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.conventions import Reply, idempotent
from shared.money import format_micros

router = APIRouter(prefix="/v1", tags=["held money"])


@router.get("/suspense", **answers(Page[HeldReply]), summary="Money that no line is known for")
async def get_suspense(
    request: Request,
    principal: Reader,
    paging: Paged,
    source: Filter = None,
    state: Literal["open", "written_off"] = "open",
) -> Json:
    """One item per delta or fact, with the reason; a mapping or campaign moves it, and so does who
    assigns it to a line or writes it off. `state`: what waits, or what was written off."""
    async with session(request, principal) as caller:
        rows = await store_held.list_held(
            caller.conn,
            caller.workspace,
            "suspense" if state == "open" else "written_off",
            after=paging.after(0),
            limit=paging.limit + 1,
            source=source,
        )
    return paging.page([_view(row) for row in rows], "id")


@router.get("/exceptions", **answers(Page[HeldReply]), summary="Money outside an approved flight")
async def get_exceptions(
    request: Request,
    principal: Reader,
    paging: Paged,
    campaign: Filter = None,
    status: Filter = None,
) -> Json:
    """One item per delta or fact, with the reason; approving a plan or accepting it moves it."""
    async with session(request, principal) as caller:
        rows = await store_held.list_held(
            caller.conn,
            caller.workspace,
            "exception",
            after=paging.after(0),
            limit=paging.limit + 1,
            campaign=campaign,
            status=status,
        )
    return paging.page([_view(row) for row in rows], "id")


@router.post(
    "/exceptions/{held}/decisions",
    **answers(ExceptionDecided, keyed=True),
    summary="Accept an exception on its line, or not",
)
async def post_decision(
    request: Request,
    held: Annotated[int, Path(ge=1, le=2**63 - 1)],
    body: DecisionBody,
    principal: Decider,
) -> Response:
    """Errors: exception_unknown, line_unknown, four_eyes, role_missing, already_decided,
    subject_changed."""
    async with session(request, principal) as caller:

        async def produce() -> Reply:
            return Reply(200, await exceptions.decide_exception(caller, held, body))

        return await idempotent(request, caller.conn, SCHEMA, principal, produce)


def _view(row: dict[str, Any]) -> dict[str, Any]:
    # A suspense account without a currency may hold what names one since.
    currency = row["currency"] or row["account_currency"]
    return {
        "id": row["held"],
        "status": row["status"],
        "reason": row["reason"],
        "source": row["source"],
        "event": {"source": row["source"], "id": row["event_id"]},
        "entity": row["entity"] or None,
        "campaign": row["campaign"],
        "line": row["line"],
        "amount": {"amount": format_micros(row["amount"]), "currency": currency},
        "version": row["entry"],
        "period": row["period"],
        "period_start": row["period_start"],
        "period_end": row["period_end"],
        "recorded_at": row["recorded_at"],
    }
