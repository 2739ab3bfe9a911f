"""A breach says what its KPI and numbers are called and in which unit they are."""

import pytest

from kpi_monitor.rules.families.table import FAMILIES
from kpi_monitor.rules.families.totals import UNITS
from kpi_monitor.rules.kpis import KPIS, Kpi, units_of
from kpi_monitor.rules.words import LOCALES, SENTENCES, WORDS, sentences_of, titles_of


@pytest.mark.parametrize("kpi", KPIS.values(), ids=KPIS)
def test_every_kpi_and_the_numbers_behind_it_have_a_name_in_every_locale(kpi: Kpi) -> None:
    names = [kpi.name, *kpi.formula.measures]
    for locale in LOCALES:
        assert titles_of(names)[locale].keys() == set(names)


def test_figures_of_the_budget_have_names_too() -> None:
    assert UNITS.keys() <= WORDS.keys()
    assert titles_of(["amount USD"])["zh-CN"] == {"amount USD": "金额"}


def test_what_is_said_of_a_kpi_is_said_in_every_locale_with_its_figure() -> None:
    assert sentences_of("ctr") == {}
    for kpi in SENTENCES:
        for locale in LOCALES:
            said = sentences_of(kpi)[locale]
            assert {"above", "below"} <= said.keys()
            assert all(
                ("{value}" in one) is not name.startswith(("advice_", "short"))
                for name, one in said.items()
            )


def test_what_nobody_named_is_called_by_its_own_name() -> None:
    assert titles_of(["", "invented", "clicks"]) == {
        "en": {"clicks": "Clicks"},
        "zh-CN": {"clicks": "点击"},
    }


def test_money_is_money_and_anything_else_is_counted() -> None:
    assert units_of(["clicks", "revenue", "spend"]) == {
        "clicks": "count",
        "revenue": "money",
        "spend": "money",
    }


def test_every_kpi_has_a_family() -> None:
    assert {kpi.kind for kpi in KPIS.values()} <= FAMILIES.keys()
