"""One decision of one person on what needs several: judged, stored, written into the audit."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from budget.approval import store
from budget.approval.rules import Decision, Outcome, Request, Status, Subject, check_subject, judge
from budget.approval.schemas import DecisionBody
from budget.caller import add_audit
from shared.errors import ConflictError
from shared.http.caller import Caller
from shared.money import format_micros


class Decidable(NamedTuple):
    """An object that needs several people, as it stands: its name in the audit, status, what is
    decided on, its currency, and who may not decide."""

    name: str
    status: Status
    subject: Subject
    currency: str
    authors: frozenset[str] = frozenset()


async def decide(caller: Caller, on: Decidable, body: DecisionBody) -> Outcome:
    """Judges and stores one decision; see `judge` and `check_subject` for the codes."""
    made = Decision(
        body.role,
        caller.principal.subject,
        body.decision,
        caller.now,
        body.opinion,
        on.subject,
    )
    known = await store.decisions(caller.conn, caller.workspace, [on.name])
    request = Request(on.status, on.subject, on.authors, known[on.name])
    outcome = judge(request, made, caller.principal.roles)
    amount, currency = body.named
    check_subject(on.subject, amount, body.version)
    if currency not in (None, on.currency):
        raise ConflictError("subject_changed", f"its amount is in {on.currency}")
    await store.add(caller.conn, caller.workspace, on.name, made)
    await add_audit(
        caller,
        "decided",
        on.name,
        {
            "as": made.role,
            "decision": made.verdict,
            "opinion": made.opinion,
            "amount": format_micros(on.subject.amount),
            "currency": on.currency,
            "version": on.subject.version,
            "status": outcome.status,
        },
    )
    return outcome


def decisions_view(decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    """Decisions as the API shows them."""
    return [
        {"as": d.role, "by": d.by, "decision": d.verdict, "at": d.at, "opinion": d.opinion}
        for d in decisions
    ]


def decision_view(outcome: Outcome) -> dict[str, Any]:
    """The answer to a decision, without what depends on its object."""
    return {
        "status": outcome.status,
        "decisions": decisions_view(outcome.decisions),
        "needs": list(outcome.needs),
    }
