"""HTTP bodies of proposals (contracts.md section 3). Unknown fields are refused."""

from datetime import datetime

from pydantic import BaseModel, Field

from budget.approval.policy import Role
from budget.approval.rules import RequestStatus
from budget.approval.schemas import Decided, DecisionView
from budget.fields import Id, Label, RequestBody, Text
from shared.bodies.findings import FindingView


class ProposalBody(RequestBody):
    """What every proposal may state besides what it is about: the breach that it answers, the
    target it serves, and what shows that it is needed (B16, B17)."""

    breach: Label | None = None
    target: Id | None = None
    evidence: Text | None = None


class ReasonedBody(ProposalBody):
    """A proposal says why."""

    reason: Text = Field(min_length=1)


class LineRef(RequestBody):
    """A line of the campaign that the path names."""

    line: Id


class LineRefView(BaseModel):
    line: str


class LineMoney(BaseModel):
    allocated: str
    planned_to_date: str
    committed: str = "0.00"
    actual: str
    remaining: str
    forecast_end: str | None
    used_ratio: str | None
    pacing_ratio: str | None


class LineEffect(BaseModel):
    campaign: str
    line: str
    before: LineMoney
    after: LineMoney


class BucketEffect(BaseModel):
    """`before` and `after`: what is left in it."""

    campaign: str
    bucket: str
    before: str
    after: str


class EffectView(BaseModel):
    """Of every line and bucket that it changes: as proposed; of an approved one as approved."""

    lines: list[LineEffect]
    reserve: list[BucketEffect]
    findings: list[FindingView]


class LineNow(BaseModel):
    """A line that an adjustment changes, as it stands now."""

    campaign: str
    line: str
    figures: LineMoney | None


class AdjustmentView(BaseModel):
    """A document that answers a breach: what it changes, and what has become of the lines."""

    request: int
    document: str
    kind: str
    campaign: str
    status: RequestStatus
    amount: str
    currency: str
    breach: str
    target: str | None
    evidence: str | None
    effect: EffectView
    now: list[LineNow]
    created_by: str
    created_at: datetime
    decided_at: datetime | None


class WeighedView(BaseModel):
    """What a proposal would come to now; nothing is stored."""

    amount: str
    currency: str
    effect: EffectView


class ProposalView(BaseModel):
    """A proposal with its effect and the decisions on it."""

    document: str
    request: int
    campaign: str
    status: RequestStatus
    amount: str
    currency: str
    breach: str | None
    target: str | None
    evidence: str | None
    effect: EffectView
    needs: list[Role]
    decisions: list[DecisionView]
    due_at: datetime | None
    created_by: str
    created_at: datetime
    decided_at: datetime | None


class ProposalDecided(Decided):
    approved_at: datetime | None
