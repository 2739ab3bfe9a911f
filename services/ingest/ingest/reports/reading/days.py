"""Days as reports write them. Pure.

A day with its year first has one reading. With the year last, 02/03/2026 is the 2nd of March or the
3rd of February: which one is decided once per file (notation.py), never per cell.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

Order = Literal["dmy", "mdy", "ymd"]
LATE_ORDERS: tuple[Order, Order] = ("dmy", "mdy")
"""The two readings of a day whose year stands last."""

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", re.ASCII)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})", re.ASCII)


class Readings(NamedTuple):
    """What a cell's beginning may mean by order of its parts, and what follows the day."""

    by_order: dict[Order, date]
    rest: str


@lru_cache(maxsize=4096)
def readings_of(text: str) -> Readings | None:
    """All days the text may begin with; None when it begins with none of these forms."""
    match = _YEAR_FIRST.match(text)
    if match is not None:
        return _one(match[1], match[3], match[4], text[match.end() :])
    match = _CHINESE.match(text)
    if match is not None:
        return _one(match[1], match[2], match[3], text[match.end() :])
    match = _YEAR_LAST.match(text)
    if match is None:
        return None
    first, second, year = match[1], match[3], match[4]
    by_order: dict[Order, date] = {}
    if (day_first := _day(year, second, first)) is not None:
        by_order["dmy"] = day_first
    if (month_first := _day(year, first, second)) is not None:
        by_order["mdy"] = month_first
    return Readings(by_order, text[match.end() :])


def _one(year: str, month: str, day: str, rest: str) -> Readings:
    found = _day(year, month, day)
    return Readings({} if found is None else {"ymd": found}, rest)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
