"""A report file in parts: each has the header again, so that each is a report of its own. Pure."""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import msgspec

from ingest.adapters.mapping import Platform
from ingest.adapters.reading import Table, decode_text, raw_rows, read_csv, read_json

PART_BYTES_MAX = 4 * 1024 * 1024
CSV, JSON = "text/csv", "application/json"


class FilePart(NamedTuple):
    """A part's body and the number of its first data row in the whole file."""

    body: bytes
    first_row: int


class ReportFile(NamedTuple):
    """A whole file, understood: its media type and table."""

    body: bytes
    media_type: str
    table: Table


def understand(body: bytes, platform: Platform, rows_max: int) -> ReportFile:
    """JSON when it begins like JSON, else CSV. Raises FileRefusedError."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return ReportFile(body, JSON, read_json(body, platform, rows_max))
    return ReportFile(body, CSV, read_csv(decode_text(body), platform, rows_max))


def split(file: ReportFile, platform: Platform, rows_max: int) -> Iterator[FilePart]:
    """Parts of at most `rows_max` data rows and about PART_BYTES_MAX bytes, in order."""
    if file.media_type == JSON:
        document = msgspec.json.Decoder(float_hook=Decimal).decode(file.body)
        pieces = [msgspec.json.encode(row) for row in raw_rows(document, platform)]
        for first, some in _packs(pieces, rows_max):
            yield FilePart(b"[" + b",".join(some) + b"]", first)
        return
    lines = list(io.StringIO(decode_text(file.body), newline=""))
    head = "".join(lines[: file.table.header_line]).encode()
    begin = file.table.header_line
    pieces = []
    for row in file.table.rows:
        pieces.append("".join(lines[begin : row.line]).encode())
        begin = row.line
    for first, some in _packs(pieces, rows_max):
        yield FilePart(head + b"".join(some), first)


def _packs(pieces: list[bytes], rows_max: int) -> Iterator[tuple[int, list[bytes]]]:
    first, size = 0, 0
    for number, piece in enumerate(pieces):
        if number > first and (number - first >= rows_max or size + len(piece) > PART_BYTES_MAX):
            yield first + 1, pieces[first:number]
            first, size = number, 0
        size += len(piece)
    if pieces:
        yield first + 1, pieces[first:]
