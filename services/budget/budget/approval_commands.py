"""One decision of one person on what needs several: judged, stored, written into the audit."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from budget import store_decisions
from budget.approval_schemas import DecisionBody
from budget.caller import Session
from budget.rules import approval
from budget.rules.approval import Decision, Outcome, Request, Status, Subject
from shared.errors import ConflictError
from shared.money import format_micros


class Decidable(NamedTuple):
    """An object that needs several people, as it stands: its name in the audit, status, what is
    decided on, its currency, and who may not decide."""

    name: str
    status: Status
    subject: Subject
    currency: str
    authors: frozenset[str] = frozenset()


async def decide(session: Session, on: Decidable, body: DecisionBody) -> Outcome:
    """Judges and stores one decision; see `approval.decide` and `check_subject` for the codes."""
    made = Decision(
        body.role,
        session.principal.subject,
        body.decision,
        session.now,
        body.opinion,
        on.subject,
    )
    known = await store_decisions.decisions(session.conn, session.workspace, [on.name])
    request = Request(on.status, on.subject, on.authors, known[on.name])
    outcome = approval.decide(request, made, session.principal.roles)
    amount, currency = body.named
    approval.check_subject(on.subject, amount, body.version)
    if currency not in (None, on.currency):
        raise ConflictError("subject_changed", f"its amount is in {on.currency}")
    await store_decisions.add(session.conn, session.workspace, on.name, made)
    await session.audit(
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
