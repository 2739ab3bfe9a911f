"""HTTP bodies of alerts (contracts.md section 5). Times RFC 3339, numbers as decimal strings."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.events.notifications import AttemptClass, State


class Attempt(BaseModel):
    """One send: what the provider said, and the class that follows from it."""

    at: datetime
    http_status: int | None
    provider_code: str
    provider_message: str
    class_: AttemptClass = Field(alias="class")
    duration_ms: int


class Body(BaseModel):
    title: str
    text: str


class Window(BaseModel):
    kind: str
    start: datetime
    end: datetime


class Explain(BaseModel):
    """Why: rule version, window, value against limit, the numbers behind it."""

    rule: str
    rule_version: int
    kpi: str
    window: Window | None
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
    state: State
    decided_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    possible_duplicate: bool
    locale: str
    attempts: list[Attempt]
    body: Body | None
    labels: dict[str, str]
    explain: Explain


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


class RouteView(BaseModel):
    """A node of the tree with everything it inherits filled in; durations as in the file."""

    receiver: str
    group_by: list[str]
    group_wait: str
    group_interval: str
    repeat_interval: str
    matchers: list[str]
    continue_: bool = Field(alias="continue")
    routes: list["RouteView"]


class DingTalkView(BaseModel):
    """Names of environment variables; what they hold is never shown."""

    url_env: str
    secret_env: str | None


class EmailView(BaseModel):
    to: list[str]
    from_: str | None = Field(alias="from")


class ReceiverView(BaseModel):
    name: str
    locale: str
    send_resolved: bool
    dingtalk_configs: list[DingTalkView]
    email_configs: list[EmailView]


class ConfigurationView(BaseModel):
    """What is in use, in the file's words; environment variables by name only."""

    workspace: str
    version: int = Field(
        description="Counts the configurations of the workspace; all replicas "
        "follow the newest. 0 until the database is reached."
    )
    sha256: str = Field(description="Of the file's lines without comments.")
    made_by: str | None = Field(
        description="Whose reload made it, or `start` for a file that was "
        "changed while nothing ran."
    )
    made_at: datetime | None
    doubts: list[str] = Field(
        description="What is allowed and probably not meant, with its line: "
        "a receiver without a channel, a matcher that no alert can meet."
    )
    route: RouteView
    receivers: list[ReceiverView]


class Reloaded(BaseModel):
    """The caller's workspace, if it has a file; empty otherwise."""

    workspaces: list[str]
