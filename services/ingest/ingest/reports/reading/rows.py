"""What every kind of report consists of: rows, and how the whole of them is to be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from ingest.platforms.mapping import Layout
from ingest.reports.reading.notation import READ_PLAINLY, Notation


class Row(NamedTuple):
    """`number` counts data rows from 1; `line` is where the row ends in the file, 0 in JSON.

    `fault` says why the row as such cannot be read; `text` is the row as it stands in the file.
    """

    number: int
    line: int
    values: Mapping[str, Any]
    fault: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows of a report that was understood; `as_of` is what it says about its freshness."""

    layout: Layout
    rows: Sequence[Row]
    notation: Notation = READ_PLAINLY
    as_of: datetime | None = None
