"""Formulas are exact, small and never code (K10, K23, platforms.md section 5)."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_monitor.rules.formula import FormulaError, evaluate, parse
from kpi_monitor.rules.kpis import KPIS

M = 1_000_000


@pytest.mark.parametrize(
    ("kpi", "sums", "value"),
    [
        # Worked examples of platforms.md section 5 (Google A, Meta A), exact to the last digit.
        ("ctr", {"clicks": 30 * M, "impressions": 163 * M}, Fraction(30, 163)),
        ("cpc", {"spend": 168_080_000, "clicks": 30 * M}, Fraction(16808, 3000)),
        ("cpa", {"spend": 168_080_000, "conversions": 6_623_899}, Fraction(168080000, 6623899)),
        ("cpm", {"spend": 14_350_000, "impressions": 185 * M}, Fraction(14350, 185)),
        ("cvr", {"conversions": 560 * M, "clicks": 16_000 * M}, Fraction(35, 1000)),
        ("roas", {"revenue": 120 * M, "spend": 60 * M}, Fraction(2)),
    ],
)
def test_built_in_kpis_equal_the_worked_examples(
    kpi: str, sums: dict[str, int], value: Fraction
) -> None:
    assert evaluate(KPIS[kpi].formula, sums) == value


@pytest.mark.parametrize(
    ("sums", "why"),
    [
        ({"spend": 710_000, "clicks": 0}, "zero clicks: Meta leaves cpc out, Google says 0.0"),
        ({"spend": 710_000}, "a measure that nobody stated is not zero"),
        ({}, "nothing at all"),
    ],
)
def test_no_value_is_none_and_never_zero(sums: dict[str, int], why: str) -> None:
    assert evaluate(KPIS["cpc"].formula, sums) is None, why


def test_zero_over_something_is_zero() -> None:
    assert evaluate(KPIS["ctr"].formula, {"clicks": 0, "impressions": M}) == 0


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "clicks ** 2",
        "clicks.real",
        "clicks if impressions else 0",
        "-clicks",
        "clicks // 2",
        "max(clicks, 1)",
        "'clicks'",
        "True / clicks",
        "clicks[0]",
        "1 + 1",
        "clicks /",
        "clicks; impressions",
        "(" * 150 + "a" + ")" * 150,
        "+".join(["a"] * 60),
        "a" * 300,
        "1e5j / clicks",
        "",
    ],
)
def test_anything_but_sums_and_the_four_operations_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


def test_numbers_in_a_formula_keep_their_decimal_text() -> None:
    assert evaluate(parse("clicks * 0.1"), {"clicks": 3 * M}) == Fraction(3, 10)


LEAVES = st.sampled_from(["a", "b", "c", "0", "7", "0.25"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
    max_leaves=12,
)


@given(TREES, *[st.integers(-(10**15), 10**15)] * 3)
def test_values_equal_those_of_python_with_a_fraction_in_each_place(
    text: str, a: int, b: int, c: int
) -> None:
    formula = f"a + {text}"
    names = {"a": Fraction(a, M), "b": Fraction(b, M), "c": Fraction(c, M)}
    exact = re.sub(r"[0-9.]+", lambda number: f"Fraction('{number[0]}')", formula)
    try:
        expected = eval(exact, {"Fraction": Fraction, **names})  # noqa: S307 - text made above
    except ZeroDivisionError:
        expected = None
    assert evaluate(parse(formula), {"a": a, "b": b, "c": c}) == expected
