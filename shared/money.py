"""Exact quantities: integer micros, decimal strings at the edges, never a float.

Money and measures share one representation, a signed count of millionths (micros), because
platforms report both with up to six decimals (conversions included).
"""

import re

MICROS = 1_000_000
LIMIT_MICROS = 10**12 * MICROS
"""|amount| < 10^12 units (contracts.md section 1); fits a signed 64-bit integer."""

NO_CURRENCY = "XXX"
"""ISO 4217 for "no currency": money whose currency neither the event nor a campaign states."""

MONEY_MEASURES = frozenset({"spend", "revenue"})
"""Measures that are money: the currency of an event is that of these, not of its clicks."""

_SCALE = (0, 100_000, 10_000, 1_000, 100, 10, 1)
_DECIMAL = re.compile(r"(-?)(\d{1,18})(?:\.(\d{1,18}))?", re.ASCII)
_SUM = re.compile(r"(-?)(\d{1,40})(?:\.(\d{1,6}))?", re.ASCII)


class MoneyError(ValueError):
    """The text is no amount; `code` is the stable name of the reason."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def parse_micros(text: str) -> int:
    """Decimal text ("12.34", "-0.5") → micros. Source: contracts.md section 1.

    Raises MoneyError: `amount_not_decimal`, `amount_too_precise` (more than six decimals),
    `amount_out_of_range` (|amount| ≥ 10^12).
    """
    whole, dot, fraction = text.partition(".")
    # The usual case without the regular expression, which costs twice as much; half of posting's
    # parsing is here. Longer or signed texts, and all faults, take the thorough way.
    if len(whole) <= 12 and len(fraction) <= 6 and text.isascii() and whole.isdigit():
        if fraction.isdigit():
            return int(whole) * MICROS + int(fraction) * _SCALE[len(fraction)]
        if not dot:
            return int(whole) * MICROS
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise MoneyError("amount_not_decimal", f"{text[:40]!r} is not a decimal string")
    sign, whole, fraction = match.groups(default="")
    if len(fraction.rstrip("0")) > 6:
        raise MoneyError("amount_too_precise", f"{text[:40]!r} has more than 6 decimals")
    micros = int(whole) * MICROS + int((fraction + "000000")[:6])
    if micros >= LIMIT_MICROS:
        raise MoneyError("amount_out_of_range", f"{text[:40]!r} is not below 10^12")
    return -micros if sign else micros


def parse_sum(text: str) -> int:
    """Text of `format_micros` → micros, without the limit of a single amount: sums may pass it.

    Raises MoneyError `amount_not_decimal`.
    """
    match = _SUM.fullmatch(text)
    if match is None:
        raise MoneyError("amount_not_decimal", f"{text[:40]!r} is not a decimal string")
    sign, whole, fraction = match.groups(default="")
    micros = int(whole) * MICROS + int(fraction.ljust(6, "0"))
    return -micros if sign else micros


def format_micros(micros: int) -> str:
    """Micros → decimal text with two to six decimals: 12340000 → "12.34", 1 → "0.000001"."""
    whole, fraction = divmod(abs(micros), MICROS)
    digits = f"{fraction:06d}".rstrip("0").ljust(2, "0") if fraction else "00"
    return f"{'-' if micros < 0 else ''}{whole}.{digits}"


def format_quantity(micros: int) -> str:
    """Micros of a measure → the shortest decimal text: 1600000000 → "1600", 1500000 → "1.5"."""
    whole, fraction = divmod(abs(micros), MICROS)
    digits = f"{fraction:06d}".rstrip("0")
    return f"{'-' if micros < 0 else ''}{whole}{'.' + digits if digits else ''}"


def divide_half_even(numerator: int, denominator: int) -> int:
    """Integer quotient rounded to nearest, ties to even. Raises ZeroDivisionError."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        quotient += 1
    return quotient


def format_ratio(numerator: int, denominator: int) -> str | None:
    """Exact quotient shown with six decimals ("1.600000"); None when the denominator is 0.

    Only for display: decisions compare the exact fraction (fractions.Fraction), never this text.
    """
    if denominator == 0:
        return None
    micros = divide_half_even(numerator * MICROS, denominator)
    whole, fraction = divmod(abs(micros), MICROS)
    return f"{'-' if micros < 0 else ''}{whole}.{fraction:06d}"
