"""What waits for decisions, of whatever kind: all requests in one list (S12, A15)."""

from typing import Any, NamedTuple

from budget.approval import store
from budget.approval.commands import Approvals, decisions_view
from budget.approval.rules import ApprovalDecision, ApprovalRequest, may_approve
from budget.approval.store import RequestFilter
from shared.http.caller import Caller
from shared.http.paging import PAGE_MAX
from shared.money import format_micros


class OpenRequest(NamedTuple):
    """A request with all decisions on it, also those that do not count any more."""

    request: ApprovalRequest
    made: tuple[ApprovalDecision, ...]


async def list_requests(
    caller: Caller, of: RequestFilter, after: int, limit: int
) -> list[OpenRequest]:
    """Requests behind a number, in the order in which they were first asked."""
    found = await store.list_requests(caller.conn, caller.reach, of, after, limit)
    names = [request.object for request in found]
    made = await store.find_decisions(caller.conn, caller.workspace, names)
    return [OpenRequest(request, made[request.object]) for request in found]


async def find_mine(
    caller: Caller, approvals: Approvals, of: RequestFilter, after: int, limit: int
) -> list[OpenRequest]:
    """Those that the caller may approve: holds or stands in for a missing role, has not asked for
    it or decided on it, and its amount is within the caller's limit."""
    policy = await approvals.policy(caller)
    who = caller.principal
    found: list[OpenRequest] = []
    part = await list_requests(caller, of, after, PAGE_MAX)
    while part and len(found) < limit:
        found += [
            one for one in part if may_approve(policy, *one, who.subject, who.roles, now=caller.now)
        ]
        part = await list_requests(caller, of, part[-1].request.number, PAGE_MAX)
    return found[:limit]


async def find_request(caller: Caller, number: int, *, to_write: bool = False) -> ApprovalRequest:
    """Raises NotFoundError `request_unknown`, and what writing out of reach raises."""
    found = await store.get_request(caller.conn, caller.reach, number)
    if found is None:
        raise caller.reach.unknown("request", number, to_write=to_write)
    return found


def view(caller: Caller, one: OpenRequest) -> dict[str, Any]:
    """A request as people read it."""
    request, due_at = one.request, one.request.due_at
    return {
        "request": request.number,
        "document": request.object,
        "kind": request.kind,
        "campaign": request.campaign,
        "status": request.status,
        "amount": format_micros(request.subject.amount),
        "currency": request.currency,
        "version": request.subject.version,
        "asked_by": request.asked_by,
        "asked_at": request.asked_at,
        "due_at": due_at,
        "overdue": request.status == "in_review" and due_at is not None and due_at <= caller.now,
        "needs": list(request.needs(one.made)),
        "decisions": decisions_view(one.made),
        "link": _link(request.object),
    }


def _link(name: str) -> str:
    """Where a document is read: `transfer/spring/3`, `exception/17`."""
    kind, *place = name.split("/")
    if len(place) == 1:
        return f"/v1/{kind}s"
    campaign, number = place
    return f"/v1/campaigns/{campaign}/{kind}s/{number}"
