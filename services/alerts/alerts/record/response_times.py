"""How fast people answered, and what nobody answered, by who was told or by a label. Pure."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.record.store_response_times import ResponseTimes
from shared.bodies.sheets import is_formula
from shared.errors import InvalidError

DAYS_MAX = 92
COLUMNS = ResponseTimes._fields


def check_period(begin: datetime, end: datetime) -> None:
    """Raises InvalidError `range_invalid`."""
    if not begin < end <= begin + timedelta(days=DAYS_MAX):
        raise InvalidError(
            "range_invalid", f"from lies before to, and both at most {DAYS_MAX} days apart"
        )


def as_csv(rows: Sequence[ResponseTimes]) -> str:
    """The same as the JSON, a line for each, under the names of its fields; what there is none of
    is empty. A text that a spreadsheet would compute stands behind an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value
