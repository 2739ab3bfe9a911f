"""What a provider said about one send: the class decides what happens next (alerting.md 2.6)."""

from enum import StrEnum

from msgspec import Struct

PROVIDER_MESSAGE_CHARACTERS_MAX = 300


class SendClass(StrEnum):
    """`delivered` only in the provider's own words; HTTP 200 alone is not delivery."""

    DELIVERED = "delivered"
    RETRYABLE = "retryable"
    RATE_LIMITED = "rate_limited"
    CONTENT = "permanent_content"
    CONFIG = "permanent_config"


class SendResult(Struct, frozen=True, kw_only=True):
    """`maybe_delivered`: the request went out and no answer came, so a retry may be a second
    copy. `remaining`: mail recipients who have not taken it, None for all. `retry_after_s` is the
    provider's own wish."""

    kind: SendClass
    provider_code: str
    provider_message: str
    http_status: int | None = None
    maybe_delivered: bool = False
    retry_after_s: float | None = None
    remaining: tuple[str, ...] | None = None


def clip(text: str) -> str:
    """A provider's text for logs and rows: one line, bounded."""
    return " ".join(text.split())[:PROVIDER_MESSAGE_CHARACTERS_MAX]
