"""Documents that need approval, and what follows it: a new kind is a folder and a line here."""

from datetime import timedelta

from budget.approval.commands import Approvals, DocumentKind
from budget.approval.policy import house_policy
from budget.documents.exceptions.commands import EXCEPTION
from budget.documents.plans.in_force import PLAN

KINDS: dict[str, DocumentKind] = {"plan": PLAN, "exception": EXCEPTION}


def approvals(due_hours: int) -> Approvals:
    """What is asked of people, and what follows; a plan waits `due_hours` for their decisions."""
    return Approvals(house_policy(timedelta(hours=due_hours)), KINDS)
