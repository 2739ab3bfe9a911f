"""Decisions on single exceptions: accepting moves the money to the line it names (B5)."""

from typing import Any

from budget.approval import store as decisions
from budget.approval.commands import Decidable, decide, decision_view
from budget.approval.rules import Subject, about, needs
from budget.approval.schemas import DecisionBody
from budget.caller import stop_posting
from budget.ledger import held_items
from budget.ledger.release import Release
from budget.ledger.rules import Catalogue, Destination
from shared.errors import ConflictError
from shared.http.caller import Caller


async def decide_exception(caller: Caller, held: int, body: DecisionBody) -> dict[str, Any]:
    """One role's decision; when both roles approve, the item is moved to its line.

    Raises NotFoundError `exception_unknown`, ConflictError `line_unknown` (its campaign has no such
    line in force), and what deciding raises. A fact that was restated since a decision is another
    amount: the decision does not count any more.
    """
    await stop_posting(caller)
    item = await held_items.get_exception(caller.conn, caller.workspace, held)
    if item is None and caller.reach.is_whole:
        await _refuse_moved(caller, held, body)
    if item is None or not caller.reach.covers(item["campaign"]):
        raise caller.reach.unknown("exception", held, to_write=True)
    moving = Release(caller.conn, caller.workspace, f"exception/{held}", caller.now)
    destination = _destination(await moving.catalogue(), item)
    about = Decidable(
        _name(held),
        "in_review" if item["status"] == "open" else "rejected",
        held_subject(item),
        item["account_currency"],
    )
    outcome = await decide(caller, about, body)
    if outcome.status == "rejected":
        await held_items.set_status(caller.conn, held, "rejected")
    elif outcome.status == "approved":
        await moving.move([(item, destination)])
        moving.touch(destination.account.campaign)
        await moving.close()
    return {**decision_view(outcome), "moved": {"entries": moving.moved.items}}


def held_subject(item: dict[str, Any]) -> Subject:
    """What a decision on a held item is about: its amount, as its last entry left it."""
    return Subject(item["amount"], item["entry"])


async def _refuse_moved(caller: Caller, held: int, body: DecisionBody) -> None:
    """What was approved is not held any more; a late decision on it is a conflict, not unknown."""
    name = _name(held)
    known = (await decisions.decisions(caller.conn, caller.workspace, [name]))[name]
    last = known[-1].subject if known else None
    if last is not None and not needs(about(last, known)):
        await decide(caller, Decidable(name, "approved", last, ""), body)


def _name(held: int) -> str:
    return f"exception/{held}"


def _destination(catalogue: Catalogue, item: dict[str, Any]) -> Destination:
    found = catalogue.on_line(item["campaign"], item["line"])
    if found is None:
        raise ConflictError("line_unknown", f"{item['campaign']} has no line {item['line']}")
    return found
