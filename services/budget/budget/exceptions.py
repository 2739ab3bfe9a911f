"""Decisions on single exceptions: accepting moves the money to the line it names (B5)."""

from typing import Any

from budget import planning, store_held, store_plans
from budget.planning import Session
from budget.release import Release
from budget.rules import approval
from budget.rules.posting import Catalogue, Destination
from budget.schemas import DecisionBody
from shared.errors import ConflictError, NotFoundError


async def decide_exception(session: Session, held: int, body: DecisionBody) -> dict[str, Any]:
    """One role's decision; when both roles approve, the item is moved to its line.

    Raises NotFoundError `exception_unknown`, ConflictError `line_unknown` (its campaign has no such
    line in force), and what `approval.decide` raises.
    """
    await session.stop_posting()
    item = await store_held.get_exception(session.conn, session.workspace, held)
    if item is None:
        await _refuse_moved(session, held, body)
        raise NotFoundError("exception_unknown", f"there is no exception {held}")
    moving = Release(session.conn, session.workspace, f"exception/{held}", session.now)
    destination = _destination(await moving.catalogue(), item)
    status = "in_review" if item["status"] == "open" else item["status"]
    outcome = await planning.decide(session, f"exception/{held}", status, frozenset(), body)
    if outcome.status == "rejected":
        await store_held.set_status(session.conn, held, "rejected")
    elif outcome.status == "approved":
        await moving.move([(item, destination)])
        moving.touch(destination.account.campaign)
        await moving.close()
    return {**planning.decision_view(outcome), "moved": {"entries": moving.moved.items}}


async def _refuse_moved(session: Session, held: int, body: DecisionBody) -> None:
    """What was approved is not held any more; a late decision on it is a conflict, not unknown."""
    known = await store_plans.decisions(session.conn, session.workspace, f"exception/{held}")
    if known and not approval.needs(known):
        await planning.decide(session, f"exception/{held}", "approved", frozenset(), body)


def _destination(catalogue: Catalogue, item: dict[str, Any]) -> Destination:
    found = catalogue.on_line(item["campaign"], item["line"])
    if found is None:
        raise ConflictError("line_unknown", f"{item['campaign']} has no line {item['line']}")
    return found
