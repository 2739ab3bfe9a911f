"""Instants as callers write them: RFC 3339 text with an offset, and nothing else.

A library that also takes numbers reads `expires_at: 0` as 1970 and "1700000000" as 2023: a slip in
a unit becomes a date that nobody wrote. PostgreSQL and Python end at different years, so the range
is ours.
"""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

YEARS = range(1970, 3000)
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)


def _written_as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or _RFC_3339.fullmatch(value) is None:
        raise PydanticCustomError(
            "time_invalid", "a time is written like 2025-11-01T10:00:00+08:00, as a text"
        )
    return value


def _in_range(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise PydanticCustomError("time_out_of_range", "the time is not between 1970 and 2999")
    return at


AnyInstant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written_as_text)]
"""Codes `time_invalid`, `timezone_aware`; for those that judge the range by themselves."""
Instant = Annotated[AnyInstant, AfterValidator(_in_range)]
"""Of a body or a query: also `time_out_of_range`."""
