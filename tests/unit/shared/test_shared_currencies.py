"""Currencies are the codes of ISO 4217; what is written instead is refused with the remedy."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.currencies import CODES, WITH_MILLS, WITHOUT_CENTS, CurrencyCode, check_currency


@pytest.mark.parametrize("code", ["CNY", "USD", "EUR", "JPY", "KWD", "TWD", "HKD"])
def test_a_code_of_iso_4217_is_a_currency(code: str) -> None:
    assert check_currency(code) == code


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("RMB", "write CNY"),
        ("CNH", "write CNY"),
        ("NTD", "write TWD"),
        ("UKP", "write GBP"),
        ("XXX", "means no currency"),
        ("ABC", "such as CNY, USD or EUR"),
        ("cny", "such as CNY, USD or EUR"),
        ("", "such as CNY, USD or EUR"),
    ],
)
def test_anything_else_is_refused_with_the_remedy(code: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        check_currency(code)


def test_a_body_with_rmb_is_told_what_the_code_of_it_is() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(CurrencyCode).validate_python("RMB")
    [error] = caught.value.errors()
    assert (error["type"], error["msg"]) == (
        "currency_invalid",
        "RMB is no code of ISO 4217: write CNY",
    )


def test_minor_units_are_those_of_known_currencies() -> None:
    assert WITHOUT_CENTS < CODES
    assert WITH_MILLS < CODES
    assert not WITHOUT_CENTS & WITH_MILLS
