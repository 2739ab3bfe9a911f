"""Rows of a report → our events: one for the money and one for the measures of each row.

Both are snapshots at one revision: loading the same file again changes nothing, a restated row
posts only the difference (requirements I6). Pure; faults concern their row only.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ingest.adapters.facts import Conflict, StatedFacts, Statement
from ingest.adapters.mapping import Layout, Level, Platform, Quantity
from ingest.adapters.numbers import NumberFormat, exponent_of, to_micros
from ingest.adapters.reading import Row, Table
from ingest.checks import refuse_no_currency
from ingest.context import SourceView
from ingest.decode import Decoded, Rejection
from ingest.faults import FaultError
from ingest.wire import MetricsDataWire, MetricsWire, SpendDataWire, SpendWire, Wire
from shared.money import format_micros, format_quantity

Values = Mapping[str, Any]
ROWS_PER_ROUND_MAX = 5_000
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Import:
    """One load: its id, the time of the report, the revision (ms), and the caller's defaults."""

    import_id: str
    time: datetime
    revision: int
    source: str | None = None
    currency: str | None = None
    mark: str = "point"
    first_row: int = 1


class Converted(NamedTuple):
    """Events of the accepted rows; `places` of `decoded` are row indexes from 0."""

    decoded: Decoded
    spend_rows: set[int]


def convert(
    table: Table,
    platform: Platform,
    load: Import,
    settings: Callable[[str], SourceView],
    stated: StatedFacts | None = None,
) -> Converted:
    """All rows of a table; rows with a fault are set aside with their reason.

    `stated` is what rows before these have stated, when the table is a part of a larger one.
    """
    converter = _Converter(table.layout, platform, load, settings)
    stated = stated or StatedFacts()
    events: list[Wire] = []
    places: list[int] = []
    rejected: list[Rejection] = []
    spend_rows: set[int] = set()
    for index, row in enumerate(table.rows):
        number = row.number + load.first_row - 1
        try:
            made = converter.events(row)
            stated.state(number, made)
        except FaultError as fault:
            rejected.append(
                Rejection(
                    index,
                    f"{load.import_id}-{number}",
                    load.source,
                    fault.code,
                    fault.detail,
                    dict(row.values),
                )
            )
            continue
        events.extend(made)
        places.extend([index] * len(made))
        if isinstance(made[0], SpendWire):
            spend_rows.add(index)
    return Converted(Decoded(events, places, rejected), spend_rows)


def find_conflicts(table: Table, platform: Platform, load: Import) -> dict[int, Conflict]:
    """The rows of a whole file that state a fact otherwise than an earlier row, by their number.

    For who sends a file in parts: each part is a request that knows nothing of the others. Settings
    of the source are left out; what they alone would show, the ledger finds.
    """
    stated = StatedFacts()
    for start in range(0, len(table.rows), ROWS_PER_ROUND_MAX):
        rows = table.rows[start : start + ROWS_PER_ROUND_MAX]
        convert(replace(table, rows=rows), platform, load, lambda _: SourceView(), stated)
    return stated.conflicts


class _Converter:
    def __init__(
        self,
        layout: Layout,
        platform: Platform,
        load: Import,
        settings: Callable[[str], SourceView],
    ) -> None:
        self._layout = layout
        self._platform = platform
        self._load = load
        self._settings = settings
        no_value = frozenset(platform.no_value) | {""}
        self._no_value = no_value
        self._numbers = NumberFormat("comma" if load.mark == "comma" else "point", no_value)

    def events(self, row: Row) -> list[Statement]:
        """One or two events: spend first. Raises FaultError."""
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
        money = None
        if report == (view.money_report or self._platform.money_report):
            money = self._quantity(values, self._layout.spend, currency)
        measures = self._measures(values, currency)
        if money is None and not measures:
            raise FaultError("row_empty", "the row has neither spend nor a measure")
        common = {
            "entity": entity,
            "mode": "snapshot",
            "report": report,
            "period": label,
            "revision": self._load.revision,
            "dims": self._dims(values),
            "currency": currency,
        }
        return self._both(
            f"{self._load.import_id}-{row.number + self._load.first_row - 1}",
            source,
            common,
            money,
            measures,
        )

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
        text = str(found).strip()
        if level.pattern is not None:
            match = re.search(level.pattern, text)
            if match is None:
                raise FaultError("wrong_type", f"{text[:60]!r} is no {name}")
            text = match[1]
        for character in level.drop:
            text = text.replace(character, "")
        return text

    def _dims(self, values: Values) -> dict[str, str] | None:
        dims = {}
        for name, fields in self._layout.dims.items():
            found = self._first(values, fields)
            if found is not None:
                dims[name] = str(found).strip()
        return dims or None

    def _currency(self, values: Values, view: SourceView) -> str | None:
        found = self._first(values, self._layout.currency)
        currency = self._load.currency or view.currency if found is None else str(found).strip()
        if currency is not None and not _CURRENCY.fullmatch(currency):
            raise FaultError("currency_invalid", f"{currency[:20]!r} is no currency code")
        refuse_no_currency(currency)
        return currency

    def _period(self, values: Values) -> tuple[str, str]:
        """(label, grain "day" or "hour")."""
        period = self._layout.period
        found = self._first(values, period.fields)
        if found is None:
            raise FaultError("missing_field", f"the row names no day ({period.fields[0]})")
        text = str(found).strip()
        for form in period.hour_formats:
            if (moment := _parse(text, form)) is not None:
                return moment.strftime("%Y-%m-%dT%H"), "hour"
        day = next((day for form in period.day_formats if (day := _parse(text, form))), None)
        if day is None:
            raise FaultError("period_invalid", f"{text[:40]!r} is no day of this layout")
        hour = self._first(values, period.hour_fields)
        if hour is None:
            return day.strftime("%Y-%m-%d"), "day"
        number = self._numbers.read(hour)
        if number is None or number not in _HOURS:
            raise FaultError("period_invalid", f"{str(hour)[:20]!r} is no hour of a day")
        return f"{day:%Y-%m-%d}T{int(number):02d}", "hour"

    def _quantity(self, values: Values, quantity: Quantity, currency: str | None) -> int | None:
        # The first field the row has, not the first with a value: fields of one measure differ in
        # meaning (Microsoft's qualified and other conversions) and are never mixed in one column.
        name = next((name for name in quantity.fields if name in values), None)
        number = None if name is None else self._numbers.read(values[name])
        if number is None:
            return None
        exponent = exponent_of(quantity.unit, currency)
        return to_micros(number, exponent, rounded=quantity.excess == "round")

    def _measures(self, values: Values, currency: str | None) -> dict[str, int | str]:
        measures: dict[str, int | str] = {}
        for name, quantity in self._layout.measures.items():
            micros = self._quantity(values, quantity, currency)
            if micros is not None:
                if micros < 0 and quantity.negative == "refuse":
                    raise FaultError("measure_negative", f"{name} of a report is never below 0")
                measures[name] = format_quantity(micros)
        return measures


_HOURS = frozenset(Decimal(hour) for hour in range(24))


def _parse(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a label on the source's clock
    except ValueError:
        return None
