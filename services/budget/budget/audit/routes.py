"""The audit of decisions, readable by auditors (A8, A9)."""

from fastapi import APIRouter, Request
from msgspec.structs import asdict

from budget.audit import store
from budget.audit.schemas import AuditView
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Auditor, calling
from shared.http.paging import Paged

router = APIRouter(prefix="/v1", tags=["audit"])


@router.get("/audit", **answers(Page[AuditView]), summary="Who decided what, as a hash chain")
async def get_audit(
    request: Request,
    principal: Auditor,
    paging: Paged,
) -> Json:
    """Rows in order; each `hash` covers its row and the hash before."""
    async with calling(request, principal) as caller:
        # A chain is of the whole workspace.
        limit = paging.rows if caller.reach.is_whole else 0
        rows = await store.list_records(caller.conn, caller.workspace, paging.after(0), limit)
    items = [
        {**asdict(row), "previous": row.previous.hex(), "hash": row.hash.hex()} for row in rows
    ]
    return paging.page(items, "seq")
