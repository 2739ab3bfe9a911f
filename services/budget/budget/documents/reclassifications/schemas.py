"""HTTP bodies of reclassifications (contracts.md section 3)."""

from typing import Annotated

from pydantic import ConfigDict, Field

from budget.documents.proposals.schemas import LineRef, LineRefView, ProposalView, ReasonedBody


class ReclassificationBody(ReasonedBody):
    """`entry`: any entry of what was booked on a wrong line, as the entries of that line say it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    entry: Annotated[int, Field(ge=1, lt=2**63)]
    taker: LineRef = Field(alias="to")


class ReclassificationView(ProposalView):
    model_config = ConfigDict(populate_by_name=True)

    reclassification: int
    entry: int
    taker: LineRefView = Field(alias="to")
    reason: str
