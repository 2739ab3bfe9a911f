"""Facts that a whole file states twice, found in bounded memory: for who sends it in parts.

Each part is a request that knows nothing of the others. What five million rows state does not fit
into memory, so it is sorted into files on disk by its digest, and each file is looked at alone.
"""

import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO

from ingest.faults import FaultError
from ingest.platforms.mapping import Platform
from ingest.reports.facts import (
    EQUAL_SHOWN_MAX,
    FACT_BYTES,
    FIGURES_BYTES,
    Conflict,
    Equal,
    fact_of,
    figures_of,
)
from ingest.reports.imports import Import
from ingest.reports.reading.report import Report
from ingest.reports.row_reader import RowReader
from ingest.sources.settings import SourceSettings

FILES = 64
CONFLICTS_MAX = 100_000
_RECORD = struct.Struct(f"<{FACT_BYTES}s{FIGURES_BYTES}sI13s")
RECORDS_PER_READ = 4096


class TooManyConflictsError(Exception):
    """Of the rows of one file; the text is the first one's."""


@dataclass(slots=True)
class Repeats:
    """The rows that contradict an earlier one, by their number, and those that repeat one."""

    conflicts: dict[int, Conflict] = field(default_factory=dict)
    equal: list[Equal] = field(default_factory=list)
    equal_count: int = 0


def find_repeats(report: Report, platform: Platform, load: Import) -> Repeats:
    """Reads the file once more. Rows that are refused anyway state nothing.

    Settings of the source are left out; what they alone would show, the ledger finds.
    Raises TooManyConflictsError.
    """
    reader = RowReader(report.layout, report.notation, platform, load, lambda _: SourceSettings())
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(FILES)]
        for row in report.rows():
            try:
                events = reader.events(row).events
            except FaultError:
                continue
            fact = fact_of(events)
            period = (events[0].data.period or "").encode()
            record = _RECORD.pack(fact, figures_of(events), row.number, period)
            files[fact[0] % FILES].write(record)
        found = Repeats()
        for file in files:
            _look_at(file, found)
    found.equal.sort(key=lambda equal: equal.second)
    return found


def _look_at(file: IO[bytes], found: Repeats) -> None:
    stated: dict[bytes, tuple[int, bytes]] = {}
    for fact, figures, row, raw in _records(file):
        first, known = stated.setdefault(fact, (row, figures))
        if first == row:
            continue
        period = raw.rstrip(b"\0").decode()
        if known != figures:
            found.conflicts[row] = Conflict(first, row, period)
            if len(found.conflicts) > CONFLICTS_MAX:
                raise TooManyConflictsError(found.conflicts[row].detail)
        else:
            found.equal_count += 1
            if len(found.equal) < EQUAL_SHOWN_MAX:
                found.equal.append(Equal(first, row, period))


def _records(file: IO[bytes]) -> Iterator[tuple[bytes, bytes, int, bytes]]:
    file.seek(0)
    while chunk := file.read(_RECORD.size * RECORDS_PER_READ):
        yield from _RECORD.iter_unpack(chunk)
