"""HTTP bodies of decisions (contracts.md section 3)."""

from datetime import datetime
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from budget.approval.policy import Role
from budget.approval.rules import RequestStatus, Verdict
from budget.fields import Quantity, RequestBody, Text
from shared.currencies import CurrencyCode


class NamedMoney(RequestBody):
    """An amount of any sign, as a list shows it."""

    amount: Quantity
    currency: CurrencyCode


class DecisionBody(RequestBody):
    """`amount` and `version` name what the decision is about; what has changed meanwhile is
    refused. Without them it is about what stands when it arrives."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    decision: Verdict
    role: Role = Field(alias="as")
    opinion: Text = ""
    amount: Quantity | NamedMoney | None = None
    version: int | None = Field(default=None, ge=0, lt=2**63)

    @property
    def named(self) -> tuple[int | None, str | None]:
        """The amount in micros and the currency that it names, if it does."""
        if isinstance(self.amount, NamedMoney):
            return self.amount.amount, self.amount.currency
        return self.amount, None


class DecisionView(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    role: Role = Field(alias="as")
    by: str
    decision: Verdict
    at: datetime
    opinion: str


class RequestView(BaseModel):
    """A request for approval, of whatever kind of document."""

    request: int
    document: str
    kind: str
    campaign: str | None
    status: RequestStatus
    amount: str
    currency: str
    version: int
    asked_by: str | None
    asked_at: datetime
    due_at: datetime | None
    overdue: bool
    needs: list[Role]
    decisions: list[DecisionView]
    link: str


class Decided(BaseModel):
    """`needs`: the roles whose decision is still missing."""

    status: Literal["in_review", "approved", "rejected"]
    decisions: list[DecisionView]
    needs: list[Role]


class MovedCount(BaseModel):
    entries: int


class RequestDecided(Decided):
    """`moved` of an exception, `approved_at` of all others."""

    approved_at: datetime | None = None
    moved: MovedCount | None = None
