"""HTTP bodies of transfers (contracts.md section 3)."""

from pydantic import BaseModel, ConfigDict, Field

from budget.documents.proposals.schemas import ProposalView, ReasonedBody
from budget.fields import Id, Micros, RequestBody


class LineRef(RequestBody):
    """A line of the campaign that the path names."""

    line: Id


class TransferBody(ReasonedBody):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    giver: LineRef = Field(alias="from")
    taker: LineRef = Field(alias="to")
    amount: Micros


class LineRefView(BaseModel):
    line: str


class TransferView(ProposalView):
    model_config = ConfigDict(populate_by_name=True)

    transfer: int
    giver: LineRefView = Field(alias="from")
    taker: LineRefView = Field(alias="to")
    reason: str
