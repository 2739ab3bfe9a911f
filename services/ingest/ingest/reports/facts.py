"""Does one report state a fact twice? Pure.

All rows of a report have one revision, so the ledger counts the same figures once, and could only
refuse other ones later, as `revision_conflict`, when nobody looks at the load any more. Both rows
are in the file: the first one counts, a later one that says otherwise is refused at once under the
same code, and one that says the same is named, for it may be another fact whose column is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from ingest.faults import FaultError
from ingest.periods import occurs_twice
from ingest.wire import SpendWire
from shared.events import SORTED_ENCODER, MetricsSent, SpendSent

CODE = "revision_conflict"
FACT_BYTES = 16
FIGURES_BYTES = 8
EQUAL_SHOWN_MAX = 1_000

Statement = SpendSent | MetricsSent


class _Repeat(NamedTuple):
    first: int
    second: int
    period: str
    zone: str | None = None


class Conflict(_Repeat):
    """A row that states a fact otherwise than the row `first` before it."""

    @property
    def detail(self) -> str:
        """Both rows in one sentence, and what may be the cause."""
        grain = "hour" if "T" in self.period else "day"
        cause = _cause(self.period, self.zone)
        return (
            f"rows {self.first} and {self.second} state different figures for the same campaign"
            f" and {grain} ({self.period}); row {self.first} counts."
            f" {cause[0].upper()}{cause[1:]}"
        )


class Equal(_Repeat):
    """A row that states a fact as the row `first` before it does."""

    @property
    def detail(self) -> str:
        """Both rows in one sentence, and what may be the cause."""
        cause = _cause(self.period, self.zone)
        if cause == _BREAKDOWN:
            cause = "is a column missing?"
        return f"rows {self.first} and {self.second} are equal: counted once, {cause}"


_BREAKDOWN = "is the column of a breakdown missing?"


def _cause(period: str, zone: str | None) -> str:
    """Why a fact may stand twice: mostly a breakdown, in one hour a year the clock."""
    if "T" not in period:
        return _BREAKDOWN
    if zone is None:
        return (
            "was the clock set back in that hour? Then set the time zone of the source"
            " (PUT /v1/sources/…), else the column of a breakdown is missing"
        )
    if occurs_twice(period, zone):
        return (
            f"the clock in {zone} was set back, so that hour occurs twice;"
            " its first two rows are its two hours, and this one is a third"
        )
    return _BREAKDOWN


@dataclass(slots=True)
class StatedFacts:
    """What the rows of one load state: some 200 bytes a row, whatever it contains.

    `equal` are the first rows that repeat another one, `equal_count` is how many there are.
    """

    equal: list[Equal] = field(default_factory=list)
    equal_count: int = 0
    _facts: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)

    def knows(self, events: Sequence[Statement]) -> bool:
        """Whether a row before these has stated the same fact."""
        return fact_of(events) in self._facts

    def state(self, row: int, events: Sequence[Statement], zone: str | None) -> None:
        """Remembers the events of row number `row`.

        Raises FaultError `revision_conflict`, which names both rows; then it is not remembered.
        """
        figures = figures_of(events)
        first, known = self._facts.setdefault(fact_of(events), (row, figures))
        if first == row:
            return
        period = events[0].data.period or ""
        if known != figures:
            raise FaultError(CODE, Conflict(first, row, period, zone).detail)
        self.equal_count += 1
        if len(self.equal) < EQUAL_SHOWN_MAX:
            self.equal.append(Equal(first, row, period, zone))


def fact_of(events: Sequence[Statement]) -> bytes:
    """The fact that the events of a row are about, as a digest."""
    event, data = events[0], events[0].data
    return _digest((event.source, data.report, data.entity, data.period, data.dims), FACT_BYTES)


def figures_of(events: Sequence[Statement]) -> bytes:
    figures: list[Any] = []
    for event in events:
        data: Any = event.data
        figures.append(data.amount if type(event) is SpendWire else data.measures)
    return _digest((figures, events[0].data.currency), FIGURES_BYTES)


def _digest(value: object, size: int) -> bytes:
    return blake2b(SORTED_ENCODER.encode(value), digest_size=size).digest()
