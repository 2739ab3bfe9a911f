"""What people do with a proposal of any kind: propose it, decide on it, withdraw it."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from budget.approval import commands as approval
from budget.approval import store as requests
from budget.approval.commands import (
    Approvals,
    Decide,
    SubmittedDocument,
    decisions_view,
    outcome_view,
)
from budget.approval.rules import ApprovalDecision, ApprovalRequest, ApprovalSubject
from budget.approval.schemas import DecisionBody
from budget.caller import add_audit, lock, stop_posting
from budget.documents.campaigns.commands import find_campaign, find_open
from budget.documents.proposals import store
from budget.documents.proposals.money import WeighedProposal
from budget.documents.proposals.proposal import Body, Proposal, ProposalContext, ProposalKind
from budget.documents.proposals.store import NewProposal, ProposalPlace
from shared.errors import ConflictError
from shared.http.caller import Caller
from shared.money import format_micros

PROPOSED_VERSION = 1
"""What is proposed is not edited: it is withdrawn, and something else is proposed."""


async def weigh(
    caller: Caller, approvals: Approvals, kind: ProposalKind[Body], campaign: str, body: Body
) -> dict[str, Any]:
    """What the proposal would come to now; nothing is stored. Raises what `propose` raises."""
    row = await find_open(caller, campaign)
    weighed = await kind.weigh(ProposalContext(caller, row, approvals.partitions()), body)
    amount = format_micros(weighed.amount)
    return {"amount": amount, "currency": row.currency, "effect": weighed.effect}


async def propose(
    caller: Caller, approvals: Approvals, kind: ProposalKind[Body], campaign: str, body: Body
) -> Proposal:
    """The next proposal of its kind, in review. Raises ConflictError `campaign_closed`, and what
    the kind's `weigh` refuses."""
    caller = await lock(caller)
    row = await find_open(caller, campaign)
    weighed = await kind.weigh(ProposalContext(caller, row, approvals.partitions()), body)
    by, stated = caller.principal.subject, body.model_dump(mode="json", by_alias=True)
    made = await store.add_proposal(
        caller.conn,
        caller.workspace,
        NewProposal(
            kind.kind,
            campaign,
            weighed.other,
            weighed.amount,
            row.currency,
            stated,
            weighed.effect,
            by,
            caller.now,
        ),
    )
    await approvals.ask(
        caller,
        SubmittedDocument(
            made.name,
            kind.kind,
            campaign,
            ApprovalSubject(weighed.amount, PROPOSED_VERSION),
            row.currency,
            row.body["region"],
            frozenset({by}),
        ),
    )
    await add_audit(caller, f"{kind.kind}_proposed", made.name, stated)
    return made


async def decide(
    caller: Caller,
    approvals: Approvals,
    kind: ProposalKind[Body],
    place: ProposalPlace,
    body: DecisionBody,
) -> dict[str, Any]:
    """One role's decision; when enough approve, what it proposes is done.

    What does not fit any more is a conflict: the decision is not stored and the request stays open.
    """
    caller = await (stop_posting(caller) if kind.moves_entries else lock(caller))
    proposal = await find_proposal(caller, place, to_write=True)
    campaign = await find_open(caller, proposal.campaign)
    request = await requests.lock_request(caller.conn, caller.workspace, proposal.name)
    outcome = await approvals.decide(caller, request, body)
    if outcome.status == "approved":
        stated = kind.body.model_validate(proposal.body)
        weighed = await kind.weigh(
            ProposalContext(caller, campaign, approvals.partitions()), stated
        )
        check_weighed(proposal, weighed)
        await _approve(caller, kind, proposal, weighed)
    elif outcome.status == "rejected":
        await store.put_decided(caller.conn, caller.workspace, proposal, "rejected", caller.now)
    approved_at = caller.now if outcome.status == "approved" else None
    return {**outcome_view(outcome), "approved_at": approved_at}


def decide_named(kind: ProposalKind[Any]) -> Decide:
    """`decide`, of the proposal that a request is about."""

    async def decided(
        caller: Caller, approvals: Approvals, name: str, body: DecisionBody
    ) -> dict[str, Any]:
        _, campaign, number = name.split("/")
        place = ProposalPlace(kind.kind, campaign, int(number))
        return await decide(caller, approvals, kind, place, body)

    return decided


async def withdraw(caller: Caller, place: ProposalPlace) -> Proposal:
    """Takes a proposal back that is still in review. Raises ForbiddenError `not_author`,
    ConflictError `not_in_review`, NotFoundError `proposal_unknown`."""
    caller = await lock(caller)
    proposal = await find_proposal(caller, place, to_write=True)
    request = await requests.lock_request(caller.conn, caller.workspace, proposal.name)
    await approval.withdraw(caller, request)
    await store.put_decided(caller.conn, caller.workspace, proposal, "withdrawn", caller.now)
    return replace(proposal, status="withdrawn", decided_at=caller.now)


async def find_proposal(
    caller: Caller, place: ProposalPlace, *, to_write: bool = False
) -> Proposal:
    """The proposal, locked for who writes; all campaigns whose money it moves are in reach. Raises
    NotFoundError `proposal_unknown`, and what writing out of reach raises."""
    await find_campaign(caller, place.campaign, to_write=to_write)
    found = await store.get_proposal(caller.conn, caller.reach, place, lock=to_write)
    if found is None:
        name = f"{place.kind}/{place.campaign}/{place.number}"
        raise caller.reach.unknown("proposal", name, to_write=to_write)
    return found


async def view_proposals(caller: Caller, rows: Sequence[Proposal]) -> list[dict[str, Any]]:
    """Proposals with their decisions, which are one statement for all of them."""
    names = [row.name for row in rows]
    asked = await requests.find_requests(caller.conn, caller.workspace, names)
    made = await requests.find_decisions(caller.conn, caller.workspace, names)
    return [_view(row, asked[row.name], made[row.name]) for row in rows]


def check_weighed(proposal: Proposal, weighed: WeighedProposal) -> None:
    """Four eyes see one amount. Raises ConflictError `subject_changed`."""
    if weighed.amount != proposal.amount:
        raise ConflictError(
            "subject_changed",
            f"it was proposed as {format_micros(proposal.amount)} and would be "
            f"{format_micros(weighed.amount)} now; withdraw it and propose it anew",
        )


async def _approve(
    caller: Caller, kind: ProposalKind[Body], proposal: Proposal, weighed: WeighedProposal
) -> None:
    approved = replace(proposal, amount=weighed.amount, effect=weighed.effect)
    await kind.follow(caller, approved, weighed)
    await store.put_decided(caller.conn, caller.workspace, approved, "approved", caller.now)
    await add_audit(caller, f"{kind.kind}_applied", proposal.name, weighed.effect)


def _view(
    row: Proposal, request: ApprovalRequest, made: Sequence[ApprovalDecision]
) -> dict[str, Any]:
    return {
        row.kind: row.number,
        "document": row.name,
        "request": request.number,
        "campaign": row.campaign,
        "status": row.status,
        "currency": row.currency,
        **row.body,
        "amount": format_micros(row.amount),
        "effect": row.effect,
        "needs": list(request.needs(made)),
        "decisions": decisions_view(made),
        "due_at": request.due_at,
        "created_by": row.created_by,
        "created_at": row.created_at,
        "decided_at": row.decided_at,
    }
