"""HTTP bodies of campaigns (contracts.md section 3)."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    Field,
)

from budget.fields import Document, Id, Label, Quantity, RequestBody, Text, When, Zone
from shared.bodies.findings import FindingView
from shared.currencies import CurrencyCode
from shared.http.edits import MergePatch


class TargetDayBody(RequestBody):
    """How much of a target a day is planned to bring."""

    date: date
    percent: Quantity


class TargetBody(RequestBody):
    """A SMART target (G2): what, how much, why, until when."""

    target: Id
    measure: Id
    form: Literal["absolute", "relative"] = "absolute"
    value: Quantity
    unit: Label | None = None
    baseline: Quantity | None = None
    deadline: When
    relevance: Text
    primary: bool = False
    parent: Id | None = None
    specific: Text | None = None
    hard: bool = False
    result: Literal["outcome", "process"] = "outcome"
    period: Literal["campaign", "day", "week", "month", "quarter", "year"] = "campaign"
    channel: Id | None = None
    audience: Label | None = None
    person: Label | None = None
    days: list[TargetDayBody] = Field(default_factory=list, max_length=400)


class CampaignBody(RequestBody):
    campaign: Id
    name: Label
    currency: CurrencyCode
    time_zone: Zone
    starts_at: When
    ends_at: When
    owner: Label | None = None
    region: Label | None = None
    management_mode: Literal["project", "routine"] = "project"
    stages: list[Document] = Field(default_factory=list, max_length=50)
    attributes: Document = Field(default_factory=dict, max_length=100)
    targets: list[TargetBody] = Field(default_factory=list, max_length=200)


class CampaignEdit(RequestBody):
    """What may be changed of a campaign after it was made; `reason` and `since` are of its
    targets."""

    name: Label
    owner: Label | None = None
    ends_at: When
    region: Label | None = None
    attributes: Document = Field(default_factory=dict, max_length=100)
    targets: list[TargetBody] = Field(default_factory=list, max_length=200)
    reason: Annotated[Text, Field(min_length=1)] | None = None
    since: When | None = None


class CampaignPatch(MergePatch):
    """What changes of a campaign, as a JSON merge patch (RFC 7396): null takes the default, what is
    left out stays. The campaign's other fields may be sent back as they were read."""

    RESULT: ClassVar[type[BaseModel]] = CampaignEdit


class CloseBody(RequestBody):
    reason: Annotated[Text, Field(min_length=1)]


class TargetDay(BaseModel):
    """How much of a target a day is planned to bring."""

    date: date
    percent: str


class Target(BaseModel):
    """A SMART target (G2)."""

    target: str
    measure: str
    form: Literal["absolute", "relative"]
    value: str
    unit: str | None
    baseline: str | None
    deadline: datetime
    relevance: str
    primary: bool
    parent: str | None
    specific: str | None
    hard: bool
    result: Literal["outcome", "process"]
    period: Literal["campaign", "day", "week", "month", "quarter", "year"]
    channel: str | None
    audience: str | None
    person: str | None
    days: list[TargetDay]


class TargetVersion(Target):
    """A version of a target: what is judged of a time is judged by the one that counted then."""

    version: int
    effective_from: datetime
    deleted: bool
    reason: str | None
    created_by: str
    created_at: datetime


class CampaignView(BaseModel):
    """`plan_version` is the plan in force; spend of before `effective_from`, or that is new after
    `closed_at`, is an exception."""

    campaign: str
    name: str
    status: Literal["draft", "in_review", "approved", "closed"]
    version: int
    currency: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    owner: str | None
    plan_version: int | None
    effective_from: datetime | None
    created_by: str
    created_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    close_reason: str | None
    region: str | None
    management_mode: Literal["project", "routine"]
    stages: list[dict[str, Any]]
    attributes: dict[str, Any]
    targets: list[Target]


class CampaignChanged(CampaignView):
    """`findings`: what of a plan no longer fits the flight."""

    findings: list[FindingView]
