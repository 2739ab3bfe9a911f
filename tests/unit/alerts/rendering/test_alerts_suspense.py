"""Money in suspense in words: what waits, how much, since when, which names, what to do."""

from typing import Any

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
}


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


def test_its_end_says_that_nothing_waits_for_too_long() -> None:
    ended = {**SUSPENSE, "transition": "resolved", "reason": "recovered", "numbers": {"items": "0"}}
    [message] = render(view("resolved", **ended))
    assert "该数据源已没有超时未归属的花费" in message.title
    [english] = render(view("resolved", **ended), locale="en")
    assert "No money of this source waits for its line for too long any more" in english.title
