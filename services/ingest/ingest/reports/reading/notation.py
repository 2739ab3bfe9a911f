"""How one file writes numbers and days: proved by its own cells, or said by who sends it. Pure.

No cell is guessed. A cell that allows only one reading proves it for the whole file; when cells
prove different readings, or when none proves any and one could be read in two ways, the file is
refused whole, and the refusal names the option that settles it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from ingest.platforms.mapping import Layout, Quantity
from ingest.reports.reading.days import LATE_ORDERS, Order, readings_of
from ingest.reports.reading.numbers import MARKS, Mark, read_number
from ingest.reports.reading.refusals import FileRefusedError

# The form of nearly all cells that prove a point, without the two readings of the others.
_is_plainly_a_point = re.compile(r"-?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})", re.ASCII).fullmatch
_SEPARATORS = frozenset(".,．，")


class Notation(NamedTuple):
    """The decimal mark of a file, and the order of a day whose year stands last."""

    decimal: Mark = "."
    dates: Order = "ymd"


class Asked(NamedTuple):
    """What who sends the file says about it; None leaves it to the file."""

    decimal: Mark | None = None
    dates: Order | None = None


READ_PLAINLY = Notation()
NOTHING_ASKED = Asked()


class _Cell(NamedTuple):
    text: str
    column: str
    row: int
    line: int

    def named(self) -> str:
        return f"{self.text[:40]!r} (row {self.row}, {self.column})"


@dataclass(slots=True)
class _Question:
    """The first cell that proves each reading, and the first one that could be read in two ways."""

    proofs: dict[str, _Cell] = field(default_factory=dict)
    open: _Cell | None = None

    def take(self, readings: Mapping[Any, Any], cell: _Cell) -> None:
        if len(readings) == 1:
            self.proofs.setdefault(next(iter(readings)), cell)
        elif len(set(readings.values())) > 1 and self.open is None:
            self.open = cell

    def settle(self, about: str, option: str, words: Mapping[str, str]) -> str | None:
        """The reading that was proved; None when nothing had to be."""
        if len(self.proofs) > 1:
            (one, first), (other, second) = list(self.proofs.items())[:2]
            later = max(first, second, key=lambda cell: cell.row)
            raise FileRefusedError(
                f"{about}_contradictory",
                max(1, later.line),
                f"{first.named()} has {words[one]} and {second.named()} has {words[other]}:"
                f" {option} says which one holds, and rows of the other kind are then refused",
            )
        if self.proofs:
            return next(iter(self.proofs))
        if self.open is not None:
            choices = " or ".join(f"{option} {choice} ({words[choice]})" for choice in words)
            raise FileRefusedError(
                f"{about}_ambiguous",
                max(1, self.open.line),
                f"{self.open.named()} can be read in two ways, and no cell of the file says which:"
                f" send it again with {choices}",
            )
        return None


_MARK_WORDS = {".": "a decimal point", ",": "a decimal comma"}
_ORDER_WORDS = {"dmy": "the day first", "mdy": "the month first"}


class Evidence:
    """Collects what the cells of one file prove. `machine`: JSON, whose texts are a program's.

    In JSON a single point is a decimal point, as in its numbers; a comma proves itself as in CSV.
    """

    def __init__(
        self, layout: Layout, no_value: Collection[str], asked: Asked, *, machine: bool
    ) -> None:
        self._quantities = [layout.spend, *layout.measures.values()]
        self._period = layout.period
        self._no_value = frozenset(no_value)
        self._asked = asked
        self._machine = machine
        self._marks = _Question()
        self._orders = _Question()

    def take(self, number: int, line: int, values: Mapping[str, Any]) -> None:
        if self._asked.decimal is None:
            for quantity in self._quantities:
                name = next((name for name in quantity.fields if name in values), None)
                text = None if name is None else values[name]
                if isinstance(text, str) and not _SEPARATORS.isdisjoint(text):
                    self._take_number(quantity, _Cell(text.strip(), name or "", number, line))
        if self._asked.dates is None:
            name = next((name for name in self._period.fields if values.get(name)), None)
            text = None if name is None else values[name]
            if isinstance(text, str) and text[:4].isdigit() is False:
                self._take_day(_Cell(text.strip(), name or "", number, line))

    def _take_number(self, quantity: Quantity, cell: _Cell) -> None:
        text = cell.text
        if _is_plainly_a_point(text) or (
            self._machine and text.count(".") == 1 and "," not in text
        ):
            self._marks.proofs.setdefault(".", cell)
            return
        if text in self._no_value:
            return
        readings: dict[str, Decimal] = {}
        for mark in MARKS:
            number = read_number(text, mark)
            if number is not None:
                readings[mark] = number
        if quantity.whole or quantity.unit == "micro":
            whole = {mark: number for mark, number in readings.items() if number % 1 == 0}
            readings = whole or readings
        self._marks.take(readings, cell)

    def _take_day(self, cell: _Cell) -> None:
        found = readings_of(cell.text)
        if found is not None:
            self._orders.take(found.by_order, cell)

    def settle(self, preamble: Order | None = None) -> Notation:
        """The notation of the file; `preamble` is the order its own first lines are written in.

        Raises FileRefusedError `decimal_ambiguous`, `decimal_contradictory`, `dates_ambiguous`,
        `dates_contradictory`.
        """
        if preamble is not None and not self._orders.proofs:
            self._orders.open = None
        mark = self._marks.settle("decimal", "--decimal", _MARK_WORDS)
        order = self._orders.settle("dates", "--dates", _ORDER_WORDS)
        decimal = next((one for one in MARKS if one == mark), None)
        dates = next((one for one in LATE_ORDERS if one == order), preamble)
        return Notation(self._asked.decimal or decimal or ".", self._asked.dates or dates or "ymd")
