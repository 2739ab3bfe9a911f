"""The policy of a workspace: who decides on what (S37)."""

from fastapi import APIRouter, Request, Response

from budget.approval import policies, store_policies
from budget.approval.commands import Approvals, ApprovalsOf
from budget.approval.policy_schemas import PolicyBody, PolicyView, stated_rules
from budget.approval.store_policies import PolicyRecord
from budget.caller import calling, lock
from shared.http.answers import answers
from shared.http.app import Json
from shared.http.caller import Admin, Caller, Reader
from shared.http.conventions import check_if_match, etag

router = APIRouter(prefix="/v1", tags=["decisions"])


@router.get("/policy", **answers(PolicyView, headers=["ETag"]), summary="Who decides on what")
async def get_policy(request: Request, principal: Reader, *, approvals: ApprovalsOf) -> Json:
    """The rules in force, read from the top: the first that fits a document holds for it."""
    async with calling(request, principal) as caller:
        caller.reach.require_whole()
        found = await _newest(caller, approvals)
    return _answer(found)


@router.put(
    "/policy",
    **answers(PolicyView, headers=["ETag"], if_match="required"),
    summary="State who decides on what",
)
async def put_policy(
    request: Request, body: PolicyBody, principal: Admin, *, approvals: ApprovalsOf
) -> Response:
    """What was asked for before keeps the roles, the number of decisions and the time it was asked
    with; limits and deputies are those of now. Errors: policy_invalid."""
    async with calling(request, principal) as caller:
        caller.reach.require_whole()
        held = await lock(caller)
        check_if_match(request, (await _newest(held, approvals)).version)
        made = await policies.put_policy(held, body, approvals.kinds)
    return _answer(made)


async def _newest(caller: Caller, approvals: Approvals) -> PolicyRecord:
    found = await store_policies.get_newest(caller.conn, caller.workspace)
    return found or PolicyRecord(0, stated_rules(approvals.house))


def _answer(found: PolicyRecord) -> Json:
    shown = {name: getattr(found, name) for name in found.__struct_fields__}
    return Json(shown, headers={"ETag": etag(found.version)})
