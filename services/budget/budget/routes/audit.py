"""The audit of decisions, readable by auditors (A8, A9)."""

from typing import Annotated

from fastapi import APIRouter, Request

from budget import store_audit
from budget.audit_schemas import AuditReply
from budget.caller import session
from budget.routes.common import Paged
from shared.http.answers import Page, answers
from shared.http.app import Json, require
from shared.http.auth import Principal

router = APIRouter(prefix="/v1", tags=["audit"])
Auditor = Annotated[Principal, require("auditor", "finance", "approver")]


@router.get("/audit", **answers(Page[AuditReply]), summary="Who decided what, as a hash chain")
async def get_audit(
    request: Request,
    principal: Auditor,
    paging: Paged,
) -> Json:
    """Rows in order; each `hash` covers its row and the hash before."""
    async with session(request, principal) as caller:
        rows = await store_audit.list_rows(
            caller.conn, caller.workspace, paging.after(0), paging.limit + 1
        )
    items = [{**row, "previous": row["previous"].hex(), "hash": row["hash"].hex()} for row in rows]
    return paging.page(items, "seq")
