"""HTTP bodies of plans (contracts.md section 3). Unknown fields are refused."""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from budget.approval.policy import Role
from budget.approval.schemas import Decided, DecisionView
from budget.documents.plans.phasings import PhasingBody, PhasingView
from budget.documents.plans.rules import Bucket
from budget.fields import (
    Day,
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


class CostBody(RequestBody):
    name: Label
    amount: Micros


class LineBody(ReadBack, RequestBody):
    """A budget line; exactly one of `allocated`, `percent` (of the total) and `remainder`."""

    READ_ONLY: ClassVar[frozenset[str]] = frozenset({"share", "expected_roi"})

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
    costs: list[CostBody] = Field(default_factory=list, max_length=100)
    revenue: Micros | None = None
    trend: Text | None = None
    mitigation: Text | None = None


class CapBody(RequestBody):
    """Names a channel or a category."""

    channel: Label | None = None
    category: Label | None = None
    amount: Micros

    @model_validator(mode="after")
    def _of_one(self) -> "CapBody":
        if (self.channel is None) == (self.category is None):
            raise PydanticCustomError("cap_unclear", "a cap is of a channel or of a category")
        return self


class StageBody(RequestBody):
    name: Label
    starts_on: Day
    ends_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> "StageBody":
        if self.ends_on < self.starts_on:
            raise PydanticCustomError("stage_invalid", "the last day lies before the first")
        return self


class ResourceBody(RequestBody):
    name: Label
    kind: Literal["people", "material", "time", "technology"]
    quantity: Text


class ReserveBody(RequestBody):
    bucket: Bucket
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
    caps: list[CapBody] = Field(default_factory=list, max_length=100)
    timetable: list[StageBody] = Field(default_factory=list, max_length=200)
    resources: list[ResourceBody] = Field(default_factory=list, max_length=200)
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
    needs: list[Role]
    due_at: datetime


class PlanDecided(Decided):
    approved_at: datetime | None


class PlanCost(BaseModel):
    """A part of what a line costs."""

    name: str
    amount: str


class PlanLineView(BaseModel):
    """`share`: of the plan's total. `expected_roi`: of the expected revenue, what is left after
    the cost, by the cost."""

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
    costs: list[PlanCost]
    revenue: str | None
    trend: str | None
    mitigation: str | None
    share: str | None
    expected_roi: str | None


class PlanCap(BaseModel):
    """A cap of all lines of a channel or of a category."""

    channel: str | None
    category: str | None
    amount: str


class PlanStage(BaseModel):
    """A part of the timetable, its days included."""

    name: str
    starts_on: date
    ends_on: date


class PlanResource(BaseModel):
    """What is needed besides money."""

    name: str
    kind: Literal["people", "material", "time", "technology"]
    quantity: str


class Reserve(BaseModel):
    bucket: str
    amount: str
    draw_condition: str | None


class PlanTried(BaseModel):
    """A plan as it would be read, if it were proposed."""

    total: MoneyView
    lines: list[PlanLineView]
    reserve: list[Reserve]
    caps: list[PlanCap]
    timetable: list[PlanStage]
    resources: list[PlanResource]
    findings: list[FindingView]


class PlanView(BaseModel):
    """A plan with every amount worked out, its findings and the decisions on it. `approved`: its
    `effective_from` is still to come."""

    campaign: str
    plan_version: int
    status: Literal[
        "draft", "in_review", "approved", "rejected", "withdrawn", "in_force", "superseded"
    ]
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
    caps: list[PlanCap]
    timetable: list[PlanStage]
    resources: list[PlanResource]
    needs: list[Role]
    decisions: list[DecisionView]


class PlanChange(BaseModel):
    """A field of a line, a bucket or the plan, in both versions."""

    field: str
    before: Any
    after: Any


class PlanPartDiff(BaseModel):
    """What changed of a line or a bucket; all fields of one that came or went."""

    name: str
    change: Literal["added", "removed", "changed"]
    changes: list[PlanChange]


class PlanDiff(BaseModel):
    """Two versions of a plan, compared; what is equal is left out."""

    campaign: str
    before: int
    after: int
    changes: list[PlanChange]
    lines: list[PlanPartDiff]
    reserve: list[PlanPartDiff]
