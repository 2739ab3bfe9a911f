"""HTTP bodies of returns."""

from typing import Literal

from pydantic import ConfigDict, Field

from budget.documents.proposals.schemas import ProposalView, ReasonedBody
from budget.fields import Id, Micros


class ReturnBody(ReasonedBody):
    line: Id
    bucket: Literal["flexible", "deferred", "alternative", "crisis_pr"]
    amount: Micros


class ReturnView(ProposalView):
    model_config = ConfigDict(populate_by_name=True)

    number: int = Field(alias="return")
    line: str
    bucket: str
    reason: str
