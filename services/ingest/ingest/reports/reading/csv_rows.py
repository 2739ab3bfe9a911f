"""Rows of a CSV report, read as they come: the header is found, totals and closing lines dropped.

Exports begin with a title and a time, and end with totals and sentences. None of that is data, and
what could be data cut short is never taken for a sentence: such a row is refused by name.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TextIO

from ingest.platforms.mapping import TOTAL_ROWS, Layout, Platform
from ingest.reports.reading.days import readings_of
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.reading.rows import Row

PREAMBLE_ROWS_MAX = 50
LINE_CHARS_MAX = 1024 * 1024
CLOSING_LINES_MAX = 100
SENTENCE_WORDS_MIN = 4
DELIMITERS = (",", "\t", ";", "|")
_NOTHING = ("", "-", "--")


class Header(NamedTuple):
    """Where the headings stand and what separates them; `text` is their line as it is."""

    delimiter: str
    line: int
    names: list[str]
    layout: Layout
    text: str


class _Record(NamedTuple):
    line: int
    cells: list[str]
    text: str


class _Lines:
    """The lines of a text, one by one; remembers those of the record that is being read."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LINE_CHARS_MAX)
        if not line:
            raise StopIteration
        if len(line) == LINE_CHARS_MAX and line[-1] not in "\r\n":
            raise csv.Error(f"a line of more than {LINE_CHARS_MAX} characters")
        self._taken.append(line)
        return line

    def take(self) -> str:
        text = self._taken[0] if len(self._taken) == 1 else "".join(self._taken)
        self._taken = []
        return text


def _records(text: TextIO, delimiter: str) -> Iterator[_Record]:
    lines = _Lines(text)
    # strict: a quote that never closes would swallow the rest of the file into one cell.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield _Record(reader.line_num, cells, lines.take())
    except csv.Error as error:
        raise FileRefusedError("csv_malformed", max(1, reader.line_num), str(error)) from error


def find_header(text: TextIO, platform: Platform) -> Header:
    """The first row with the names of one of the platform's layouts.

    Raises FileRefusedError `layout_unknown`, `csv_malformed`, `headings_repeated`.
    """
    nearest: tuple[int, int, str] | None = None
    malformed: FileRefusedError | None = None
    for delimiter in DELIMITERS:
        text.seek(0)
        try:
            for count, record in enumerate(_records(text, delimiter)):
                if count >= PREAMBLE_ROWS_MAX:
                    break
                names = [cell.strip() for cell in record.cells]
                layout = platform.layout_for(names)
                if layout is not None:
                    _refuse_repeated(names, record.line)
                    return Header(delimiter, record.line, names, layout, record.text)
                missing = len(platform.nearest(names)[1])
                if nearest is None or missing < nearest[0]:
                    nearest = missing, record.line, platform.lacks(names)
        except FileRefusedError as error:
            if error.code != "csv_malformed":
                raise
            malformed = malformed or error
    if nearest is None:
        raise malformed or FileRefusedError("layout_unknown", 1, "the file is empty")
    if malformed is not None and nearest[0] == len(platform.layouts[0].required()):
        raise malformed
    raise FileRefusedError(
        "layout_unknown",
        nearest[1],
        f"no row has the headings of {platform.platform}; {nearest[2]}: add the columns of one of"
        " these to the export, or name its own platform",
    )


def _refuse_repeated(names: Sequence[str], line: int) -> None:
    repeated = [name for name, count in Counter(names).items() if name and count > 1]
    if repeated:
        raise FileRefusedError(
            "headings_repeated",
            line,
            f"the heading {repeated[0]!r} stands more than once, so it is not known which column"
            " holds: leave one out of the export",
        )


class CsvRows:
    def __init__(self, header: Header, platform: Platform) -> None:
        self._header = header
        self._totals = [re.compile(pattern) for pattern in (*TOTAL_ROWS, *platform.total_rows)]
        self._keys = {name for level in header.layout.entity.values() for name in level.fields}
        self._days = header.layout.period.fields

    def read(self, text: TextIO) -> Iterator[Row]:
        """Raises FileRefusedError `csv_malformed`."""
        text.seek(0)
        header = self._header
        held: list[_Record] = []
        number, closing = 0, False
        for record in _records(text, header.delimiter):
            if record.line <= header.line:
                continue
            if not any(cell.strip() for cell in record.cells):
                closing = True
                continue
            values = dict(zip(header.names, record.cells, strict=False))
            if self._is_total(record.cells, values):
                closing = True
                continue
            if len(held) < CLOSING_LINES_MAX and self._is_sentence(record, values, closing):
                held.append(record)
                closing = True
                continue
            for earlier in (*held, record):
                number += 1
                yield self._row(number, earlier)
            held, closing = [], False

    def _row(self, number: int, record: _Record) -> Row:
        values = dict(zip(self._header.names, record.cells, strict=False))
        fault = None
        if len(record.cells) != len(self._header.names):
            fault = f"{len(record.cells)} cells under {len(self._header.names)} headings"
        return Row(number, record.line, values, fault, record.text)

    def _is_total(self, cells: Sequence[str], values: Mapping[str, str]) -> bool:
        """A row that sums the file or closes it: says so in its first cell and names no entity."""
        first = next((cell.strip() for cell in cells if cell.strip()), "")
        if not any(pattern.search(first) for pattern in self._totals):
            return False
        return all(values.get(name, "").strip() in (*_NOTHING, first) for name in self._keys)

    def _is_sentence(self, record: _Record, values: Mapping[str, str], closing: bool) -> bool:
        """Words that close an export: below a blank line or a total, or plainly a sentence.

        A row that was cut short has numbers in it, or stands directly below the others.
        """
        cells = [cell.strip() for cell in record.cells if cell.strip()]
        if len(cells) == len(self._header.names) or not record.cells[0].strip():
            return False
        if any(readings_of(values.get(name, "").strip()) for name in self._days):
            return False
        if not all(any(letter.isalpha() for letter in cell) for cell in cells):
            return False
        ended = cells[-1][-1] in ".。:：!"
        sentence = len(cells) == 1 and ended and len(cells[0].split()) >= SENTENCE_WORDS_MIN
        return closing or sentence or (len(cells) == 1 and cells[0][-1] in "。：")


def report_time(text: TextIO, header_line: int, platform: Platform) -> datetime | None:
    """What the lines above the header say about how fresh the report is.

    Raises FileRefusedError `report_time_unreadable`.
    """
    rule = platform.report_time
    if rule is None:
        return None
    text.seek(0)
    for number in range(1, header_line):
        match = re.search(rule.pattern, text.readline(LINE_CHARS_MAX))
        if match:
            try:
                return datetime.strptime(match[1].strip(), rule.format).replace(tzinfo=UTC)
            except ValueError as error:
                raise FileRefusedError(
                    "report_time_unreadable", number, f"{match[1]!r} is no time"
                ) from error
    return None
