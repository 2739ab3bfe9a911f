"""Asking for approval, and one decision of one person: judged, stored, written into the audit."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, Protocol

from fastapi import Depends, Request

from budget import announcements
from budget.approval import store, store_policies
from budget.approval.policy import PolicyRule, rule_for
from budget.approval.policy_schemas import read_rules
from budget.approval.rules import (
    ApprovalDecision,
    ApprovalRequest,
    ApprovalSubject,
    DecisionOutcome,
    check_subject,
    judge_by,
)
from budget.approval.schemas import DecisionBody
from budget.caller import add_audit
from budget.fields import money, plain
from shared.errors import ConflictError, ForbiddenError
from shared.events import CatalogItem
from shared.http.caller import Caller
from shared.money import format_micros


class Decide(Protocol):
    """One person's decision on a document of a kind, by its name in the audit: judged, and what
    follows is done; the answer of the route."""

    def __call__(
        self, caller: Caller, approvals: "Approvals", name: str, body: DecisionBody
    ) -> Awaitable[dict[str, Any]]: ...


class SubmittedDocument(NamedTuple):
    """A document that needs approval, as it stands."""

    object: str
    kind: str
    campaign: str
    subject: ApprovalSubject
    currency: str
    region: str | None = None
    authors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Approvals:
    """The policy of who has stated none, who decides on each kind of document, and how many
    partitions Kafka names, for the figures that a document would change."""

    house: Sequence[PolicyRule]
    kinds: Mapping[str, Decide]
    partitions: Callable[[], int]

    async def policy(self, caller: Caller) -> Sequence[PolicyRule]:
        """The rules of the caller's workspace."""
        stated = await store_policies.get_newest(caller.conn, caller.workspace)
        return self.house if stated is None else read_rules(stated.rules)

    async def ask(self, caller: Caller, document: SubmittedDocument) -> ApprovalRequest:
        """A request for what the policy of today says; of an object that changed, a new one."""
        rule = rule_for(
            await self.policy(caller),
            document.kind,
            document.subject.amount,
            document.currency,
            document.region,
        )
        due_at = None if rule.time_limit is None else caller.now + rule.time_limit
        by = caller.principal.subject if document.authors else None
        request = ApprovalRequest(
            *document, rule.roles, rule.decisions, "in_review", caller.now, due_at, by
        )
        await store.put_request(caller.conn, caller.workspace, request)
        await _tell(caller, request)
        return request

    async def decide(
        self, caller: Caller, request: ApprovalRequest | None, body: DecisionBody
    ) -> DecisionOutcome:
        """Judges and stores one decision; see `judge` and `check_subject`. What follows is the
        kind's.

        Raises ConflictError `not_in_review` also where nobody has asked.
        """
        if request is None:
            raise ConflictError("not_in_review", "nobody has asked for it: submit it first")
        earlier = await store.find_decisions(caller.conn, caller.workspace, [request.object])
        made = ApprovalDecision(
            body.role,
            caller.principal.subject,
            body.decision,
            caller.now,
            body.opinion,
            request.subject,
        )
        policy, about = await self.policy(caller), request.object
        outcome = judge_by(policy, request, earlier[about], made, caller.principal.roles)
        check_subject(request, *body.named, body.version)
        await store.add_decision(caller.conn, caller.workspace, about, made)
        await add_audit(caller, "decided", about, _detail(request, made, outcome))
        if outcome.status != "in_review":
            await store.put_status(caller.conn, caller.workspace, about, outcome.status)
        await _tell(caller, request._replace(status=outcome.status), outcome.decisions)
        return outcome


async def withdraw(caller: Caller, request: ApprovalRequest | None) -> None:
    """Takes back what is still in review. Raises ForbiddenError `not_author`, ConflictError
    `not_in_review`."""
    if request is None or request.status != "in_review":
        stands = "not submitted" if request is None else request.status
        raise ConflictError("not_in_review", f"it is {stands}, not in review")
    if caller.principal.subject not in request.authors:
        authors = " and ".join(sorted(request.authors))
        raise ForbiddenError("not_author", f"{authors} proposed it and may withdraw it")
    await _withdraw(caller, request)
    await add_audit(caller, f"{request.kind}_withdrawn", request.object, {})


async def withdraw_moved(caller: Caller) -> None:
    """Exceptions that a release has moved wait for nobody's decision any more."""
    for request in await store.find_moved(caller.conn, caller.workspace):
        await _withdraw(caller, request)


async def _withdraw(caller: Caller, request: ApprovalRequest) -> None:
    await store.put_status(caller.conn, caller.workspace, request.object, "withdrawn")
    await _tell(caller, request._replace(status="withdrawn"))


async def _tell(
    caller: Caller, request: ApprovalRequest, made: Sequence[ApprovalDecision] = ()
) -> None:
    """Announces how a request stands; the caller holds the workspace's lock."""
    number, told = await store.put_told(caller.conn, caller.workspace, request.object)
    item = {
        "request": number,
        "document": request.object,
        "document_kind": request.kind,
        "campaign": request.campaign,
        "amount": money(request.subject.amount, request.currency),
        "status": request.status,
        "needs": list(request.needs(made)),
        "asked_by": request.asked_by,
        "asked_at": plain(request.asked_at),
        "due_at": plain(request.due_at),
    }
    over = request.status != "in_review"
    told_item = CatalogItem(
        kind="approval",
        id=str(number),
        version=told,
        effective_from=None,
        object=item,
        deleted=over,
    )
    await announcements.add(caller, [told_item])


def _approvals(request: Request) -> Approvals:
    found: Approvals = request.app.state.approvals
    return found


ApprovalsOf = Annotated[Approvals, Depends(_approvals)]
"""Of a route that asks or decides."""


def _detail(
    request: ApprovalRequest, made: ApprovalDecision, outcome: DecisionOutcome
) -> dict[str, Any]:
    return {
        "as": made.role,
        "decision": made.verdict,
        "opinion": made.opinion,
        "amount": format_micros(request.subject.amount),
        "currency": request.currency,
        "version": request.subject.version,
        "status": outcome.status,
    }


def decisions_view(decisions: Sequence[ApprovalDecision]) -> list[dict[str, Any]]:
    return [
        {"as": d.role, "by": d.by, "decision": d.verdict, "at": d.at, "opinion": d.opinion}
        for d in decisions
    ]


def outcome_view(outcome: DecisionOutcome) -> dict[str, Any]:
    """The answer to a decision, without what depends on its object."""
    return {
        "status": outcome.status,
        "decisions": decisions_view(outcome.decisions),
        "needs": list(outcome.needs),
    }
