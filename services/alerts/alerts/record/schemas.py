"""What people read of alerts (contracts.md section 5). Times RFC 3339, numbers as decimal text."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from alerts.response.schemas import ResponseView
from shared.events.notifications import AttemptClass, State


class AttemptView(BaseModel):
    """One send: what the provider said, and the class that follows from it."""

    at: datetime
    http_status: int | None
    provider_code: str
    provider_message: str
    class_: AttemptClass = Field(alias="class")
    duration_ms: int


class BodyView(BaseModel):
    title: str
    text: str


class BreachWindowView(BaseModel):
    kind: str
    start: datetime
    end: datetime


class ExplainView(BaseModel):
    """Why: rule version, window, value against limit, the numbers behind it."""

    rule: str
    rule_version: int
    kpi: str
    window: BreachWindowView | None
    value: str | None
    threshold: str | None
    op: str
    crossed: list[str]
    numbers: dict[str, str]
    plan_version: int | None
    complete_through: datetime | None
    breach: str
    event_time: datetime
    figures_at: datetime | None = None


class NotificationView(BaseModel):
    """One transition of one alert, told (or not) to one receiver over one channel."""

    notification: str
    delivery: str | None
    alert: str
    fingerprint: str
    episode: int
    seq: int
    campaign: str | None
    receiver: str
    channel: str
    reason: str
    transition: str
    severity: str
    state: State
    decided_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    possible_duplicate: bool
    locale: str
    attempts: list[AttemptView]
    body: BodyView | None
    labels: dict[str, str]
    explain: ExplainView
    muted_by: list[str] = []


class Alert(BaseModel):
    """An alert with its newest episode; `receivers` are those its groups speak to."""

    alert: str
    fingerprint: str
    campaign: str | None
    labels: dict[str, str]
    episode: int
    state: Literal["firing", "no_data", "degraded", "resolved", "withdrawn"]
    severity: str
    starts_at: datetime
    ends_at: datetime | None
    receivers: list[str]
    explain: ExplainView
    acknowledged_by: str | None = None
    closed_by: str | None = None
    snoozed_until: datetime | None = None
    assignee: str | None = None
    acknowledged_after_s: int | None = None


class AlertActionView(BaseModel):
    """What one person did about it, and in which episode."""

    episode: int
    kind: Literal["ack", "unack", "snooze", "unsnooze", "comment", "assign", "resolve"]
    made_by: str
    made_at: datetime
    comment: str
    until: datetime | None
    assignee: str | None


class NewestToldView(BaseModel):
    """The newest that one channel was told of this episode, or that was withheld from it."""

    receiver: str
    channel: str
    transition: str
    severity: str
    reason: str
    state: State
    decided_at: datetime
    delivered_at: datetime | None


class MuteView(BaseModel):
    """What keeps it from a receiver now."""

    receiver: str
    reason: str
    muted_by: list[str]
    until: datetime | None


class FlappingView(BaseModel):
    """That it opens and ends again and again."""

    since: datetime
    openings: int
    until: datetime


class EscalationCallView(BaseModel):
    """What an escalation did."""

    kind: Literal["step", "reminder", "unacknowledged", "handover"]
    turn: int
    round: int
    step: int | None
    called_at: datetime
    severity: str
    receivers: list[str]


class AlertEscalationView(BaseModel):
    """Where an escalation of this episode stands, and whom it has called, the newest first."""

    escalation: str
    state: Literal["running", "answered", "unanswered", "over"]
    turn: int
    next_at: datetime | None
    calls: list[EscalationCallView]


class ResponseTimesView(BaseModel):
    """Of one receiver or one value of a label: episodes told first in the period, and how people
    answered to them."""

    who: str
    told: int
    acknowledged: int
    unanswered: int
    unanswered_open: int
    escalated: int
    escalated_in_vain: int
    p50_s: int | None
    p90_s: int | None
    max_s: int | None


class PastEpisodeView(BaseModel):
    """One earlier time of the same alert, and how it ended."""

    episode: int
    severity: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    acknowledged_by: str | None
    closed_by: str | None
    assignee: str | None
    comment: str


class AlertDetail(Alert):
    """One alert with everything that people did about it, the newest first."""

    response: ResponseView
    actions: list[AlertActionView]
    escalations: list[AlertEscalationView]
    past: list[PastEpisodeView]
    told: list[NewestToldView]
    mutes: list[MuteView]
    flapping: FlappingView | None
