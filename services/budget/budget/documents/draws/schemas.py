"""HTTP bodies of draws (contracts.md section 3)."""

from typing import Literal

from budget.documents.proposals.schemas import ProposalBody, ProposalView
from budget.fields import Id, Micros, Text


class DrawBody(ProposalBody):
    """`condition`: the one that the plan states for the bucket, which has come about."""

    bucket: Literal["flexible", "deferred", "alternative", "crisis_pr"]
    line: Id
    amount: Micros
    condition: Text


class DrawView(ProposalView):
    draw: int
    bucket: str
    line: str
    condition: str
