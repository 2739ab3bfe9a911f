"""Loads of reports. Their ids are ULIDs, which sort by time, so that the ledger's keys keep their
locality."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Import:
    """One load: its id, the time of the report, the revision (ms), and the caller's defaults."""

    import_id: str
    time: datetime
    revision: int
    source: str | None = None
    currency: str | None = None
    first_row: int = 1


def make_import_id(time_ms: int) -> str:
    """26 characters of Crockford's base 32: 48 bits of time, 80 random bits."""
    value = (time_ms << 80) | secrets.randbits(80)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def is_import_id(text: str) -> bool:
    return _ULID.fullmatch(text) is not None
