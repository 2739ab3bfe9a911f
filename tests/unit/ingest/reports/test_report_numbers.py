"""Numbers of report files: exact, by the file's own locale, never a float (platforms.md 3, 4)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.faults import FaultError
from ingest.reports.reading.numbers import Mark, NumberFormat, exponent_of, to_micros

READ: list[tuple[str, Mark, Any, str | None]] = [
    ("thousands inside quotes", ".", "12,345", "12345"),
    ("thousands and decimals", ".", "1,234,567.89", "1234567.89"),
    ("a currency sign in front", ".", "$9,870.50", "9870.5"),
    ("a currency sign behind", ".", "9,870.50 €", "9870.5"),
    ("a refund with its sign before the currency", ".", "-$5.00", "-5"),
    ("a minus of typography", ".", "−5.00", "-5"),
    ("decimal commas where the file says so", ",", "7,25", "7.25"),
    ("points as thousands there", ",", "1.234,5", "1234.5"),
    ("scientific notation of a warehouse", ".", "1.5E-3", "0.0015"),
    ("blanks around it", ".", " 42 ", "42"),
    ("an empty cell is no value, not 0", ".", "", None),
    ("two dashes are no value", ".", "--", None),
    ("null is no value", ".", None, None),
    ("0 is a value", ".", "0", "0"),
    ("a JSON integer", ".", 168080000, "168080000"),
    ("a JSON decimal", ".", Decimal("6.623899"), "6.623899"),
]


@pytest.mark.parametrize(("reason", "mark", "cell", "expected"), READ)
def test_a_cell_is_read_exactly(reason: str, mark: Mark, cell: Any, expected: str | None) -> None:
    numbers = NumberFormat(mark, frozenset(["", "--"]))

    assert numbers.read(cell) == (None if expected is None else Decimal(expected)), reason


@pytest.mark.parametrize(
    ("reason", "mark", "cell"),
    [
        ("a decimal comma in a file with points", ".", "7,25"),
        ("a decimal point in a file with commas", ",", "7.25"),
        ("groups that are not of three", ".", "12,34"),
        ("words", ".", "n/a"),
        ("a percent is another unit", ".", "5%"),
        ("a formula error of a spreadsheet", ".", "#ERROR!"),
        ("infinity", ".", "inf"),
        ("a truth value", ".", True),
        ("an endless number", ".", "1" * 61),
    ],
)
def test_a_cell_that_is_no_number_of_this_file_is_refused(
    reason: str, mark: Mark, cell: Any
) -> None:
    with pytest.raises(FaultError, match="number_unreadable"):
        NumberFormat(mark, frozenset([""])).read(cell)


@pytest.mark.parametrize(
    ("reason", "value", "unit", "currency", "micros"),
    [
        ("micros are our own unit", "168080000", "micro", "USD", 168_080_000),
        ("major units", "168.08", "major", "USD", 168_080_000),
        ("fen", "29866", "minor", "CNY", 298_660_000),
        ("yen have no cents", "500", "minor", "JPY", 500_000_000),
        ("dinars have thousandths", "1500", "minor", "KWD", 1_500_000),
        ("counts may be fractional", "6.623899", "count", None, 6_623_899),
        ("trailing zeros are no precision", "0.10000000", "major", "USD", 100_000),
    ],
)
def test_units_belong_to_the_field(
    reason: str, value: str, unit: Any, currency: str | None, micros: int
) -> None:
    assert to_micros(Decimal(value), exponent_of(unit, currency), rounded=False) == micros, reason


@pytest.mark.parametrize(
    ("value", "exponent", "code"),
    [
        ("0.0000001", 6, "amount_too_precise"),
        ("0.5", 0, "amount_too_precise"),
        ("1000000000000", 6, "amount_out_of_range"),
        ("1E+999999", 6, "amount_out_of_range"),
        ("NaN", 6, "amount_out_of_range"),
    ],
)
def test_an_amount_that_does_not_fit_is_refused(value: str, exponent: int, code: str) -> None:
    with pytest.raises(FaultError) as caught:
        to_micros(Decimal(value), exponent, rounded=False)
    assert caught.value.code == code


def test_minor_units_without_a_currency_cannot_be_read() -> None:
    with pytest.raises(FaultError, match="currency_invalid"):
        exponent_of("minor", None)


def test_only_a_measure_that_allows_it_is_rounded_half_even() -> None:
    assert to_micros(Decimal("0.3333333333"), 6, rounded=True) == 333_333
    assert to_micros(Decimal("0.0000005"), 6, rounded=True) == 0
    assert to_micros(Decimal("0.0000015"), 6, rounded=True) == 2


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_every_micro_amount_survives_its_text(micros: int) -> None:
    text = f"{Decimal(micros).scaleb(-6):f}"
    number = NumberFormat().read(text)

    assert number is not None
    assert to_micros(number, 6, rounded=False) == micros
