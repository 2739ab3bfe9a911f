"""The routes of every kind of proposal: propose, weigh, read, decide, withdraw."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from budget.approval.commands import ApprovalsOf
from budget.approval.schemas import DecisionBody
from budget.caller import calling, once
from budget.documents.campaigns.commands import find_campaign
from budget.documents.plans.proposing import DryRun
from budget.documents.proposals import commands, store
from budget.documents.proposals.adjustments import view_adjustments
from budget.documents.proposals.proposal import Body, ProposalKind
from budget.documents.proposals.schemas import AdjustmentView, ProposalDecided, WeighedView
from budget.documents.proposals.store import AdjustmentFilter, ProposalFilter, ProposalPlace
from shared.http.answers import Page, answers
from shared.http.app import Json
from shared.http.caller import Caller, Decider, Filter, Name, Operator, Reader
from shared.http.conventions import Reply, etag
from shared.http.paging import Paged

Count = Annotated[int, Path(ge=1, le=2**31 - 1)]


adjustments_router = APIRouter(prefix="/v1/adjustments", tags=["money moved"])


@adjustments_router.get(
    "", **answers(Page[AdjustmentView]), summary="What was done about breaches, and what came of it"
)
async def list_adjustments(
    request: Request,
    principal: Reader,
    paging: Paged,
    *,
    approvals: ApprovalsOf,
    campaign: Filter = None,
    breach: Filter = None,
) -> Json:
    """Documents that state the breach which they answer: before and after of every line as it was
    approved, and the same figures now."""
    of = AdjustmentFilter(campaign, breach)
    async with calling(request, principal) as caller:
        begin, partitions = paging.after(0), approvals.partitions()
        items = await view_adjustments(caller, partitions, of, begin, paging.rows)
    return paging.page(items, "request")


def proposal_routes(kind: ProposalKind[Body]) -> APIRouter:
    """All routes of a kind, at /v1/campaigns/{campaign}/<plural>."""
    router = APIRouter(prefix=f"/v1/campaigns/{{campaign}}/{kind.plural}", tags=["money moved"])
    _add_proposing(router, kind)
    _add_reading(router, kind)
    _add_deciding(router, kind)
    return router


def _add_proposing(router: APIRouter, kind: ProposalKind[Body]) -> None:
    async def post_proposal(
        request: Request,
        campaign: Name,
        body: Body,
        principal: Operator,
        *,
        approvals: ApprovalsOf,
        dry_run: DryRun = False,
    ) -> Response:
        async def act(caller: Caller) -> Reply:
            made = await commands.propose(caller, approvals, kind, campaign, body)
            [item] = await commands.view_proposals(caller, [made])
            path = f"/v1/campaigns/{campaign}/{kind.plural}/{made.number}"
            return Reply(201, item, {"Location": path, "ETag": etag(1)})

        if not dry_run:
            return await once(request, principal, act)
        async with calling(request, principal) as caller:
            return Json(await commands.weigh(caller, approvals, kind, campaign, body))

    # FastAPI reads the body by its annotation, and each kind has another.
    post_proposal.__annotations__["body"] = kind.body
    router.post(
        "",
        **answers(kind.view, 201, keyed=True, also={200: WeighedView}),
        summary=f"Propose a {kind.kind}",
        description=kind.about,
    )(post_proposal)


def _add_reading(router: APIRouter, kind: ProposalKind[Body]) -> None:
    @router.get("", **answers(Page.__class_getitem__(kind.view)), summary=f"List {kind.plural}")
    async def list_proposals(
        request: Request,
        campaign: Name,
        principal: Reader,
        paging: Paged,
        status: Filter = None,
    ) -> Json:
        """Also those of other campaigns that move money of this one. `status`: in_review,
        approved, rejected or withdrawn."""
        async with calling(request, principal) as caller:
            begin = paging.after(0)
            await find_campaign(caller, campaign)
            of = ProposalFilter(kind.kind, campaign, status)
            rows = await store.list_proposals(caller.conn, caller.reach, of, begin, paging.rows)
            items = await commands.view_proposals(caller, rows)
        return paging.page(items, "request")

    @router.get("/{number}", **answers(kind.view), summary=f"Read a {kind.kind}")
    async def get_proposal(
        request: Request, campaign: Name, number: Count, principal: Reader
    ) -> Json:
        """With its effect and the decisions on it. Errors: proposal_unknown."""
        async with calling(request, principal) as caller:
            place = ProposalPlace(kind.kind, campaign, number)
            row = await commands.find_proposal(caller, place)
            [item] = await commands.view_proposals(caller, [row])
        return Json(item)


def _add_deciding(router: APIRouter, kind: ProposalKind[Body]) -> None:
    place = partial(ProposalPlace, kind.kind)

    @router.post(
        "/{number}/decisions",
        **answers(ProposalDecided, keyed=True),
        summary="Approve or reject as approver or finance",
    )
    async def post_decision(
        request: Request,
        campaign: Name,
        number: Count,
        body: DecisionBody,
        principal: Decider,
        *,
        approvals: ApprovalsOf,
    ) -> Response:
        """The last approval weighs it again and does it. Errors: four_eyes, role_missing,
        already_decided, not_in_review, subject_changed, campaign_closed, and those of proposing."""

        async def act(caller: Caller) -> Reply:
            at = place(campaign, number)
            return Reply(200, await commands.decide(caller, approvals, kind, at, body))

        return await once(request, principal, act)

    @router.post(
        "/{number}/withdraw", **answers(kind.view, keyed=True), summary=f"Withdraw a {kind.kind}"
    )
    async def post_withdraw(
        request: Request, campaign: Name, number: Count, principal: Operator
    ) -> Response:
        """By who proposed it, while it is in review. Errors: not_author, not_in_review,
        proposal_unknown."""

        async def act(caller: Caller) -> Reply:
            row = await commands.withdraw(caller, place(campaign, number))
            [item] = await commands.view_proposals(caller, [row])
            return Reply(200, item)

        return await once(request, principal, act)
