"""HTTP bodies of test messages, of what is sent again, of limits, and of words that are tried."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.configuration.document import Locale
from shared.events.notifications import AttemptClass, State


class TrialView(BaseModel):
    """What the provider of one channel said; it arrived if `class` is delivered or accepted."""

    name: str
    channel: str
    class_: AttemptClass = Field(alias="class")
    http_status: int | None
    provider_code: str
    provider_message: str
    duration_ms: int


class TemplatePreviewBody(BaseModel):
    """Own words for messages, to be seen with an alert of the workspace."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = ""
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]
    alert: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")]
    locale: Locale = "en"


class TemplatePreview(BaseModel):
    """What people would read, before a channel gives it a form."""

    title: str
    text: str


class DeliveryView(BaseModel):
    """One message to one channel; while `behind` names an earlier one, that goes first."""

    delivery: str
    receiver: str
    channel: str
    state: State
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    behind: str | None


class LimitUseView(BaseModel):
    """One limit of a channel, and how many messages count against it now."""

    period: Literal["hour", "day", "month"]
    limit: int | None
    used: int
    ends_at: datetime


class ChannelLimitView(BaseModel):
    """How many messages a channel is sent at most, and how many went."""

    channel: str
    minute: int | None
    location: str
    critical_passes: bool
    periods: list[LimitUseView]
    throttled_until: datetime | None


class LimitsView(BaseModel):
    """The channels to which the file gives limits."""

    limits: list[ChannelLimitView]


class ReceiverTried(BaseModel):
    """One result for each channel; without channels nobody was told."""

    receiver: str
    arrived: bool
    results: list[TrialView]
