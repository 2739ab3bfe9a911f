"""HTTP bodies of plans (contracts.md section 3). Unknown fields are refused."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from budget.approval.schemas import Decided, DecisionView
from budget.documents.plans.phasings import PhasingBody, PhasingView
from budget.fields import (
    Id,
    Label,
    Micros,
    MoneyBody,
    MoneyView,
    RequestBody,
    Text,
    When,
)
from shared.bodies.findings import FindingView
from shared.http.edits import ReadBack

LINES_MAX = 500
PLAN_COURSE = (
    "status",
    "findings",
    "created_by",
    "created_at",
    "submitted_by",
    "submitted_at",
    "comment",
    "effective_from",
    "due_at",
    "approved_at",
)
"""What became of a plan, as it is stored."""
PLAN_READ_ONLY = frozenset({"campaign", *PLAN_COURSE, "needs", "decisions"})
"""What a plan says of itself when it is read, and nobody sets by proposing one."""


class LineBody(RequestBody):
    """A budget line; exactly one of `allocated`, `percent` (of the total) and `remainder`."""

    line: Id
    name: Label
    category: Label
    cost_nature: Literal["direct", "indirect"] | None = None
    cost_behavior: Literal["fixed", "variable"] | None = None
    channel: Label | None = None
    allocated: Micros | None = None
    percent: Micros | None = None
    remainder: bool = False
    cap: Micros | None = None
    priority: int | None = Field(default=None, ge=0, le=1000, strict=True)
    key: bool = False
    targets: list[Id] = Field(default_factory=list, max_length=50)
    owner: Label | None = None
    phasing: PhasingBody = PhasingBody(kind="even")


class ReserveBody(RequestBody):
    bucket: Literal["flexible", "deferred", "alternative", "crisis_pr"]
    amount: Micros
    draw_condition: Text | None = None


class PlanBody(ReadBack, RequestBody):
    """A plan as GET gives it is taken as the next version: what it says of itself is that of the
    version that was read and is ignored, and an `allocated` beside `percent` or `remainder` that is
    as in `plan_version` is worked out anew.
    """

    READ_ONLY: ClassVar[frozenset[str]] = PLAN_READ_ONLY

    total: MoneyBody
    lines: list[LineBody] = Field(min_length=1, max_length=LINES_MAX)
    reserve: list[ReserveBody] = Field(default_factory=list, max_length=4)
    plan_version: int | None = Field(
        default=None, ge=1, lt=2**31, description="The version that was read and edited, if any."
    )


class SubmitBody(RequestBody):
    comment: Text | None = None
    effective_from: When | None = None


class PlanCreated(BaseModel):
    plan_version: int
    status: Literal["draft"]
    findings: list[FindingView]


class Submitted(BaseModel):
    status: Literal["in_review"]
    needs: list[Literal["approver", "finance"]]
    due_at: datetime


class PlanDecided(Decided):
    approved_at: datetime | None


class PlanLineView(BaseModel):
    line: str
    name: str
    category: str
    cost_nature: Literal["direct", "indirect"] | None
    cost_behavior: Literal["fixed", "variable"] | None
    channel: str | None
    allocated: str
    percent: str | None
    remainder: bool
    cap: str | None
    priority: int | None
    key: bool
    targets: list[str]
    owner: str | None
    phasing: PhasingView


class Reserve(BaseModel):
    bucket: str
    amount: str
    draw_condition: str | None


class PlanView(BaseModel):
    """A plan with every amount worked out, its findings and the decisions on it. `approved`: its
    `effective_from` is still to come."""

    campaign: str
    plan_version: int
    status: Literal["draft", "in_review", "approved", "rejected", "in_force", "superseded"]
    findings: list[FindingView]
    created_by: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    comment: str | None
    effective_from: datetime | None
    due_at: datetime | None
    approved_at: datetime | None
    total: MoneyView
    lines: list[PlanLineView]
    reserve: list[Reserve]
    needs: list[Literal["approver", "finance"]]
    decisions: list[DecisionView]
