"""Numbers as platforms write them → integer micros. Pure, exact, no float.

The decimal mark is decided once per file, never per cell: "7,25" is unreadable in a file with
decimal points, and seven and a quarter in one with decimal commas (reference/platforms.md 4).
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, Literal

from ingest.adapters.mapping import Unit
from ingest.faults import FaultError
from shared.money import LIMIT_MICROS

TEXT_LENGTH_MAX = 60
_EXACT = Context(prec=120)
_SIGNS = "$€£¥￥元₹₩₽ \u00a0"
_POINT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_COMMA = re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?", re.ASCII)
_WITHOUT_CENTS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_WITH_MILLS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])

Mark = Literal["point", "comma"]


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How one file writes numbers: its decimal mark, and what means "no value"."""

    mark: Mark = "point"
    no_value: frozenset[str] = frozenset([""])

    def read(self, value: Any) -> Decimal | None:
        """A cell or JSON value as an exact decimal; None when it says nothing (never 0).

        Raises FaultError `number_unreadable`.
        """
        if value is None:
            return None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        text = str(value).strip()
        if text in self.no_value:
            return None
        return self._read_text(text)

    def _read_text(self, text: str) -> Decimal:
        sign = "-" if text[:1] in "-−" else ""
        bare = sign + text.lstrip("-−").strip(_SIGNS)
        pattern, thousands = (_POINT, ",") if self.mark == "point" else (_COMMA, ".")
        if len(text) > TEXT_LENGTH_MAX or not pattern.fullmatch(bare):
            raise FaultError("number_unreadable", f"{text[:40]!r} is no number in this file")
        plain = bare.replace(thousands, "").replace(",", ".")
        try:
            return Decimal(plain)
        except InvalidOperation as error:
            raise FaultError("number_unreadable", f"{text[:40]!r} is no number") from error


def json_number(text: str) -> Decimal:
    """A JSON number with a point or an exponent, exact; `to_micros` knows which are too large.

    Raises ValueError when no decimal can have its exponent.
    """
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text[:40]} is no number in this file") from error


def exponent_of(unit: Unit, currency: str | None) -> int:
    """Power of ten from one unit to micros. Raises FaultError when minor has no currency."""
    if unit == "micro":
        return 0
    if unit != "minor":
        return 6
    if currency is None:
        raise FaultError("currency_invalid", "an amount in minor units needs its currency")
    if currency in _WITHOUT_CENTS:
        return 6
    return 3 if currency in _WITH_MILLS else 4


def to_micros(value: Decimal, exponent: int, *, rounded: bool) -> int:
    """`value` × 10^exponent as integer micros.

    Raises FaultError `amount_out_of_range` (≥ 10^12 units, or not finite) or, unless `rounded`
    (half even), `amount_too_precise` (below one micro).
    """
    if not value.is_finite() or value.adjusted() + exponent > 18:
        raise FaultError("amount_out_of_range", f"{str(value)[:40]} is not below 10^12")
    scaled = value.scaleb(exponent, _EXACT)
    whole = scaled.to_integral_value(ROUND_HALF_EVEN, _EXACT)
    if whole != scaled and not rounded:
        raise FaultError("amount_too_precise", f"{str(value)[:40]} is finer than a millionth")
    micros = int(whole)
    if abs(micros) >= LIMIT_MICROS:
        raise FaultError("amount_out_of_range", f"{str(value)[:40]} is not below 10^12")
    return micros
