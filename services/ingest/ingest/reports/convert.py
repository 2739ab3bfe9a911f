"""Rows of a report → our events: one for the money and one for the measures of each row.

Both are snapshots at one revision: loading the same file again changes nothing, a restated row
posts only the difference (requirements I6). Pure; faults concern their row only.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from ingest.events.decode import Decoded, lines_of
from ingest.faults import FaultError
from ingest.periods import occurs_twice
from ingest.platforms.mapping import Platform
from ingest.rejections.rejection import Rejection
from ingest.reports.facts import StatedFacts, Statement
from ingest.reports.imports import Import
from ingest.reports.reading.rows import Table
from ingest.reports.row_reader import RowEvents, RowReader
from ingest.sources.settings import SourceSettings
from ingest.wire import MetricsWire, SpendWire, Wire

REPEATED_HOUR = {"repeated_hour": "second"}
"""The dimension of the second of two hours that the clock shows alike: its figures are its own."""


class Converted(NamedTuple):
    """Events of the accepted rows; `places` of `decoded` count rows of the request from 0.

    `left_out` counts rows by the right they lack: their other half counts.
    """

    decoded: Decoded
    spend_rows: set[int]
    left_out: Counter[str]
    metrics_rows: set[int]


def convert(
    table: Table,
    platform: Platform,
    load: Import,
    settings: Callable[[str], SourceSettings],
    stated: StatedFacts | None = None,
) -> Converted:
    """All rows of a table; rows with a fault are set aside with their reason.

    `stated` is what rows before these have stated, when the table is a round of a larger one.
    """
    reader = RowReader(table.layout, table.notation, platform, load, settings)
    stated = stated or StatedFacts()
    events: list[Wire] = []
    places: list[int] = []
    rejected: list[Rejection] = []
    spend_rows: set[int] = set()
    metrics_rows: set[int] = set()
    left_out: Counter[str] = Counter()
    for row in table.rows:
        number, place = row.number + load.first_row - 1, row.number - 1
        try:
            made = reader.events(row)
            statements = _tell_hours_apart(made, platform, stated)
            stated.state(number, statements, made.zone)
        except FaultError as fault:
            name = f"{load.import_id}-{number}"
            values = dict(row.values)
            rejected.append(Rejection(place, name, load.source, fault.code, fault.detail, values))
            continue
        left_out.update(made.left_out)
        events.extend(statements)
        places.extend([place] * len(statements))
        if isinstance(statements[0], SpendWire):
            spend_rows.add(place)
        # A row's measures are one event, after its money.
        if isinstance(statements[-1], MetricsWire):
            metrics_rows.add(place)
    return Converted(
        Decoded(events, places, rejected, lines_of(events)), spend_rows, left_out, metrics_rows
    )


def _tell_hours_apart(made: RowEvents, platform: Platform, stated: StatedFacts) -> list[Statement]:
    """Of two rows for an hour that the clock shows twice, the later one is the second hour."""
    period = made.events[0].data.period or ""
    zone = made.zone or platform.time_zone
    if "T" not in period or not occurs_twice(period, zone) or not stated.knows(made.events):
        return made.events
    return [
        msgspec.structs.replace(
            event,
            data=msgspec.structs.replace(
                event.data, dims={**(event.data.dims or {}), **REPEATED_HOUR}
            ),
        )
        for event in made.events
    ]
