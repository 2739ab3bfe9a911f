"""A record of breaches.v1 → a breach that this service can store, or the reason why not.

What only the database would refuse – U+0000, a key longer than an index row, an instant outside
its calendar – would end the process again and again with the same record: it is poison here.
"""

from datetime import datetime

import msgspec

from shared.events import BREACH_DECODER, Breach, Envelope, has_nul

BREACH_BYTES_MAX = 200_000
"""A breach has a few kilobytes; what it says comes back in each record of notifications.v1."""
KEY_BYTES_MAX = 1_000
"""Of a text that is part of an index: PostgreSQL has room for 2,700 bytes in a row of one."""
SEQ_MAX = 2**31 - 1
YEARS = range(1970, 9000)


class UnreadableError(ValueError):
    """The record is poison; the message says why."""


def read_breach(value: bytes) -> Envelope[Breach]:
    """Decodes and checks one record. Raises UnreadableError."""
    if len(value) > BREACH_BYTES_MAX:
        raise UnreadableError(f"{len(value)} bytes, at most {BREACH_BYTES_MAX}")
    if has_nul(value):
        raise UnreadableError("text with the character U+0000")
    try:
        event = BREACH_DECODER.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(str(error)) from error
    except RecursionError as error:
        raise UnreadableError("nested too deep") from error
    breach = event.data
    keys = {"breach": breach.breach, "campaign": campaign_of(breach)}
    for name, text in keys.items():
        if len(text.encode()) > KEY_BYTES_MAX:
            raise UnreadableError(f"{name} is longer than {KEY_BYTES_MAX} bytes")
    if not 1 <= breach.seq <= SEQ_MAX:
        raise UnreadableError(f"seq {breach.seq} is not in 1..{SEQ_MAX}")
    for instant in _instants(breach):
        # By its year: an instant of year 1 east of Greenwich has no UTC to be compared in.
        if instant.year not in YEARS:
            raise UnreadableError(f"the instant {instant} is not in the years of this service")
    return event


def campaign_of(breach: Breach) -> str:
    """The campaign a breach is about, "" for none."""
    return breach.group.get("campaign") or breach.labels.get("campaign") or ""


def _instants(breach: Breach) -> list[datetime]:
    found = [breach.event_time, breach.decided_at, breach.since]
    if breach.window is not None:
        found += [breach.window.start, breach.window.end]
    return found + [one.complete_through for one in breach.sources if one.complete_through]
