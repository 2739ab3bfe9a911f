"""One row of a report → its events. Pure."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ingest.events.checks import refuse_currency
from ingest.faults import FaultError
from ingest.platforms.mapping import Layout, Level, Platform, Quantity
from ingest.reports.facts import Statement
from ingest.reports.ids import read_id, read_label
from ingest.reports.imports import Import
from ingest.reports.reading.notation import Notation
from ingest.reports.reading.numbers import NumberFormat, exponent_of, to_micros
from ingest.reports.reading.rows import Row
from ingest.reports.row_days import read_day
from ingest.sources.owners import NOT_MEASURES_REPORT, NOT_MONEY_REPORT, Owners
from ingest.sources.settings import SourceSettings
from ingest.wire import MetricsDataWire, MetricsWire, SpendDataWire, SpendWire
from shared.money import MICROS, format_micros, format_quantity

Values = Mapping[str, Any]
_HOURS = frozenset(Decimal(hour) for hour in range(24))


class RowEvents(NamedTuple):
    """What a row became: its events, spend first, the zone of its source if one was set, and the
    codes of what it states without a right to."""

    events: list[Statement]
    zone: str | None
    left_out: list[str]


class RowReader:
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
        day, hour = read_day(str(found).strip(), period, self._notation)
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
