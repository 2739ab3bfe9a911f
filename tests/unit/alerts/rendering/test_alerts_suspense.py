"""Money in suspense in words: what waits, how much, since when, which names, what to do."""

from typing import Any

import pytest
from msgspec import structs

from alerts.telling.figures import Candidate, newest
from kpi_monitor.rules.families.suspense import HOURS, UNITS
from kpi_monitor.rules.words.table import sentences_of, titles_of
from tests.unit.alerts.builders import make_newer, make_signal
from tests.unit.alerts.rendering.rendered import render, view

SUSPENSE: dict[str, Any] = {
    "breach": "suspense/source:ads/1",
    "rule": "suspense",
    "kind": "suspense",
    "group": {"source": "ads"},
    "severity": "warning",
    "crossed": ["24.000000"],
    "value": "25.000000",
    "threshold": "24.000000",
    "numbers": {"items": "3", "amount": "22.75", "hours": "25"},
    "names": {"source": "ads"},
    "labels": {"rule": "suspense", "source": "ads"},
    "annotations": {"names": "sprng/L1", "runbook": None},
    "sources": [],
    "owner": "li.na",
    "kpi": "",
    "currency": "CNY",
    "subject": {"source": "ads"},
    "kpi_title": HOURS.title,
    "unit": HOURS.unit,
    "numbers_units": UNITS,
    "titles": titles_of(UNITS),
    "sentences": sentences_of(HOURS.kind, upwards=True),
}
ONE, OF_BEFORE = {"amount CNY": "1500.00"}, {"amount": "1500.00"}
TWO = {"amount CNY": "1500.00", "amount USD": "300.00"}


def test_a_marketer_reads_what_waits_and_what_to_do() -> None:
    [message] = render(view(**SUSPENSE))
    assert message.title.startswith("【警告】数据源 ads：花费 ")
    for said in (
        "22.75",
        "最早一笔自 ",
        "sprng/L1",
        "li.na",
        "补充映射",
        "核销",
        "有花费尚未归属到预算项",
        "24",
    ):
        assert said in message.plain, said
    [english] = render(view(**SUSPENSE), locale="en")
    assert english.title.endswith(
        "22.75 spent and not assigned to any line, the oldest waits since Nov 2, 11:00"
    )
    assert "25" not in english.plain.replace("22.75", ""), "the hours are old when they are read"
    for said in ("sprng/L1", "li.na", "mapping", "write it off", "24 hours is warning"):
        assert said in english.plain, said


def test_amounts_of_several_currencies_stand_beside_each_other() -> None:
    numbers = {"items": "2", "amount CNY": "1.00", "amount USD": "2.50", "hours": "25"}
    [message] = render(view(**{**SUSPENSE, "numbers": numbers, "currency": None}), locale="en")
    assert "CNY\u00a01.00, USD\u00a02.50 spent and not assigned" in message.title


@pytest.mark.parametrize(
    ("before", "then", "zh", "en"),
    [
        (ONE, TWO, "¥1,500.00、US$300.00", "CNY 1,500.00, USD 300.00"),
        (OF_BEFORE, TWO, "¥1,500.00、US$300.00", "CNY 1,500.00, USD 300.00"),
        (TWO, ONE, "¥1,500.00", "CNY 1,500.00"),
    ],
)
def test_money_in_a_currency_that_came_later_is_told_with_it(
    before: dict[str, str], then: dict[str, str], zh: str, en: str
) -> None:
    """A reminder shows newer figures with the words of the breach that they are of."""
    currency = None if before == TWO else "CNY"
    told = make_signal(**{**SUSPENSE, "numbers": before, "currency": currency})
    newer = make_newer(breach=told.id, value="26.000000", numbers={"items": "2", **then})
    shown = newest(Candidate(told, newer, news=False, ended=False))
    found = structs.replace(view("repeat", **SUSPENSE), signal=shown)
    chinese, english = render(found)[0], render(found, locale="en")[0]
    assert f"花费 {zh} 未归属" in chinese.title
    assert "- 金额：¥1,500.00\n" in chinese.text
    assert f": {en} spent and not" in english.title.replace("\u00a0", " ")
    assert "- Amount: CNY\u00a01,500.00\n" in english.text


@pytest.mark.parametrize("value", ["soon", "NaN", "9e30", "-1"])
def test_hours_that_are_none_leave_out_the_moment_instead_of_ending_the_service(value: str) -> None:
    [message] = render(view(**{**SUSPENSE, "value": value}), locale="en")
    assert message.title.endswith(
        "CNY\u00a022.75 spent and not assigned to any line, the oldest waits since"
    )


def test_its_end_says_that_nothing_waits_for_too_long() -> None:
    ended = {**SUSPENSE, "transition": "resolved", "reason": "recovered", "numbers": {"items": "0"}}
    [message] = render(view("resolved", **ended))
    assert "该数据源已没有超时未归属的花费" in message.title
    [english] = render(view("resolved", **ended), locale="en")
    assert "No money of this source waits for its line for too long any more" in english.title
