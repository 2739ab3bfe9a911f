"""Nothing is rounded on the way in; ratios are rounded half-even on the way out."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import (
    LIMIT_MICROS,
    MoneyError,
    divide_half_even,
    format_micros,
    format_quantity,
    format_ratio,
    parse_micros,
    parse_sum,
)

micros = st.integers(-LIMIT_MICROS + 1, LIMIT_MICROS - 1)
large = st.integers(-(10**30), 10**30)


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("0", 0, "zero"),
        ("-0", 0, "a negative zero is zero"),
        ("12.34", 12_340_000, "two decimals"),
        ("0.000001", 1, "one micro"),
        ("-0.5", -500_000, "a refund"),
        ("007.50", 7_500_000, "leading zeros"),
        ("1.5000000000", 1_500_000, "zeros after the sixth decimal change nothing"),
        ("999999999999.999999", LIMIT_MICROS - 1, "the largest amount"),
        ("-999999999999.999999", 1 - LIMIT_MICROS, "the smallest amount"),
    ],
)
def test_decimal_text_is_read_exactly(text: str, expected: int, why: str) -> None:
    assert parse_micros(text) == expected, why


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("", "amount_not_decimal", "nothing"),
        ("1e3", "amount_not_decimal", "an exponent"),
        ("1E3", "amount_not_decimal", "an exponent"),
        ("NaN", "amount_not_decimal", "not a number"),
        ("Infinity", "amount_not_decimal", "not finite"),
        ("-Infinity", "amount_not_decimal", "not finite"),
        ("１２", "amount_not_decimal", "full-width digits"),
        ("٣", "amount_not_decimal", "Arabic digits"),
        ("1,000.00", "amount_not_decimal", "a thousands separator"),
        ("1_000", "amount_not_decimal", "an underscore"),
        (" 1", "amount_not_decimal", "a blank before"),
        ("1\n", "amount_not_decimal", "a line end behind"),
        ("+1", "amount_not_decimal", "a plus sign"),
        (".5", "amount_not_decimal", "no whole part"),
        ("5.", "amount_not_decimal", "no fraction after the point"),
        ("--1", "amount_not_decimal", "two signs"),
        ("0x10", "amount_not_decimal", "hexadecimal"),
        ("¥12", "amount_not_decimal", "a currency sign"),
        ("1" * 19, "amount_not_decimal", "longer than any amount"),
        ("0.0000001", "amount_too_precise", "seven decimals"),
        ("1.2345678", "amount_too_precise", "seven decimals"),
        ("1000000000000", "amount_out_of_range", "10^12"),
        ("-1000000000000", "amount_out_of_range", "-10^12"),
    ],
)
def test_what_is_no_exact_amount_is_refused_by_name(text: str, code: str, why: str) -> None:
    with pytest.raises(MoneyError) as refused:
        parse_micros(text)
    assert refused.value.code == code, why
    assert refused.value.detail


@given(micros)
def test_every_amount_survives_writing_and_reading(amount: int) -> None:
    assert parse_micros(format_micros(amount)) == amount
    assert parse_micros(format_quantity(amount)) == amount


@given(st.text(max_size=30))
def test_any_text_is_either_an_amount_or_refused_by_name(text: str) -> None:
    try:
        amount = parse_micros(text)
    except MoneyError:
        return
    assert Decimal(text) * 1_000_000 == amount


@pytest.mark.parametrize(
    ("amount", "money", "quantity"),
    [
        (0, "0.00", "0"),
        (1, "0.000001", "0.000001"),
        (-1, "-0.000001", "-0.000001"),
        (12_340_000, "12.34", "12.34"),
        (1_600_000_000, "1600.00", "1600"),
        (1_500_000, "1.50", "1.5"),
        (-2_500_000_000, "-2500.00", "-2500"),
    ],
)
def test_amounts_have_at_least_two_decimals_and_measures_none(
    amount: int, money: str, quantity: str
) -> None:
    assert format_micros(amount) == money
    assert format_quantity(amount) == quantity


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected", "why"),
    [
        (48_000, 30_000, "1.600000", "pacing of the scenario"),
        (28_000, 24_000, "1.166667", "rounded up"),
        (1, 3, "0.333333", "rounded down"),
        (-1, 3, "-0.333333", "rounded toward zero as its mirror image"),
        (1, 2_000_000, "0.000000", "a tie goes to the even digit below"),
        (3, 2_000_000, "0.000002", "a tie goes to the even digit above"),
        (-1, 2_000_000, "0.000000", "no negative zero"),
        (5, -10, "-0.500000", "a negative denominator"),
        (0, 7, "0.000000", "zero"),
    ],
)
def test_ratios_are_exact_to_the_last_digit_shown(
    numerator: int, denominator: int, expected: str, why: str
) -> None:
    assert format_ratio(numerator, denominator) == expected, why


def test_a_ratio_of_nothing_is_no_value() -> None:
    assert format_ratio(5, 0) is None
    assert format_ratio(0, 0) is None


@given(large, large.filter(bool))
def test_ratios_round_half_even_like_decimal_does(numerator: int, denominator: int) -> None:
    with localcontext(prec=200):
        exact = Decimal(numerator) / Decimal(denominator)
        rounded = exact.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
        shown = format_ratio(numerator, denominator)
        assert shown is not None
        assert Decimal(shown) == rounded


@given(large, large.filter(bool))
def test_half_even_division_is_never_further_than_half_away(
    numerator: int, denominator: int
) -> None:
    quotient = divide_half_even(numerator, denominator)
    assert 2 * abs(numerator - quotient * denominator) <= abs(denominator)
    assert divide_half_even(-numerator, -denominator) == quotient
    assert divide_half_even(-numerator, denominator) == -quotient


def test_division_by_zero_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        divide_half_even(1, 0)


@given(st.integers(-(10**30), 10**30))
def test_a_sum_of_any_size_survives_writing_and_reading(amount: int) -> None:
    assert parse_sum(format_micros(amount)) == amount


@pytest.mark.parametrize("text", ["", "1e3", "1.2345678", "1,5", " 1", "NaN"])
def test_what_is_no_sum_is_refused_by_name(text: str) -> None:
    with pytest.raises(MoneyError) as refused:
        parse_sum(text)
    assert refused.value.code == "amount_not_decimal"
