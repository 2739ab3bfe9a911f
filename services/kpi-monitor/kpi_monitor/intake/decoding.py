"""Events from bytes, and what of them breaks the contract. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from kpi_monitor.records.measures import Refusal
from shared.events import (
    has_nul,
)
from shared.kafka.consumer import Received
from shared.money import MoneyError

T = TypeVar("T")
UNREADABLE = (
    msgspec.DecodeError,
    MoneyError,
    UnicodeDecodeError,
    KeyError,
    TypeError,
    RecursionError,
)


def decode(
    received: Sequence[Received], decoder: Callable[[bytes], T]
) -> tuple[list[tuple[Received, T]], list[tuple[Received, Refusal]]]:
    """Typed events; what breaks the contract is refused by name and never stops a partition."""
    events: list[tuple[Received, T]] = []
    refused: list[tuple[Received, Refusal]] = []
    for one in received:
        if has_nul(one.value):
            refused.append((one, Refusal("unparseable", "text with a NUL character")))
            continue
        try:
            events.append((one, decoder(one.value)))
        except UNREADABLE as error:
            detail = f"{type(error).__name__}: {error}"
            refused.append((one, Refusal("unparseable", detail)))
    return events, refused
