"""Ids and labels of rows: texts, or numbers that are whole and exact. Pure.

A program or a spreadsheet turns ids into numbers. 7001000106.0 is still the id; 1.20211E+17 has
lost digits, and would be a campaign of its own that nothing is mapped to.
"""

import re
from decimal import Decimal
from typing import Any

from ingest.faults import FaultError
from ingest.platforms.mapping import Level

EXACT_MAX = 2**53
"""Above it a number with a fraction or an exponent has been a float, which skips integers."""


def read_id(value: Any, name: str, level: Level) -> str:
    """The id of a level of the entity. Raises FaultError `wrong_type`."""
    text = read_label(value, name)
    if level.pattern is not None:
        match = re.search(level.pattern, text)
        if match is None:
            article = "an" if name[0] in "aeiou" else "a"
            raise FaultError(
                "wrong_type",
                f"{text[:60]!r} is no id of {article} {name}: a spreadsheet may have changed it,"
                " export ids as text",
            )
        text = match[1]
    for character in level.drop:
        text = text.replace(character, "")
    return text


def read_label(value: Any, name: str) -> str:
    """The value of a breakdown. Raises FaultError `wrong_type`."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise FaultError("wrong_type", f"{str(value).lower()[:60]} is no text: {name} has an id")
    if isinstance(value, int):
        return str(value)
    exponent = value.as_tuple().exponent
    is_exact = isinstance(exponent, int) and exponent <= 0 and abs(value) <= EXACT_MAX
    if not is_exact or value % 1:
        raise FaultError(
            "wrong_type",
            f"{str(value)[:60]} as {name} is no whole and exact number: send ids as text",
        )
    return str(int(value))
