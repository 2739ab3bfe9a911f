"""The audit of decisions, readable by auditors (A8, A9)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from msgspec.structs import asdict

from budget.audit import store
from budget.audit.schemas import AuditView, ChainView
from budget.audit.store import AuditFilter
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Auditor, Filter, calling
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get("", **answers(Page[AuditView]), summary="Who decided what, as a hash chain")
async def get_audit(
    request: Request,
    principal: Auditor,
    paging: Paged,
    *,
    actor: Filter = None,
    action: Filter = None,
    about: Annotated[Filter, Query(alias="object")] = None,
    campaign: Filter = None,
) -> Json:
    """Rows in order; each `hash` covers its row and the hash before. A credential that is limited
    sees those of its campaigns."""
    of = AuditFilter(actor, action, about, campaign)
    async with calling(request, principal) as caller:
        rows = await store.list_records(caller.conn, caller.reach, of, paging.after(0), paging.rows)
    items = [
        {**asdict(row), "previous": row.previous.hex(), "hash": row.hash.hex()} for row in rows
    ]
    return paging.page(items, "seq")


@router.get("/verify", **answers(ChainView), summary="Whether the audit is whole")
async def get_verify(request: Request, principal: Auditor) -> Json:
    """Reads the whole chain. Keep `rows` and `head`: a chain that was cut off and holds else has
    fewer rows later, or another hash at that row."""
    async with calling(request, principal) as caller:
        caller.reach.require_whole()
        chain = await store.verify(caller.conn, caller.workspace)
    return Json({"holds": chain.broken_at is None, **asdict(chain), "head": chain.head.hex()})
