"""HTTP bodies of transfers (contracts.md section 3)."""

from pydantic import BaseModel, ConfigDict, Field

from budget.documents.proposals.schemas import ProposalView, ReasonedBody
from budget.fields import Id, Micros, RequestBody


class LineRef(RequestBody):
    """A line of the campaign that the path names."""

    line: Id


class LineRefBeyond(LineRef):
    """A line of that campaign, or of another one."""

    campaign: Id | None = None


class TransferBody(ReasonedBody):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    giver: LineRef = Field(alias="from")
    taker: LineRefBeyond = Field(alias="to")
    amount: Micros


class LineRefView(BaseModel):
    line: str


class LineRefBeyondView(LineRefView):
    campaign: str | None


class TransferView(ProposalView):
    model_config = ConfigDict(populate_by_name=True)

    transfer: int
    giver: LineRefView = Field(alias="from")
    taker: LineRefBeyondView = Field(alias="to")
    reason: str
