"""HTTP bodies of transfers (contracts.md section 3)."""

from pydantic import ConfigDict, Field

from budget.documents.proposals.schemas import LineRef, LineRefView, ProposalView, ReasonedBody
from budget.fields import Id, Micros


class LineRefBeyond(LineRef):
    """A line of that campaign, or of another one."""

    campaign: Id | None = None


class TransferBody(ReasonedBody):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    giver: LineRef = Field(alias="from")
    taker: LineRefBeyond = Field(alias="to")
    amount: Micros


class LineRefBeyondView(LineRefView):
    campaign: str | None


class TransferView(ProposalView):
    model_config = ConfigDict(populate_by_name=True)

    transfer: int
    giver: LineRefView = Field(alias="from")
    taker: LineRefBeyondView = Field(alias="to")
    reason: str
