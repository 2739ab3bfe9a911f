"""A report file in parts: each has the header again, so that each is a report of its own. Pure."""

import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from ingest.adapters.facts import Conflict
from ingest.adapters.mapping import Platform
from ingest.adapters.numbers import json_number
from ingest.adapters.reading import Table, decode_text, raw_rows, read_csv, read_json

PART_BYTES_MAX = 4 * 1024 * 1024
CSV, JSON = "text/csv", "application/json"


class FilePart(NamedTuple):
    """A part's body, the number of its first data row in the whole file, and how many it has."""

    body: bytes
    first_row: int
    rows: int


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


def split(
    file: ReportFile,
    platform: Platform,
    rows_max: int,
    conflicts: Mapping[int, Conflict] = MappingProxyType({}),
) -> Iterator[FilePart]:
    """Parts of at most `rows_max` data rows and about PART_BYTES_MAX bytes, in order.

    A row of `conflicts` whose first row stands in an earlier part is in none: whoever reads its
    part could not see that it contradicts. The part ends there, so that rows keep their numbers.
    """
    if file.media_type == JSON:
        document = msgspec.json.Decoder(float_hook=json_number).decode(file.body)
        pieces = [msgspec.json.encode(row) for row in raw_rows(document, platform)]
        for first, some in _packs(pieces, rows_max, conflicts):
            yield FilePart(b"[" + b",".join(some) + b"]", first, len(some))
        return
    lines = list(io.StringIO(decode_text(file.body), newline=""))
    head = "".join(lines[: file.table.header_line]).encode()
    begin = file.table.header_line
    pieces = []
    for row in file.table.rows:
        pieces.append("".join(lines[begin : row.line]).encode())
        begin = row.line
    for first, some in _packs(pieces, rows_max, conflicts):
        yield FilePart(head + b"".join(some), first, len(some))


def _packs(
    pieces: list[bytes], rows_max: int, conflicts: Mapping[int, Conflict]
) -> Iterator[tuple[int, list[bytes]]]:
    first, size = 1, 0
    some: list[bytes] = []
    for number, piece in enumerate(pieces, 1):
        conflict = conflicts.get(number)
        left_out = conflict is not None and conflict.first < first
        if some and (left_out or len(some) >= rows_max or size + len(piece) > PART_BYTES_MAX):
            yield first, some
            first, size, some = number, 0, []
            left_out = conflict is not None
        if left_out:
            first = number + 1
            continue
        size += len(piece)
        some.append(piece)
    if some:
        yield first, some
