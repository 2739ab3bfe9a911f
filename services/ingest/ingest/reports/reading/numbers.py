"""Numbers as platforms and spreadsheets write them → integer micros. Pure, exact, no float.

The decimal mark is one per file (notation.py), never decided per cell: "1,234" is a thousand in a
file with decimal points and one and a bit in one with decimal commas (reference/platforms.md 4).
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal

from ingest.faults import FaultError
from ingest.platforms.mapping import Unit
from shared.currencies import WITH_MILLS, WITHOUT_CENTS
from shared.money import LIMIT_MICROS

Mark = Literal[".", ","]
MARKS: tuple[Mark, Mark] = (".", ",")
TEXT_LENGTH_MAX = 60
_EXACT = Context(prec=120)

# Full-width forms of Chinese and Japanese exports, the blanks and apostrophes that group digits,
# and the minus signs of typography. One by one: a compatibility form would turn 5² into 52.
_PLAIN = str.maketrans(
    "０１２３４５６７８９．，－＋（）＇\u00a0\u202f\u2009\u2007\u3000’ʼ−–",
    "0123456789.,-+()'     ''--",
)
_MONEY = r"(?:(?:US|CA|AU|HK|NT|NZ|SG|MX|[ACRS])?[$＄]|[€£￡¥￥₹₩￦₽₺₴₫₪฿₱₦₡₲₵₸]|元|円|zł|Kč|kr\.?)"
_CELL = re.compile(
    rf"(?P<sign>[-+]?) *{_MONEY}? *(?P<inner>[-+]?) *(?P<core>[.,]?[0-9][0-9.,' ]*?"
    rf"(?:[eE][-+]?[0-9]{{1,2}})?) *{_MONEY}? *(?P<after>-?)",
    re.ASCII,
)
_GROUPED = {
    ".": r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}",
    ",": r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+",
}
_FREE = r"[1-9][0-9]{0,2}(?:'[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+"
_CORE = {
    mark: re.compile(
        rf"(?:(?:{_GROUPED[mark]}|{_FREE}|[0-9]+)(?:\{mark}[0-9]+)?|\{mark}[0-9]+"
        rf"|[0-9]+(?:\{mark}[0-9]+)?[eE][-+]?[0-9]{{1,2}})"
    )
    for mark in MARKS
}
_GROUPING = {".": str.maketrans("", "", ",' "), ",": str.maketrans(",", ".", ".' ")}


@lru_cache(maxsize=4096)
def read_number(text: str, mark: Mark) -> Decimal | None:
    """A text as a number with that decimal mark; None when it is none.

    Digits may be grouped by three, or as in India, by the other mark, apostrophes or blanks; a
    minus may stand before or behind, parentheses mean one; one sign of a currency may stand by.
    """
    plain = text.translate(_PLAIN).strip()
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        plain, negative = plain[1:-1], True
    cell = _CELL.fullmatch(plain) if len(text) <= TEXT_LENGTH_MAX else None
    if cell is None or _CORE[mark].fullmatch(cell["core"]) is None:
        return None
    signs = cell["sign"] + cell["inner"] + cell["after"]
    if len(signs) + negative > 1:
        return None
    number = Decimal(cell["core"].translate(_GROUPING[mark]))
    return number.copy_negate() if (negative or signs == "-") and number else number


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How one file writes numbers: its decimal mark, and what means "no value"."""

    mark: Mark = "."
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
        number = read_number(text, self.mark)
        if number is None:
            kind = "a decimal point" if self.mark == "." else "a decimal comma"
            raise FaultError(
                "number_unreadable", f"{text[:40]!r} is no number of this file, which has {kind}"
            )
        return number


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
    if currency in WITHOUT_CENTS:
        return 6
    return 3 if currency in WITH_MILLS else 4


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
