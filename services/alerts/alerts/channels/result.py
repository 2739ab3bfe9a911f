"""What a provider said about one send: the class decides what happens next (alerting.md 2.6).

What nobody said – a message that cannot be built, a fault of a library – is a result as well
(`fault`): it waits for a correction like a refused one, and the other messages go on.
"""

from enum import StrEnum

from msgspec import Struct

PROVIDER_MESSAGE_CHARACTERS_MAX = 300


class SendClass(StrEnum):
    """`delivered` only in the provider's own words; HTTP 200 alone is not delivery. `accepted` is
    the most that some can say: they have the message, and nobody is told whether it is shown."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    RETRYABLE = "retryable"
    RATE_LIMITED = "rate_limited"
    CONTENT = "permanent_content"
    CONFIG = "permanent_config"


ARRIVED = (SendClass.DELIVERED, SendClass.ACCEPTED)
"""The message is with the provider: it is not sent again."""


class SendResult(Struct, frozen=True, kw_only=True):
    """`maybe_delivered`: the request went out and no answer says that it was not taken, so a
    retry may be a second copy. `retry_after_s` is the provider's own wish. `message_id` is what the
    provider calls the message, `thread_id` the first of its thread as it now is."""

    kind: SendClass
    provider_code: str
    provider_message: str
    http_status: int | None = None
    maybe_delivered: bool = False
    retry_after_s: float | None = None
    message_id: str | None = None
    thread_id: str | None = None


class NotBuiltError(Exception):
    """A message that cannot be built, by its cause; nothing of it was sent."""


def clip(text: str) -> str:
    """A provider's text for logs and rows: one line, bounded, of characters a database stores
    (a mail server may answer in any encoding, a robot with any escape)."""
    line = " ".join(text.split())[:PROVIDER_MESSAGE_CHARACTERS_MAX]
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def origin(error: BaseException) -> BaseException:
    """The error that a NotBuiltError or a group of errors is about."""
    while True:
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        elif isinstance(error, NotBuiltError) and error.__cause__ is not None:
            error = error.__cause__
        else:
            return error


def fault(error: Exception) -> SendResult:
    """The attempt that ended with an error instead of an answer. Its words are left out: they may
    hold an address."""
    built = not isinstance(error, NotBuiltError)
    return SendResult(
        kind=SendClass.CONFIG,
        provider_code=type(origin(error)).__name__,
        provider_message=(
            "a fault while the message was sent" if built else "the message cannot be built"
        ),
        maybe_delivered=built,
    )


def result_of(kind: SendClass, code: str, message: str, *, maybe: bool = False) -> SendResult:
    """An attempt that got no answer of its provider, or one without a status."""
    return SendResult(
        kind=kind, provider_code=code, provider_message=message, maybe_delivered=maybe
    )
