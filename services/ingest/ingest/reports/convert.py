"""Rows of a report → our events: one for the money and one for the measures of each row.

Both are snapshots at one revision: loading the same file again changes nothing, a restated row
posts only the difference (requirements I6). Pure; faults concern their row only.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from ingest.events.checks import refuse_currency
from ingest.events.decode import Decoded, lines_of
from ingest.faults import FaultError
from ingest.periods import occurs_twice
from ingest.platforms.mapping import Layout, Level, Period, Platform, Quantity
from ingest.rejections.rejection import Rejection
from ingest.reports.facts import StatedFacts, Statement
from ingest.reports.ids import read_id, read_label
from ingest.reports.reading.days import readings_of
from ingest.reports.reading.notation import Notation
from ingest.reports.reading.numbers import NumberFormat, exponent_of, to_micros
from ingest.reports.reading.rows import Row, Table
from ingest.sources.owners import NOT_MEASURES_REPORT, NOT_MONEY_REPORT, Owners
from ingest.sources.settings import SourceSettings
from ingest.wire import MetricsDataWire, MetricsWire, SpendDataWire, SpendWire, Wire
from shared.money import MICROS, format_micros, format_quantity

Values = Mapping[str, Any]
REPEATED_HOUR = {"repeated_hour": "second"}
"""The dimension of the second of two hours that the clock shows alike: its figures are its own."""


@dataclass(frozen=True, slots=True)
class Import:
    """One load: its id, the time of the report, the revision (ms), and the caller's defaults."""

    import_id: str
    time: datetime
    revision: int
    source: str | None = None
    currency: str | None = None
    first_row: int = 1


class Converted(NamedTuple):
    """Events of the accepted rows; `places` of `decoded` count rows of the request from 0.

    `left_out` counts rows by the right they lack: their other half counts.
    """

    decoded: Decoded
    spend_rows: set[int]
    left_out: Counter[str]
    metrics_rows: set[int]


class RowEvents(NamedTuple):
    """What a row became: its events, spend first, the zone of its source if one was set, and the
    codes of what it states without a right to."""

    events: list[Statement]
    zone: str | None
    left_out: list[str]


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


class RowReader:
    """Reads rows of one layout, one by one."""

    def __init__(
        self,
        layout: Layout,
        notation: Notation,
        platform: Platform,
        load: Import,
        settings: Callable[[str], SourceSettings],
    ) -> None:
        self._layout = layout
        self._notation = notation
        self._platform = platform
        self._load = load
        self._settings = settings
        no_value = frozenset(platform.no_value) | {""}
        self._no_value = no_value
        self._numbers = NumberFormat(notation.decimal, no_value)

    def events(self, row: Row) -> RowEvents:
        """One or two events. Raises FaultError."""
        if row.fault is not None:
            raise FaultError("columns_differ", row.fault)
        values = row.values
        entity = {name: self._level(values, name, lv) for name, lv in self._layout.entity.items()}
        source = self._load.source or f"{self._platform.platform}/{entity.get('account', '')}"
        view = self._settings(source)
        label, grain = self._period(values)
        report = self._platform.reports.get(grain)  # type: ignore[call-overload]
        if report is None:
            raise FaultError("period_invalid", f"{self._platform.platform} has no {grain} report")
        currency = self._currency(values, view)
        money = self._quantity(values, "spend", self._layout.spend, currency)
        measures = self._measures(values, currency)
        if money is None and not measures:
            raise FaultError("row_empty", "the row has neither spend nor a measure")
        owners = Owners.of(view, self._platform.money_report)
        left_out: list[str] = []
        if money is not None and report != owners.money:
            money = None
            left_out.append(NOT_MONEY_REPORT)
        if measures and report != owners.measures:
            measures = {}
            left_out.append(NOT_MEASURES_REPORT)
        if money is None and not measures:
            raise FaultError(left_out[0], owners.detail(left_out[0]))
        common = {
            "entity": entity,
            "mode": "snapshot",
            "report": report,
            "period": label,
            "revision": self._load.revision,
            "dims": self._dims(values),
            "currency": currency,
        }
        row_id = f"{self._load.import_id}-{row.number + self._load.first_row - 1}"
        made = self._both(row_id, source, common, money, measures)
        return RowEvents(made, view.time_zone, left_out)

    def _both(
        self,
        row_id: str,
        source: str,
        common: dict[str, Any],
        money: int | None,
        measures: dict[str, int | str],
    ) -> list[Statement]:
        envelope: dict[str, Any] = {"specversion": "1.0", "source": source, "time": self._load.time}
        made: list[Statement] = []
        if money is not None:
            data: Any = SpendDataWire(amount=format_micros(money), **common)
            made.append(SpendWire(id=row_id, data=data, **envelope))
        if measures:
            data = MetricsDataWire(measures=measures, **common)
            made.append(MetricsWire(id=f"{row_id}-m", data=data, **envelope))
        return made

    def _first(self, values: Values, fields: list[str]) -> Any:
        for name in fields:
            value = values.get(name)
            if value is not None and str(value).strip() not in self._no_value:
                return value
        return None

    def _level(self, values: Values, name: str, level: Level) -> str:
        found = self._first(values, level.fields)
        if found is None and level.from_source is not None and self._load.source is not None:
            match = re.search(level.from_source, self._load.source)
            found = None if match is None else match[1]
        if found is None:
            also = "" if level.from_source is None else ", nor does the source"
            raise FaultError("missing_field", f"the row names no {name} ({level.fields[0]}){also}")
        return read_id(found, name, level)

    def _dims(self, values: Values) -> dict[str, str] | None:
        dims = {}
        for name, fields in self._layout.dims.items():
            found = self._first(values, fields)
            if found is not None:
                dims[name] = read_label(found, name)
        return dims or None

    def _currency(self, values: Values, view: SourceSettings) -> str | None:
        found = self._first(values, self._layout.currency)
        currency = self._load.currency or view.currency if found is None else str(found).strip()
        refuse_currency(currency)
        return currency

    def _period(self, values: Values) -> tuple[str, str]:
        """(label, grain "day" or "hour")."""
        period = self._layout.period
        found = self._first(values, period.fields)
        if found is None:
            raise FaultError("missing_field", f"the row names no day ({period.fields[0]})")
        day, hour = _read_day(str(found).strip(), period, self._notation)
        if hour is not None:
            return f"{day:%Y-%m-%d}T{hour:02d}", "hour"
        written = self._first(values, period.hour_fields)
        if written is None:
            return f"{day:%Y-%m-%d}", "day"
        number = self._numbers.read(written)
        if number is None or number not in _HOURS:
            raise FaultError("period_invalid", f"{str(written)[:20]!r} is no hour of a day")
        return f"{day:%Y-%m-%d}T{int(number):02d}", "hour"

    def _quantity(
        self, values: Values, title: str, quantity: Quantity, currency: str | None
    ) -> int | None:
        # The first field the row has, not the first with a value: fields of one measure differ in
        # meaning (Microsoft's qualified and other conversions) and are never mixed in one column.
        name = next((name for name in quantity.fields if name in values), None)
        if name is None or (number := self._numbers.read(values[name])) is None:
            return None
        exponent = exponent_of(quantity.unit, currency)
        micros = to_micros(number, exponent, rounded=quantity.excess == "round")
        if quantity.whole and micros % MICROS:
            raise FaultError(
                "count_not_whole", f"{title} are counted in whole numbers, {values[name]} is none"
            )
        return micros

    def _measures(self, values: Values, currency: str | None) -> dict[str, int | str]:
        measures: dict[str, int | str] = {}
        for name, quantity in self._layout.measures.items():
            micros = self._quantity(values, name, quantity, currency)
            if micros is not None:
                if micros < 0 and quantity.negative == "refuse":
                    raise FaultError("measure_negative", f"{name} of a report is never below 0")
                measures[name] = format_quantity(micros)
        return measures


_HOURS = frozenset(Decimal(hour) for hour in range(24))


def _read_day(text: str, period: Period, notation: Notation) -> tuple[date, int | None]:
    """The day, and the hour if the same cell says it. Raises FaultError `period_invalid`."""
    readings = readings_of(text)
    if readings is None:
        for form in period.day_formats:
            if (named := _parse(text, form)) is not None:
                return named.date(), None
        raise FaultError("period_invalid", f"{text[:40]!r} is no day of this layout")
    days = readings.by_order
    day = days.get("ymd") or days.get(notation.dates) or _same(days)
    if day is None:
        order = {"dmy": "the day first", "mdy": "the month first", "ymd": "the year first"}
        detail = f"{text[:40]!r} is no day of this file, which has {order[notation.dates]}"
        raise FaultError("period_invalid", detail)
    if not readings.rest:
        return day, None
    for form in period.hour_suffixes:
        if (moment := _parse(readings.rest, form)) is not None:
            return day, moment.hour
    raise FaultError("period_invalid", f"{text[:40]!r} is no day or hour of this layout")


def _same(days: Mapping[Any, date]) -> date | None:
    """02/02/2026 is one day in every order."""
    found = set(days.values())
    return found.pop() if len(days) == 2 and len(found) == 1 else None


def _parse(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a label on the source's clock
    except ValueError:
        return None
