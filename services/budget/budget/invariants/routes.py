"""Invariants: do the totals equal the ledger?"""

from fastapi import APIRouter, Request

from budget.invariants.schemas import InvariantsView
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.caller import Reader

router = APIRouter(prefix="/v1/invariants", tags=["totals"])


@router.get("", **answers(InvariantsView), summary="Do the totals equal the ledger?")
async def get_invariants(request: Request, principal: Reader) -> Json:
    """Adds up the whole ledger of the workspace in one snapshot; `holds` only if all does. One look
    at a time, and its answer holds for some seconds. Errors: invariants_timeout."""
    principal.reach.require_whole()
    return Json(await request.app.state.invariants.of(principal.workspace))
