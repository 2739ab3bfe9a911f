"""What waits for decisions, and the policy of a workspace: who decides on what (S12, S37)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from budget.approval import policies, queue, store, store_policies
from budget.approval.commands import Approvals, ApprovalsOf
from budget.approval.policy_schemas import PolicyBody, PolicyView, stated_rules
from budget.approval.queue import OpenRequest
from budget.approval.rules import RequestStatus
from budget.approval.schemas import DecisionBody, RequestDecided, RequestView
from budget.approval.store import RequestFilter
from budget.approval.store_policies import PolicyRecord
from budget.caller import calling, lock, once
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Admin, Caller, Decider, Filter, Reader
from shared.http.conventions import Reply, check_if_match, etag
from shared.http.paging import Paged

router = APIRouter(prefix="/v1", tags=["decisions"])
RequestNumber = Annotated[int, Path(alias="request", ge=1, le=2**63 - 1)]


@router.get(
    "/approvals", **answers(Page[RequestView]), summary="What people have asked to be approved"
)
async def list_approvals(
    request: Request,
    principal: Reader,
    paging: Paged,
    *,
    approvals: ApprovalsOf,
    needs: Literal["me"] | None = None,
    state: RequestStatus | None = None,
    campaign: Filter = None,
) -> Json:
    """Requests of all kinds of documents in the order in which they were asked. `needs=me`: those
    that the caller could approve now. An exception is among them from the first decision on it."""
    async with calling(request, principal) as caller:
        begin = paging.after(0)
        if needs is None:
            of = RequestFilter(state, campaign)
            found = await queue.list_requests(caller, of, begin, paging.rows)
        elif state in (None, "in_review"):
            of = RequestFilter("in_review", campaign)
            found = await queue.find_mine(caller, approvals, of, begin, paging.rows)
        else:
            found = []
        items = [queue.view(caller, one) for one in found]
    return paging.page(items, "request")


@router.get("/approvals/{request}", **answers(RequestView), summary="Read a request for approval")
async def get_approval(request: Request, number: RequestNumber, principal: Reader) -> Json:
    """How it stands, with the decisions on it. Errors: request_unknown."""
    async with calling(request, principal) as caller:
        found = await queue.find_request(caller, number)
        made = await store.find_decisions(caller.conn, caller.workspace, [found.object])
        item = queue.view(caller, OpenRequest(found, made[found.object]))
    return Json(item)


@router.post(
    "/approvals/{request}/decisions",
    **answers(RequestDecided, keyed=True),
    summary="Approve or reject as approver or finance",
)
async def post_decision(
    request: Request,
    number: RequestNumber,
    body: DecisionBody,
    principal: Decider,
    *,
    approvals: ApprovalsOf,
) -> Response:
    """The same as deciding on the document itself, with its answer and its errors. Errors:
    request_unknown, four_eyes, role_missing, amount_above_limit, already_decided, not_in_review,
    subject_changed."""

    async def act(caller: Caller) -> Reply:
        found = await queue.find_request(caller, number, to_write=True)
        decide = approvals.kinds[found.kind]
        return Reply(200, await decide(caller, approvals, found.object, body))

    return await once(request, principal, act)


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
