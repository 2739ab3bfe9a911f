"""HTTP bodies of returns."""

from pydantic import ConfigDict, Field

from budget.documents.plans.rules import Bucket
from budget.documents.proposals.schemas import ProposalView, ReasonedBody
from budget.fields import Id, Micros


class ReturnBody(ReasonedBody):
    line: Id
    bucket: Bucket
    amount: Micros


class ReturnView(ProposalView):
    model_config = ConfigDict(populate_by_name=True)

    number: int = Field(alias="return")
    line: str
    bucket: str
    reason: str
