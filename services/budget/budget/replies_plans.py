"""What the routes of plans answer, for the API's document (contracts.md section 3).

Money is decimal text; what has no value is null.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from budget.replies import Decided, Decision, Finding, Money


class PlanCreated(BaseModel):
    plan_version: int
    status: Literal["draft"]
    findings: list[Finding]


class Submitted(BaseModel):
    status: Literal["in_review"]
    needs: list[Literal["approver", "finance"]]
    due_at: datetime


class PlanDecided(Decided):
    approved_at: datetime | None


class Point(BaseModel):
    at: datetime
    amount: str


class EvenPhasing(BaseModel):
    kind: Literal["even"]


class CurvePhasing(BaseModel):
    kind: Literal["curve"]
    points: list[Point]


class PlanLine(BaseModel):
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
    phasing: EvenPhasing | CurvePhasing


class Reserve(BaseModel):
    bucket: str
    amount: str
    draw_condition: str | None


class PlanReply(BaseModel):
    """A plan with every amount worked out, its findings and the decisions on it. `approved`: its
    `effective_from` is still to come."""

    campaign: str
    plan_version: int
    status: Literal["draft", "in_review", "approved", "rejected", "in_force", "superseded"]
    findings: list[Finding]
    created_by: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    comment: str | None
    effective_from: datetime | None
    due_at: datetime | None
    approved_at: datetime | None
    total: Money
    lines: list[PlanLine]
    reserve: list[Reserve]
    needs: list[Literal["approver", "finance"]]
    decisions: list[Decision]
