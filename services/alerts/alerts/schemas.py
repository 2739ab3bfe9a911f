"""HTTP bodies of alerts (contracts.md section 5). Times RFC 3339, numbers as decimal strings."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from alerts.channels.result import SendClass

DeliveryState = Literal[
    "pending", "sending", "accepted", "delivered", "failed", "parked", "muted", "suppressed"
]


class Attempt(BaseModel):
    """One send: what the provider said, and the class that follows from it."""

    at: datetime
    http_status: int | None
    provider_code: str
    provider_message: str
    class_: SendClass = Field(alias="class")
    duration_ms: int


class Body(BaseModel):
    title: str
    text: str


class Explain(BaseModel):
    """Why: rule version, window, value against limit, the numbers behind it."""

    rule: str
    rule_version: int
    kpi: str
    window: dict[str, Any] | None
    value: str | None
    threshold: str | None
    op: str
    crossed: list[str]
    numbers: dict[str, str]
    plan_version: int | None
    complete_through: datetime | None
    breach: str
    event_time: datetime


class Notification(BaseModel):
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
    state: DeliveryState
    decided_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    possible_duplicate: bool
    locale: str
    attempts: list[Attempt]
    body: Body | None
    labels: dict[str, str]
    explain: Explain


class NotificationPage(BaseModel):
    items: list[Notification]
    next: str | None


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
    explain: Explain


class AlertPage(BaseModel):
    items: list[Alert]
    next: str | None


class ConfigurationView(BaseModel):
    """What is in use, in the file's words; environment variables by name only."""

    workspace: str
    route: dict[str, Any]
    receivers: list[dict[str, Any]]


class Reloaded(BaseModel):
    workspaces: list[str]
