"""A report file, JSON or CSV → its layout and rows, or one reason why it cannot be understood."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from ingest.adapters.mapping import Layout, Platform
from ingest.adapters.numbers import json_number

PREAMBLE_ROWS_MAX = 50
SAMPLE_ROWS_MAX = 100
NESTING_MAX = 6
DELIMITERS = (",", "\t", ";")
_JSON = msgspec.json.Decoder(float_hook=json_number)
_BYTE = re.compile(r"\(byte (\d+)\)")


class FileRefusedError(Exception):
    """A file that cannot be understood as a whole; `line` counts from 1."""

    def __init__(self, code: str, line: int, detail: str) -> None:
        super().__init__(f"line {line}: {detail}")
        self.code = code
        self.line = line
        self.detail = detail


class Row(NamedTuple):
    """`number` counts data rows from 1; `line` is where the row ends in the file, 0 in JSON.

    `fault` says why the row as such cannot be read.
    """

    number: int
    line: int
    values: Mapping[str, Any]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was understood: `as_of` is what its preamble says about its freshness."""

    layout: Layout
    rows: Sequence[Row]
    header_line: int = 0
    as_of: datetime | None = None


def decode_text(body: bytes) -> str:
    """UTF-8 with or without byte-order mark, UTF-16 with one. Raises FileRefusedError."""
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise FileRefusedError("encoding_unknown", line, f"not {encoding} text") from error


def read_csv(text: str, platform: Platform, rows_max: int) -> Table:
    """Finds the header row by its names, skips what stands before, drops totals and blank rows.

    Raises FileRefusedError `layout_unknown`, `csv_malformed`, `too_many_rows`.
    """
    delimiter, header_line, header = _find_header(text, platform)
    layout = platform.layout_for(header)
    assert layout is not None
    totals = [re.compile(pattern) for pattern in platform.total_rows]
    rows: list[Row] = []
    for line, cells in _records(text, delimiter):
        if line <= header_line or not any(cell.strip() for cell in cells):
            continue
        values = dict(zip(header, cells, strict=False))
        if _is_total(cells, values, layout, totals):
            continue
        if len(rows) >= rows_max:
            raise FileRefusedError("too_many_rows", line, f"more than {rows_max} rows")
        fault = None
        if len(cells) != len(header):
            fault = f"{len(cells)} cells under {len(header)} headings"
        rows.append(Row(len(rows) + 1, line, values, fault))
    return Table(layout, rows, header_line, _report_time(text, header_line, platform))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # strict: a quote that never closes would swallow the rest of the file into one cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise FileRefusedError("csv_malformed", max(1, reader.line_num), str(error)) from error


def _find_header(text: str, platform: Platform) -> tuple[str, int, list[str]]:
    nearest: tuple[int, int, list[str]] | None = None
    malformed: FileRefusedError | None = None
    for delimiter in DELIMITERS:
        try:
            for count, (line, cells) in enumerate(_records(text, delimiter)):
                if count >= PREAMBLE_ROWS_MAX:
                    break
                header = [cell.strip() for cell in cells]
                if platform.layout_for(header) is not None:
                    return delimiter, line, header
                missing = platform.nearest(header)[1]
                if nearest is None or len(missing) < nearest[0]:
                    nearest = len(missing), line, missing
        except FileRefusedError as error:
            malformed = malformed or error
    if nearest is None:
        raise malformed or FileRefusedError("layout_unknown", 1, "the file is empty")
    if malformed is not None and nearest[0] == len(platform.layouts[0].required()):
        raise malformed
    raise FileRefusedError(
        "layout_unknown",
        nearest[1],
        f"no header row of {platform.platform} found; the nearest lacks {', '.join(nearest[2])}",
    )


def _is_total(
    cells: Sequence[str],
    values: Mapping[str, str],
    layout: Layout,
    totals: Sequence[re.Pattern[str]],
) -> bool:
    """A row that sums the file or closes it: says so in its first cell and names no entity."""
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    if not any(pattern.search(first) for pattern in totals):
        return False
    columns = {name for level in layout.entity.values() for name in level.fields}
    return all(values.get(name, "").strip() in ("", first, "-", "--") for name in columns)


def _report_time(text: str, header_line: int, platform: Platform) -> datetime | None:
    rule = platform.report_time
    if rule is None:
        return None
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if number >= header_line:
            return None
        match = re.search(rule.pattern, line)
        if match:
            try:
                return datetime.strptime(match[1].strip(), rule.format).replace(tzinfo=UTC)
            except ValueError as error:
                raise FileRefusedError(
                    "report_time_unreadable", number, f"{match[1]!r} is no time"
                ) from error
    return None


def read_json(body: bytes, platform: Platform, rows_max: int) -> Table:
    """Rows as a platform's API returns them: a list, or pages that hold lists of rows.

    Raises FileRefusedError `json_malformed`, `layout_unknown`, `too_many_rows`.
    """
    try:
        document = _JSON.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # Without an offset the text ends too early, so the fault is where it ends.
        match = _BYTE.search(str(error))
        line = body.count(b"\n", 0, int(match[1]) if match else len(body)) + 1
        raise FileRefusedError("json_malformed", line, str(error)[:300]) from error
    found = raw_rows(document, platform)
    if len(found) > rows_max:
        raise FileRefusedError("too_many_rows", 1, f"more than {rows_max} rows")
    rows = [
        Row(number, 0, flatten(raw), None if isinstance(raw, dict) else "a row is no object")
        for number, raw in enumerate(found, 1)
    ]
    names = {name for row in rows[:SAMPLE_ROWS_MAX] for name in row.values}
    layout = platform.layout_for(names) if rows else platform.layouts[0]
    if layout is None:
        near, missing = platform.nearest(names)
        raise FileRefusedError(
            "layout_unknown", 1, f"rows of layout {near.name!r} lack {', '.join(missing)}"
        )
    return Table(layout, rows)


def raw_rows(document: Any, platform: Platform) -> list[Any]:
    """The rows of a decoded JSON document, pages put together. Raises FileRefusedError."""
    pages = document if isinstance(document, list) else [document]
    rows: list[Any] = []
    for page in pages:
        name = next((n for n in platform.json_rows if isinstance(page, dict) and n in page), None)
        if name is not None:
            rows.extend(page[name] if isinstance(page[name], list) else [page[name]])
        elif isinstance(document, list):
            rows.append(page)
        else:
            known = ", ".join(platform.json_rows) or "a list"
            raise FileRefusedError("layout_unknown", 1, f"no rows found; expected {known}")
    return rows


def flatten(raw: Any, prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """`{"metrics": {"clicks": 1}}` → `{"metrics.clicks": 1}`; lists are no values of a row."""
    flat: dict[str, Any] = {}
    if not isinstance(raw, dict) or depth > NESTING_MAX:
        return flat
    for name, value in raw.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{name}.", depth + 1))
        elif not isinstance(value, list):
            flat[f"{prefix}{name}"] = value
    return flat
