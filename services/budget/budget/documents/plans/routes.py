"""Plans: draft, submit, decide (B8, B12); versions stay readable."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from budget.approval import store as requests
from budget.approval.commands import ApprovalsOf, decisions_view
from budget.approval.rules import ApprovalDecision, ApprovalRequest
from budget.approval.schemas import DecisionBody
from budget.caller import calling, once
from budget.documents.campaigns.commands import find_campaign
from budget.documents.plans import store
from budget.documents.plans.commands import (
    find_plan,
    plan_name,
    submit_plan,
)
from budget.documents.plans.comparison import compare
from budget.documents.plans.document import by_roi, plan_view
from budget.documents.plans.in_force import decide_plan, withdraw_plan
from budget.documents.plans.proposing import DryRun, Version, proposing, try_out
from budget.documents.plans.schemas import (
    PLAN_COURSE,
    PlanBody,
    PlanCreated,
    PlanDecided,
    PlanDiff,
    PlanTried,
    PlanView,
    SubmitBody,
    Submitted,
)
from budget.documents.plans.store import PlanRecord
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Decider, Name, Operator, Reader
from shared.http.conventions import Reply
from shared.http.paging import Paged

router = APIRouter(prefix="/v1/campaigns/{campaign}/plans", tags=["plans"])


@router.post(
    "",
    **answers(PlanCreated, 201, keyed=True, also={200: PlanTried}),
    summary="Propose a plan",
)
async def post_plan(
    request: Request,
    campaign: Name,
    body: PlanBody,
    principal: Operator,
    *,
    dry_run: DryRun = False,
) -> Response:
    """The next version, a draft. `dry_run` needs no key and keeps nothing. Errors:
    campaign_closed, plan_sum_differs, …"""
    if dry_run:
        return await try_out(request, principal, campaign, body)
    return await once(request, principal, proposing(campaign, body))


@router.get("", **answers(Page[PlanView]), summary="List plan versions")
async def list_plans(
    request: Request,
    campaign: Name,
    principal: Reader,
    paging: Paged,
) -> Json:
    """All versions with their status: `in_force`, what it `superseded`, `approved` for a later
    time."""
    async with calling(request, principal) as caller:
        begin = paging.after(0)
        await find_campaign(caller, campaign)
        rows = await store.list_plans(caller.conn, caller.workspace, campaign, begin, paging.rows)
        items = await _views(caller, rows)
    return paging.page(items, "plan_version")


@router.get("/{version}", **answers(PlanView), summary="Read a plan version")
async def get_plan(
    request: Request,
    campaign: Name,
    version: Version,
    principal: Reader,
    sort: Annotated[Literal["roi"] | None, Query()] = None,
) -> Json:
    """The plan with its findings and decisions; its lines as they were sent, or ranked by
    `expected_roi`, those without one last. Errors: plan_unknown."""
    async with calling(request, principal) as caller:
        row = await find_plan(caller, campaign, version)
        [item] = await _views(caller, [row])
    if sort == "roi":
        item["lines"].sort(key=by_roi)
    return Json(item)


@router.get("/{version}/diff", **answers(PlanDiff), summary="Compare two plan versions")
async def get_diff(
    request: Request,
    campaign: Name,
    version: Version,
    principal: Reader,
    since: Annotated[int | None, Query(alias="from", ge=1, le=2**31 - 1)] = None,
) -> Json:
    """What changed since the version `from`, or the one before; a first version is all new.
    Errors: plan_unknown."""
    earlier = version - 1 if since is None else since
    async with calling(request, principal) as caller:
        after = await find_plan(caller, campaign, version)
        before = await find_plan(caller, campaign, earlier) if earlier else None
    told = compare(plan_view(before.body) if before else {}, plan_view(after.body))
    return Json({"campaign": campaign, "before": earlier, "after": version, **told})


@router.post(
    "/{version}/submit",
    **answers(Submitted, keyed=True),
    summary="Submit a draft for review",
)
async def post_submit(
    request: Request,
    campaign: Name,
    version: Version,
    body: SubmitBody,
    principal: Operator,
    *,
    approvals: ApprovalsOf,
) -> Response:
    """Errors: not_draft, target_missing, campaign_closed."""

    async def act(caller: Caller) -> Reply:
        return Reply(200, await submit_plan(caller, approvals, campaign, version, body))

    return await once(request, principal, act)


@router.post(
    "/{version}/decisions",
    **answers(PlanDecided, keyed=True),
    summary="Approve or reject as approver or finance",
)
async def post_decision(
    request: Request,
    campaign: Name,
    version: Version,
    body: DecisionBody,
    principal: Decider,
    *,
    approvals: ApprovalsOf,
) -> Response:
    """Errors: four_eyes, role_missing, already_decided, not_in_review, subject_changed,
    campaign_closed."""

    async def act(caller: Caller) -> Reply:
        return Reply(200, await decide_plan(caller, approvals, campaign, version, body))

    return await once(request, principal, act)


@router.post(
    "/{version}/withdraw", **answers(PlanView, keyed=True), summary="Withdraw a submitted plan"
)
async def post_withdraw(
    request: Request, campaign: Name, version: Version, principal: Operator
) -> Response:
    """By who created or submitted it, while it is in review; to change it, propose the next
    version. Errors: plan_unknown, not_author, not_in_review, campaign_closed."""

    async def act(caller: Caller) -> Reply:
        [item] = await _views(caller, [await withdraw_plan(caller, campaign, version)])
        return Reply(200, item)

    return await once(request, principal, act)


async def _views(caller: Caller, rows: list[PlanRecord]) -> list[dict[str, Any]]:
    """Plans with their decisions, which are one statement for all of them."""
    names = [plan_name(row) for row in rows]
    asked = await requests.find_requests(caller.conn, caller.workspace, names)
    made = await requests.find_decisions(caller.conn, caller.workspace, names)
    return [_view(row, asked.get(name), made[name]) for row, name in zip(rows, names, strict=True)]


def _view(
    row: PlanRecord, asked: ApprovalRequest | None, made: Sequence[ApprovalDecision]
) -> dict[str, Any]:
    needs = asked.needs(made) if asked else ()
    return {
        "campaign": row.campaign,
        "plan_version": row.plan_version,
        **{name: getattr(row, name) for name in PLAN_COURSE},
        **plan_view(row.body),
        "needs": list(needs),
        "decisions": decisions_view(made),
    }
