"""A report, JSON or CSV: read once to understand it, and as often as wanted for its rows.

Reading it once proves that the whole of it can be read, counts its rows and settles how it writes
numbers and days; nothing of it is kept. So a file of any size takes the memory of a few rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from ingest.platforms.mapping import Layout, Platform
from ingest.reports.reading.csv_rows import CsvRows, find_header, report_time
from ingest.reports.reading.encoding import Opener, find_encoding, open_text
from ingest.reports.reading.json_rows import JsonRows
from ingest.reports.reading.notation import NOTHING_ASKED, Asked, Evidence, Notation
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.reading.rows import Row, Table

ROWS_PER_ROUND_MAX = 5_000
SAMPLE_ROWS_MAX = 100
CSV, JSON = "text/csv", "application/json"


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was understood. `head` is the line of its headings, as text.

    `next_page` is the name under which its last page names a next one: the rest is missing.
    """

    media_type: str
    layout: Layout
    notation: Notation
    rows_count: int
    as_of: datetime | None
    head: str
    _opener: Opener
    _encoding: str
    _rows: CsvRows | JsonRows
    next_page: str | None = None

    def rows(self) -> Iterator[Row]:
        with open_text(self._opener, self._encoding) as text:
            yield from self._rows.read(text)

    def tables(self) -> Iterator[Table]:
        """The same in rounds of at most ROWS_PER_ROUND_MAX."""
        rows = self.rows()
        while some := list(islice(rows, ROWS_PER_ROUND_MAX)):
            yield self.table(some)

    def table(self, rows: list[Row]) -> Table:
        """Some of its rows, with what is true of all."""
        return Table(self.layout, rows, self.notation, self.as_of)


def looks_like_json(opener: Opener) -> bool:
    """Whether it begins with a list or an object."""
    with opener() as file:
        head = file.read(4096)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace").lstrip()[:1] in ("[", "{")
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")


def understand(
    opener: Opener, platform: Platform, rows_max: int, asked: Asked = NOTHING_ASKED, *, json: bool
) -> Report:
    """Reads the whole report once.

    Raises FileRefusedError: `encoding_unknown`, `layout_unknown`, `csv_malformed`,
    `json_malformed`, `headings_repeated`, `too_many_rows`, `report_time_unreadable` and what
    Evidence.settle raises.
    """
    encoding = find_encoding(opener)
    with open_text(opener, encoding) as text:
        if json:
            return _understand_json(opener, encoding, platform, rows_max, asked)
        header = find_header(text, platform)
        as_of = report_time(text, header.line, platform)
        rows = CsvRows(header, platform)
        evidence = Evidence(header.layout, platform.no_value, asked, machine=False)
        count = _take(rows.read(text), evidence, rows_max)
        rule = platform.report_time
        stated = rule.order if rule is not None and as_of is not None else None
        return Report(
            CSV, header.layout, evidence.settle(stated), count, as_of, header.text,
            opener, encoding, rows,
        )  # fmt: skip


def _understand_json(
    opener: Opener, encoding: str, platform: Platform, rows_max: int, asked: Asked
) -> Report:
    rows = JsonRows(platform)
    with open_text(opener, encoding) as text:
        layout = _layout_of(list(islice(rows.read(text), SAMPLE_ROWS_MAX)), platform)
        evidence = Evidence(layout, platform.no_value, asked, machine=True)
        count = _take(rows.read(text), evidence, rows_max)
    notation = evidence.settle()
    return Report(
        JSON, layout, notation, count, None, "", opener, encoding, rows, rows.next_page
    )  # fmt: skip


def _take(rows: Iterable[Row], evidence: Evidence, rows_max: int) -> int:
    """Has the rows that can be read speak for the notation; how many rows there are."""
    count = 0
    for row in rows:
        count = row.number
        if count > rows_max:
            raise FileRefusedError(
                "too_many_rows", max(1, row.line), f"more than {rows_max} rows: send it in parts"
            )
        if row.fault is None:
            evidence.take(row.number, row.line, row.values)
    return count


def _layout_of(sample: list[Row], platform: Platform) -> Layout:
    if sample and all(row.fault for row in sample):
        raise FileRefusedError("layout_unknown", 1, f"no row can be read: {sample[0].fault}")
    names = {name for row in sample for name in row.values}
    layout = platform.layout_for(names) if sample else platform.layouts[0]
    if layout is None:
        near, missing = platform.nearest(names)
        raise FileRefusedError(
            "layout_unknown", 1, f"rows of layout {near.name!r} lack {', '.join(missing)}"
        )
    return layout
