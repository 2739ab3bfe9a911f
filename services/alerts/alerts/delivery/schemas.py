"""HTTP bodies of a test message."""

from pydantic import BaseModel, Field

from shared.events.notifications import AttemptClass


class TrialView(BaseModel):
    """What the provider of one channel said; it arrived if `class` is delivered or accepted."""

    name: str
    channel: str
    class_: AttemptClass = Field(alias="class")
    http_status: int | None
    provider_code: str
    provider_message: str
    duration_ms: int


class ReceiverTried(BaseModel):
    """One result for each channel; without channels nobody was told."""

    receiver: str
    arrived: bool
    results: list[TrialView]
