"""A breach says what its KPI and numbers are called and in which unit they are."""

import re
from collections.abc import Mapping

import pytest

from kpi_monitor.rules.families import suspense, totals
from kpi_monitor.rules.families.table import FAMILIES
from kpi_monitor.rules.kpis import KPIS, Kpi, units_of
from kpi_monitor.rules.words.en import ENGLISH
from kpi_monitor.rules.words.table import LOCALES, sentences_of, titles_of

NAMES = {"short", "says", "over", "now", "limit", "recovered", "advice", "advice_over"}


@pytest.mark.parametrize("kpi", KPIS.values(), ids=KPIS)
def test_every_kpi_and_the_numbers_behind_it_have_a_name_in_every_locale(kpi: Kpi) -> None:
    names = [kpi.name, *kpi.formula.measures]
    for locale in LOCALES:
        assert titles_of(names)[locale].keys() == set(names)


@pytest.mark.parametrize("units", [totals.UNITS, suspense.UNITS], ids=["budget", "suspense"])
def test_figures_that_are_no_measures_have_names_too(units: Mapping[str, str]) -> None:
    assert units.keys() <= ENGLISH.titles.keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_all_locales_say_the_same_with_the_same_figures(locale: str) -> None:
    words = LOCALES[locale]
    assert words.titles.keys() == ENGLISH.titles.keys()
    assert all(words.titles.values())
    assert words.sentences.keys() == ENGLISH.sentences.keys()
    for subject, sentences in ENGLISH.sentences.items():
        places = {name: set(re.findall(r"{\w+}", one)) for name, one in sentences.items()}
        found = words.sentences[subject].items()
        assert {name: set(re.findall(r"{\w+}", one)) for name, one in found} == places


@pytest.mark.parametrize("upwards", [True, False])
def test_what_is_said_is_said_in_every_locale_and_of_the_side_of_its_limit_alone(
    upwards: bool,
) -> None:
    assert sentences_of("ctr", upwards=upwards) == {}
    for subject in ENGLISH.sentences:
        found = sentences_of(subject, upwards=upwards)
        assert found.keys() == set(LOCALES)
        for said in found.values():
            assert {"says", "advice"} <= said.keys() <= NAMES
            assert all(
                ("{" in one) is not name.startswith(("advice", "short", "recovered"))
                for name, one in said.items()
            )


def test_what_nobody_named_is_called_by_its_own_name() -> None:
    assert titles_of(["", "invented", "clicks"]) == {
        "en": {"clicks": "Clicks"},
        "zh-CN": {"clicks": "点击"},
        "zh-TW": {"clicks": "點擊次數"},
    }


def test_money_is_money_and_anything_else_is_counted() -> None:
    assert units_of(["clicks", "revenue", "spend"]) == {
        "clicks": "count",
        "revenue": "money",
        "spend": "money",
    }


def test_every_kpi_has_a_family() -> None:
    assert {kpi.kind for kpi in KPIS.values()} <= FAMILIES.keys()
