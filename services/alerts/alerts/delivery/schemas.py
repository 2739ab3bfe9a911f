"""HTTP bodies of a test message, and of one that is sent again."""

from datetime import datetime

from pydantic import BaseModel, Field

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


class DeliveryView(BaseModel):
    """One message to one channel; while `behind` names an earlier one, that goes first."""

    delivery: str
    receiver: str
    channel: str
    state: State
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    behind: str | None


class ReceiverTried(BaseModel):
    """One result for each channel; without channels nobody was told."""

    receiver: str
    arrived: bool
    results: list[TrialView]
