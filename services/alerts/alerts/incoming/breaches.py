"""A record of breaches.v1 or breaches.figures.v1 → what this service can store, or why it cannot.

What only the database would refuse – U+0000, a key longer than an index row, an instant outside
its calendar – would end the process again and again with the same record: it is poison here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from shared.events import (
    BREACH_DECODER,
    FIGURES_DECODER,
    Breach,
    BreachFigures,
    Envelope,
    has_nul,
)

T = TypeVar("T")
BREACH_BYTES_MAX = 200_000
"""A breach has a few kilobytes; what it says comes back in each record of notifications.v1."""
KEY_BYTES_MAX = 1_000
"""Of a text that is part of an index: PostgreSQL has room for 2,700 bytes in a row of one."""
SEQ_MAX = 2**31 - 1
YEARS = range(1970, 9000)


class UnreadableError(ValueError):
    """The record is poison; the message says why."""


def read_breach(value: bytes) -> Envelope[Breach]:
    """Decodes and checks one record of breaches.v1. Raises UnreadableError."""
    event = _decoded(value, BREACH_DECODER)
    breach = event.data
    _check_keys({"breach": breach.breach, "campaign": campaign_of(breach)}, breach.seq)
    times = [breach.event_time, breach.decided_at, breach.since]
    _check_instants([*times, *_instants(breach)])
    return event


def read_figures(value: bytes) -> Envelope[BreachFigures]:
    """Decodes and checks one record of breaches.figures.v1. Raises UnreadableError."""
    event = _decoded(value, FIGURES_DECODER)
    figures = event.data
    _check_keys({"breach": figures.breach}, figures.seq)
    _check_instants([figures.decided_at, *_instants(figures)])
    return event


def _decoded(value: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    if len(value) > BREACH_BYTES_MAX:
        raise UnreadableError(f"{len(value)} bytes, at most {BREACH_BYTES_MAX}")
    if has_nul(value):
        raise UnreadableError("text with the character U+0000")
    try:
        return decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(str(error)) from error
    except RecursionError as error:
        raise UnreadableError("nested too deep") from error


def _check_keys(keys: Mapping[str, str], seq: int) -> None:
    for name, text in keys.items():
        if len(text.encode()) > KEY_BYTES_MAX:
            raise UnreadableError(f"{name} is longer than {KEY_BYTES_MAX} bytes")
    if not 1 <= seq <= SEQ_MAX:
        raise UnreadableError(f"seq {seq} is not in 1..{SEQ_MAX}")


def _check_instants(instants: Iterable[datetime]) -> None:
    for instant in instants:
        # By its year: an instant of year 1 east of Greenwich has no UTC to be compared in.
        if instant.year not in YEARS:
            raise UnreadableError(f"the instant {instant} is not in the years of this service")


def campaign_of(breach: Breach) -> str:
    """The campaign a breach is about, "" for none."""
    return breach.group.get("campaign") or breach.labels.get("campaign") or ""


def as_of(breach: Breach) -> datetime:
    """The instant that the figures of a breach describe."""
    return breach.figures_at or breach.event_time


def _instants(said: Breach | BreachFigures) -> list[datetime]:
    found = [said.figures_at] if said.figures_at is not None else []
    if said.window is not None:
        found += [said.window.start, said.window.end]
    return found + [one.complete_through for one in said.sources if one.complete_through]
