"""Numbers, money, instants and spans of time as a reader of a locale expects them.

Times are shown in the campaign's own zone; money always with its currency; no float is made.
"""

from collections.abc import Iterable
from copy import copy
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

from alerts.rendering.locales.table import VOCABULARIES
from shared.charts.charts import ChartAxes

DIGITS_MAX = 20
"""With six decimals that is what decimal arithmetic has room for, 28 digits."""
HOURS_MAX = 1_000_000
"""114 years: what waits for longer is no fact."""
TWO_DECIMALS_MIN = Decimal("0.005")
MINUS = "\u2011"
"""Non-breaking: after a plain minus a line may end, and "-" stands alone before the amount."""
_NO_BREAK_SPACE = "\u00a0"
SPANS = {"hours": 1, "minutes": 2}
"""Units of time, by their place in the words."""


class Numbers:
    """Formats for one locale, one currency and one time zone."""

    def __init__(self, locale: str, currency: str | None, time_zone: str) -> None:
        self._words = VOCABULARIES[locale]
        self._locale = _parsed(locale)
        self._currency = currency
        self._zone = _zone(time_zone)

    def of_currency(self, currency: str) -> "Numbers":
        """The same formats for money in another currency."""
        other = copy(self)
        other._currency = currency
        return other

    def value(self, unit: str | None, text: str | None, limit: str | None = None) -> str | None:
        """A figure of a unit: a percentage, money, a time or a plain number. It is rounded for
        reading, but never onto a `limit` that it is not: 0.999 % is not "1 %, below 1 %"."""
        rounded = self._value(unit, text)
        if limit is not None and rounded == self.limit(unit, limit):
            return self.limit(unit, text)
        return rounded

    def limit(self, unit: str | None, text: str | None) -> str | None:
        """A limit on a figure, as exact as the rule states it."""
        return self._value(unit, text, exact=True)

    def decimal(self, text: str | None) -> str | None:
        """Up to six decimals, with the locale's grouping; text that is no number stays as is."""
        value = decimal_of(text)
        if value is None:
            return text
        return _unbroken(format_decimal(value, "#,##0.######", self._locale))

    def _value(self, unit: str | None, text: str | None, *, exact: bool = False) -> str | None:
        if unit == "percent":
            return self._percent(text, exact=exact)
        if unit == "money":
            return self._money(text, exact=exact)
        return self._time_span(text, SPANS[unit]) if unit in SPANS else self.decimal(text)

    def _time_span(self, text: str | None, place: int) -> str | None:
        value = decimal_of(text)
        if value is None:
            return text
        return f"{self.decimal(text)}{self._words.time_units[value != 1][place]}"

    def _percent(self, text: str | None, *, exact: bool = False) -> str | None:
        value = decimal_of(text)
        pattern = "#,##0.####%" if exact else "#,##0.##%"
        if value is None:
            return text
        return _unbroken(format_percent(value, pattern, self._locale))

    def _money(self, text: str | None, *, exact: bool = False) -> str | None:
        value = decimal_of(text)
        if value is None or self._currency is None:
            return self.decimal(text)
        # An amount too small for two decimals is shown in full: "-¥0.00" says nothing.
        whole = exact or 0 < abs(value) < TWO_DECIMALS_MIN
        return _unbroken(
            format_currency(
                value,
                self._currency,
                self._words.money_pattern,
                self._locale,
                decimal_quantization=not whole,
            )
        )

    def instant(self, at: datetime) -> str:
        """ "11月3日 12:00" / "Nov 3, 12:00" in the zone; midnight stays 00:00 of its day."""
        local = at.astimezone(self._zone)
        return self._words.instant.format(day=self._day(local), time=self._time(local))

    def axes(self, unit: str | None) -> ChartAxes:
        """How figures of a unit are written beside a chart: money short, and without its sign."""
        return ChartAxes(
            value=lambda value: self._short(value, unit),
            day=lambda at: format_date(
                self._local(at).date(), self._words.day_pattern, self._locale
            ),
            time=lambda at: self._time(self._local(at)),
            zone=self._zone,
        )

    def _short(self, value: Decimal, unit: str | None) -> str:
        if unit == "percent" or abs(value) < 1000:
            return self.value("percent" if unit == "percent" else None, f"{value:f}") or ""
        return format_compact_decimal(value, locale=self._locale, fraction_digits=1)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def before(self, at: datetime, hours: str | None) -> str:
        """The instant so many hours before, "" if that is none."""
        value = decimal_of(hours)
        if value is None or not 0 <= value <= HOURS_MAX:
            return ""
        return self.instant(at - timedelta(seconds=round(value * 3600)))

    def zone(self, instants: Iterable[datetime]) -> str:
        """ "Asia/Shanghai（UTC+08:00）": the zone, and how far it was from UTC at `instants`,
        unless its clocks were changed in between."""
        if self._zone.key == "UTC":
            return "UTC"
        offsets = {f"{at.astimezone(self._zone):%z}" for at in instants}
        if len(offsets) != 1:
            return self._zone.key
        [offset] = offsets
        return self._zone.key + self._words.brackets.format(f"UTC{offset[:3]}:{offset[3:5]}")

    def span(self, start: datetime, end: datetime) -> str:
        """A window; the day is not repeated when both ends are on it."""
        first, last = start.astimezone(self._zone), end.astimezone(self._zone)
        if first.date() == last.date():
            return f"{self.instant(start)}–{self._time(last)}"
        return f"{self.instant(start)} – {self.instant(end)}"

    def lasted(self, span: timedelta) -> str:
        """The two largest units: "1小时30分钟" / "1 hour 30 minutes"; below a minute, seconds."""
        seconds = max(0, int(span.total_seconds()))
        amounts = (seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)
        first = next((place for place, amount in enumerate(amounts) if amount), 3)
        one, many = self._words.time_units
        parts = [
            f"{amounts[place]}{(one if amounts[place] == 1 else many)[place]}"
            for place in range(first, min(first + 2, 3) if first < 3 else 4)
            if amounts[place] or place == first
        ]
        return self._words.between_units.join(parts)

    def _day(self, local: datetime) -> str:
        return format_date(local.date(), self._words.day_pattern, self._locale)

    def _time(self, local: datetime) -> str:
        return format_time(local.time(), "HH:mm", locale=self._locale)


def exceeds_one(text: str | None) -> bool:
    """True when a ratio's text is above 1, that is above 100 %."""
    value = decimal_of(text)
    return value is not None and value > 1


def _unbroken(figure: str) -> str:
    """A figure that stays on one line."""
    return figure.replace("-", MINUS).replace(" ", _NO_BREAK_SPACE)


def decimal_of(text: str | None) -> Decimal | None:
    """A figure as text, if it is one that people read."""
    try:
        value = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    # NaN, infinities and 1e999999 are no figures a person reads; they stay the text they are.
    if value is None or not value.is_finite() or abs(value.adjusted()) > DIGITS_MAX:
        return None
    return value


@cache
def _parsed(locale: str) -> Locale:
    """Once: Babel looks through all its names of locales, a third of the time of a message."""
    return Locale.parse(locale, sep="-")


def _zone(name: str) -> ZoneInfo:
    """The zone, or UTC for a name that this machine does not know: a message is still told."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
