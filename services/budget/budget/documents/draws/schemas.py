"""HTTP bodies of draws (contracts.md section 3)."""

from budget.documents.plans.rules import Bucket
from budget.documents.proposals.schemas import ProposalBody, ProposalView
from budget.fields import Id, Micros, Text


class DrawBody(ProposalBody):
    """`condition`: the one that the plan states for the bucket, which has come about."""

    bucket: Bucket
    line: Id
    amount: Micros
    condition: Text


class DrawView(ProposalView):
    draw: int
    bucket: str
    line: str
    condition: str
