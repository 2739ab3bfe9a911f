"""What follows from a provider's answer (alerting.md 2.6): the next state, and when to try again.

Nothing is given up: who was told the beginning of a breach is told its end (design.md 1.5), so a
message goes on waiting in its place until somebody can take it. Only the pause grows: minutes when
the provider cannot (`pending`) or must not be hurried (`parked`), up to an hour when it does not
want to (`failed`), because then a person has to correct something first.
"""

import random
from typing import NamedTuple

import msgspec

from alerts.channels.contract import Channel
from alerts.channels.message import Composed, Message
from alerts.channels.result import SendClass, SendResult
from alerts.delivery.parts import BRIEF, SHORT, halved, rest
from alerts.delivery.store import AttemptOutcome, Claimed
from shared.backoff import backoff_s

PARK_S = 60.0
SHORT_TEXT_MAX = 4_000


class Waits(NamedTuple):
    """Seconds until the next attempt: doubling from the first to the longest."""

    retry_first_s: float
    retry_max_s: float
    refused_first_s: float
    refused_max_s: float


def compose(channel: Channel, part: Message, shrunk: int) -> Composed:
    """A part in the channel's medium, as short as it has to be by now."""
    text_max = channel.limits.text_max
    return channel.compose(part, min(text_max, SHORT_TEXT_MAX) if shrunk >= SHORT else text_max)


def judge(claimed: Claimed, composed: Composed, result: SendResult, waits: Waits) -> AttemptOutcome:
    """The outcome of one attempt. What is refused as too large is tried again at once in smaller
    parts, then in a shorter form; one alert that is refused even as a bare title is refused by the
    destination, not for its text."""
    shrunk, wait_s = claimed.shrunk, 0.0
    text, left = composed.text, None
    match result.kind:
        case SendClass.DELIVERED | SendClass.ACCEPTED:
            message = msgspec.convert(claimed.message, Message)
            left = rest(message, shrunk, text)
            text = "\n\n".join([*message.told, text])
            state, shrunk = ("pending", 0) if left else (result.kind.value, shrunk)
        case SendClass.RETRYABLE:
            state = "pending"
            wait_s = result.retry_after_s or _spread_s(
                claimed.claim, waits.retry_max_s, waits.retry_first_s
            )
        case SendClass.RATE_LIMITED:
            state, wait_s = "parked", result.retry_after_s or PARK_S
        case SendClass.CONTENT if shrunk < BRIEF:
            left = halved(msgspec.convert(claimed.message, Message), shrunk)
            state, shrunk = "pending", shrunk if left else shrunk + 1
        case SendClass.CONTENT | SendClass.CONFIG:
            state = "failed"
            wait_s = _spread_s(claimed.claim, waits.refused_max_s, waits.refused_first_s)
    return AttemptOutcome(
        state=state,
        wait_s=wait_s,
        maybe_delivered=result.maybe_delivered,
        shrunk=shrunk,
        title=composed.title,
        body=text,
        message=left,
        message_id=result.message_id,
        thread_id=result.thread_id,
    )


def _spread_s(attempt: int, longest_s: float, first_s: float) -> float:
    """Jitter of half keeps many from coming back at once."""
    spread = random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, no secret
    return spread * backoff_s(attempt, longest_s, first_s)
