"""Does one report state a fact twice with different figures? Pure.

All rows of a report have one revision, so the ledger could only refuse the second figure later, as
`revision_conflict`, when nobody looks at the load any more. Both rows are in the file: the first
one counts, and a later one that says otherwise is refused at once under the same code.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from ingest.faults import FaultError
from ingest.wire import SpendWire
from shared.events import SORTED_ENCODER, MetricsSent, SpendSent

CODE = "revision_conflict"
DIGEST_BYTES = 16

Statement = SpendSent | MetricsSent


class _Stated(NamedTuple):
    row: int
    figures: bytes


class Conflict(NamedTuple):
    """A row that states a fact otherwise than the row `first` before it."""

    first: int
    second: int
    period: str

    @property
    def detail(self) -> str:
        """Both rows in one sentence."""
        grain = "hour" if "T" in self.period else "day"
        return (
            f"rows {self.first} and {self.second} state different figures for the same campaign"
            f" and {grain} ({self.period}); row {self.first} counts."
            " Is the column of a breakdown missing?"
        )


class StatedFacts:
    """What the rows of one load state. 32 bytes of digests per event, whatever a row contains.

    `conflicts` are the rows that were refused, by their number.
    """

    def __init__(self) -> None:
        self.conflicts: dict[int, Conflict] = {}
        self._facts: dict[bytes, _Stated] = {}

    def state(self, row: int, events: Sequence[Statement]) -> None:
        """Remembers the events of row number `row`; the same figures again are no fault.

        Raises FaultError `revision_conflict`, which names both rows; then none is remembered.
        """
        stated = [(_fact_of(event), _Stated(row, _figures_of(event))) for event in events]
        for fact, now in stated:
            before = self._facts.get(fact)
            if before is not None and before.figures != now.figures:
                conflict = Conflict(before.row, row, events[0].data.period or "")
                self.conflicts[row] = conflict
                raise FaultError(CODE, conflict.detail)
        for fact, now in stated:
            self._facts.setdefault(fact, now)


def _fact_of(event: Statement) -> bytes:
    data = event.data
    kind = type(event).__name__
    return _digest((kind, event.source, data.report, data.entity, data.period, data.dims))


def _figures_of(event: Statement) -> bytes:
    data: Any = event.data
    figures = data.amount if type(event) is SpendWire else data.measures
    return _digest((figures, data.currency))


def _digest(value: object) -> bytes:
    return blake2b(SORTED_ENCODER.encode(value), digest_size=DIGEST_BYTES).digest()
