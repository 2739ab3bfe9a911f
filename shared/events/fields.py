"""What fields of events may hold: the patterns and bounds of texts, and the closed lists."""

import re
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from shared.names import NAME

END = r"$(?!\n)"
"""Of a pattern: Python's $ alone also stands before a last line break."""
Id = Annotated[str, Meta(min_length=1, max_length=256)]
Name = Annotated[str, Meta(pattern=f"^{NAME}{END}")]
Source = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^\s|]+{END}")]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
Currency = Annotated[str, Meta(pattern=rf"^[A-Z]{{3}}{END}")]
Instant = Annotated[datetime, Meta(tz=True)]
Period = Annotated[str, Meta(pattern=rf"^[0-9]{{4}}(-[0-9]{{2}}){{2}}(T[0-9]{{2}})?{END}")]
Revision = Annotated[int, Meta(ge=0, le=2**62)]
Severity = Literal["info", "warning", "critical"]
Transition = Literal[
    "firing", "level_changed", "resolved", "corrected", "withdrawn", "no_data", "degraded"
]
Freshness = Literal["live", "late", "silent", "manual"]


_NUL = b"\\u0000"
_search_nul = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000").search
"""With an even number of backslashes before it: an odd one makes it six harmless characters."""


def has_nul(value: bytes) -> bool:
    """Whether JSON text states the character U+0000, as a name or in a value.

    PostgreSQL's text cannot hold it, and JSON can write it only as an escape: such a record is
    poison for every consumer. The two bytes of an escaped backslash before "u0000" are not.
    """
    return _NUL in value and _search_nul(value) is not None
