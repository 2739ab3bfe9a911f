"""A report file in parts: each has the headings again, and so is a report of its own."""

from array import array
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ingest.reports.facts import Conflict
from ingest.reports.reading.report import JSON, Report
from ingest.reports.reading.rows import Row

PART_BYTES_MAX = 4 * 1024 * 1024


class FilePart(NamedTuple):
    """A part's body, the number of its first data row in the whole file, and each row's line."""

    body: bytes
    first_row: int
    lines: "array[int]"

    @property
    def rows(self) -> int:
        return len(self.lines)


class LeftOut(NamedTuple):
    """A row that is in no part, by its place in the file."""

    row: int
    line: int


def split(
    report: Report, rows_max: int, conflicts: Mapping[int, Conflict] = MappingProxyType({})
) -> Iterator[FilePart | LeftOut]:
    """Parts of at most `rows_max` data rows and about PART_BYTES_MAX bytes, in order.

    A row of `conflicts` whose first row stands in an earlier part is in none: whoever reads its
    part could not see that it contradicts. The part ends there, so that rows keep their numbers.
    A report without rows is one part with the headings alone.
    """
    first, size = 1, 0
    pieces: list[bytes] = []
    lines = array("q")
    for row in report.rows():
        piece = _piece(row, report)
        conflict = conflicts.get(row.number)
        left_out = conflict is not None and conflict.first < first
        if pieces and (left_out or len(pieces) >= rows_max or size + len(piece) > PART_BYTES_MAX):
            yield FilePart(_join(pieces, report), first, lines)
            first, size, pieces, lines = row.number, 0, [], array("q")
            left_out = conflict is not None
        if left_out:
            first = row.number + 1
            yield LeftOut(row.number, row.line)
            continue
        size += len(piece)
        pieces.append(piece)
        lines.append(row.line)
    if pieces or report.rows_count == 0:
        yield FilePart(_join(pieces, report), first, lines)


def empty(report: Report) -> bytes:
    """A body without rows: it can still say that its source is complete, or that pages follow."""
    pages = [] if report.next_page is None else [f'{{"{report.next_page}":"…"}}'.encode()]
    return _join(pages, report)


def _piece(row: Row, report: Report) -> bytes:
    if report.media_type == JSON:
        return row.text.encode()
    text = row.text if row.text.endswith(("\n", "\r")) else row.text + "\n"
    return text.encode()


def _join(pieces: list[bytes], report: Report) -> bytes:
    if report.media_type == JSON:
        return b"[" + b",".join(pieces) + b"]"
    head = report.head if report.head.endswith(("\n", "\r")) else report.head + "\n"
    return head.encode() + b"".join(pieces)
