"""Documents that need approval, and who decides on them: a new kind is a folder and a line here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from budget.approval.commands import Approvals, Decide
from budget.approval.policy import house_policy
from budget.documents.commitments.kind import OVERCOMMITMENT
from budget.documents.draws.kind import DRAW
from budget.documents.exceptions.commands import decide_named as decide_exception
from budget.documents.plans.in_force import decide_named as decide_plan
from budget.documents.proposals.commands import decide_named
from budget.documents.proposals.proposal import ProposalKind
from budget.documents.reclassifications.kind import RECLASSIFICATION
from budget.documents.returns.kind import RETURN
from budget.documents.transfers.kind import TRANSFER

PROPOSALS: tuple[ProposalKind[Any], ...] = (
    DRAW,
    OVERCOMMITMENT,
    RECLASSIFICATION,
    RETURN,
    TRANSFER,
)
KINDS: dict[str, Decide] = {
    "plan": decide_plan,
    "exception": decide_exception,
    **{one.kind: decide_named(one) for one in PROPOSALS},
}


def approvals(due_hours: int, partitions: Callable[[], int]) -> Approvals:
    """What is asked of people, and what follows; they have `due_hours` to decide."""
    return Approvals(house_policy(timedelta(hours=due_hours)), KINDS, partitions)
