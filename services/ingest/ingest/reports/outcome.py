"""What became of a report: its rows, sources and heartbeats, and how the answer says it. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingest.platforms.mapping import Platform
from ingest.rejections.rejection import Rejection
from ingest.reports.convert import Converted
from ingest.reports.facts import StatedFacts
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.reading.rows import Row, Table
from shared.errors import ErrorItem, InvalidError


class RefusedRow(NamedTuple):
    """A row of the request, by its number and line, and why it is refused."""

    row: int
    line: int
    code: str
    detail: str


class EqualRow(NamedTuple):
    """A row that repeats the row `first`; both are numbers in the whole load."""

    row: int
    line: int
    first: int
    detail: str


@dataclass(slots=True)
class Loaded:
    """What became of a report; `rejected` are rows, one reason each.

    `not_complete` are heartbeats that `complete` asked for and that were refused, by source;
    `left_out` counts rows of which one half had no right; `unset` are sources whose time zone
    nobody has set; `next_page` is the name under which the last page names one that is missing.
    """

    import_id: str
    rows: int
    spend_rows: int = 0
    metrics_rows: int = 0
    rejected: list[RefusedRow] = field(default_factory=list)
    equal: list[EqualRow] = field(default_factory=list)
    equal_count: int = 0
    not_complete: Sequence[Rejection] = ()
    left_out: Counter[str] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)
    unset: list[str] = field(default_factory=list)
    next_page: str | None = None

    @property
    def accepted(self) -> int:
        return self.rows - len(self.rejected)

    @property
    def codes(self) -> Counter[str]:
        """How many rows were refused, by code."""
        return Counter(refused.code for refused in self.rejected)


def count(
    loaded: Loaded, table: Table, converted: Converted, rejected: Sequence[Rejection]
) -> None:
    refused = {rejection.place for rejection in rejected}
    first = table.rows[0].number
    for rejection in rejected:
        row = table.rows[rejection.place + 1 - first]
        loaded.rejected.append(RefusedRow(row.number, row.line, rejection.code, rejection.detail))
    loaded.spend_rows += len(converted.spend_rows - refused)
    loaded.metrics_rows += len(converted.metrics_rows - refused)
    loaded.left_out.update(converted.left_out)
    places = converted.decoded.places
    for place, event in zip(places, converted.decoded.events, strict=True):
        if place not in refused:
            loaded.sources.add(event.source)


def name_equal(loaded: Loaded, rows: Sequence[Row], stated: StatedFacts, first_row: int) -> None:
    """Gives the equal rows that this round has found their lines."""
    for equal in stated.equal[len(loaded.equal) :]:
        row = rows[equal.second - first_row + 1 - rows[0].number]
        loaded.equal.append(EqualRow(row.number, row.line, equal.first, equal.detail))


def refused(error: FileRefusedError, *, complete: bool = False) -> InvalidError:
    """A file refused whole: 422 with the line and the reason."""
    errors: list[ErrorItem] = [
        {"loc": f"line.{error.line}", "code": error.code, "detail": error.detail}
    ]
    if complete:
        detail = "nothing was loaded, so no source is told complete"
        errors.append({"loc": "query.complete", "code": "not_complete", "detail": detail})
    return InvalidError(error.code, f"line {error.line}: {error.detail}", errors=errors)


def reply_of(loaded: Loaded, platform: Platform) -> dict[str, Any]:
    """The answer as it is documented (schemas.ReportReply)."""
    return {
        "import": loaded.import_id,
        "rows": loaded.rows,
        "accepted": loaded.accepted,
        "spend_rows": loaded.spend_rows,
        "metrics_rows": loaded.metrics_rows,
        "rejected": [row._asdict() for row in loaded.rejected],
        "not_complete": [
            # A report without rows and source names nothing but its platform.
            {"source": b.source or platform.platform, "code": b.code, "detail": b.detail}
            for b in loaded.not_complete
        ],
        "equal": [row._asdict() for row in loaded.equal],
        "equal_rows": loaded.equal_count,
        "left_out": dict(loaded.left_out),
        "sources": sorted(loaded.sources),
        "unset_sources": loaded.unset,
    }
