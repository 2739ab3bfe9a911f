"""Decisions on single exceptions: accepting moves the money to the line it names (B5)."""

from typing import Any

from budget.approval import store as requests
from budget.approval.commands import Approvals, SubmittedDocument, outcome_view
from budget.approval.rules import ApprovalRequest, ApprovalSubject
from budget.approval.schemas import DecisionBody
from budget.caller import stop_posting
from budget.documents.campaigns.commands import find_campaign
from budget.ledger import held_items
from budget.ledger.held_items import HeldItem
from budget.ledger.release import Release
from budget.ledger.rules import Catalogue, Destination
from shared.errors import ConflictError
from shared.http.caller import Caller

PREFIX = "exception/"


async def decide_exception(
    caller: Caller, approvals: Approvals, held: int, body: DecisionBody
) -> dict[str, Any]:
    """One role's decision; when enough approve, the item is moved to its line.

    Raises NotFoundError `exception_unknown`, ConflictError `line_unknown` (its campaign has no such
    line in force), and what deciding raises. A fact that was restated since a decision is another
    amount: it is asked for anew. What was approved is not held any more: a late decision on it is a
    conflict, not unknown.
    """
    caller = await stop_posting(caller)
    name = f"{PREFIX}{held}"
    request = await requests.lock_request(caller.conn, caller.workspace, name)
    item = await held_items.get_exception(caller.conn, caller.workspace, held)
    was_approved = request is not None and request.status == "approved"
    if not (item is None and was_approved and caller.reach.is_whole):
        if item is None or not caller.reach.covers(item.campaign):
            raise caller.reach.unknown("exception", held, to_write=True)
        request = await _asked(caller, approvals, item, request)
    outcome = await approvals.decide(caller, request, body)
    if item is not None and outcome.status == "approved":
        await _accept(caller, item)
    if item is not None and outcome.status == "rejected":
        await held_items.put_status(caller.conn, item.held, "rejected")
    moved = {"entries": int(outcome.status == "approved")}
    return {**outcome_view(outcome), "moved": moved}


async def decide_named(
    caller: Caller, approvals: Approvals, name: str, body: DecisionBody
) -> dict[str, Any]:
    """The same, of the exception that a request is about."""
    return await decide_exception(caller, approvals, int(name.removeprefix(PREFIX)), body)


async def _accept(caller: Caller, item: HeldItem) -> None:
    moving = Release(caller.conn, caller.reach, f"{PREFIX}{item.held}", caller.now)
    destination = _destination(await moving.catalogue(), item)
    await moving.move([(item, destination)])
    moving.touch(destination.account.campaign)
    await moving.close()


async def _asked(
    caller: Caller, approvals: Approvals, item: HeldItem, before: ApprovalRequest | None
) -> ApprovalRequest:
    """The request for what the item is now: its amount, as its last entry left it."""
    moving = Release(caller.conn, caller.reach, PREFIX, caller.now)
    destination = _destination(await moving.catalogue(), item)
    subject = ApprovalSubject(item.amount, item.entry)
    if before is not None and before.subject == subject:
        return before
    campaign = await find_campaign(caller, destination.account.campaign)
    document = SubmittedDocument(
        f"{PREFIX}{item.held}",
        "exception",
        campaign.campaign,
        subject,
        item.account_currency,
        campaign.body["region"],
    )
    return await approvals.ask(caller, document)


def _destination(catalogue: Catalogue, item: HeldItem) -> Destination:
    found = catalogue.on_line(item.campaign, item.line) if item.campaign else None
    if found is None:
        raise ConflictError("line_unknown", f"{item.campaign} has no line {item.line}")
    return found
