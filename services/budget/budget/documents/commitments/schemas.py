"""HTTP bodies of commitments."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from budget.documents.proposals.schemas import ProposalView, ReasonedBody
from budget.fields import Id, Micros, ReasonBody, RequestBody, Text


class OrderBody(RequestBody):
    """What is ordered of whom, on which line, and when it falls due."""

    commitment: Id
    line: Id
    supplier: Id
    amount: Micros
    due_on: date | None = None
    text: Text | None = None


class InvoicedBody(ReasonBody):
    """So much of the order is invoiced, and stands on the line as spend."""

    amount: Micros


class OvercommitmentBody(OrderBody, ReasonedBody):
    """An order that binds more than its line has left, and why."""


class CommitmentView(BaseModel):
    """An order; `left` is what it still binds."""

    campaign: str
    commitment: str
    line: str
    supplier: str
    text: str | None
    currency: str
    amount: str
    invoiced: str
    left: str
    due_on: date | None
    status: Literal["open", "partly_invoiced", "settled", "cancelled"]
    created_by: str
    created_at: datetime


class CommitmentStepView(BaseModel):
    """What bound so much more, or less."""

    at: datetime
    amount: str
    document: str


class CommitmentCourse(CommitmentView):
    steps: list[CommitmentStepView]


class OvercommitmentView(ProposalView):
    overcommitment: int
    commitment: str
    line: str
    supplier: str
    due_on: date | None
    text: str | None
    reason: str
