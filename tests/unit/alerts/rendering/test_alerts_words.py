"""What a KPI is called, shown as and told by comes with its breach; alerts knows none."""

from typing import Any

import pytest

from shared.events import BreachNumber
from tests.unit.alerts.rendering.rendered import render, view

MARGIN: dict[str, Any] = {
    "kpi": "margin",
    "kpi_title": "Margin per order",
    "unit": "money",
    "op": "<",
    "value": "1234.5",
    "threshold": "2000",
    "numbers": {"orders": "5", "returned": "0.25"},
    "numbers_units": {"orders": "count", "returned": "percent"},
    "numbers_shown": [],
    "titles": {"zh-CN": {"margin": "单均毛利", "orders": "订单", "returned": "退货率"}},
    "sentences": {},
}
SAID = {
    "short": "毛利",
    "says": "毛利只有 {value}",
    "now": "毛利回到 {value}",
    "limit": "目标的 {limit}",
    "advice": "提高客单价",
}


@pytest.mark.parametrize(
    ("locale", "title", "facts"),
    [
        (
            "zh-CN",
            "单均毛利偏低：¥1,234.50",
            "- 单均毛利：¥1,234.50\n- 订单：5\n- 退货率：25%\n",
        ),
        (
            "en",
            "Margin per order is low: CNY\u00a01,234.50",
            "- Margin per order: CNY\u00a01,234.50\n- orders: 5\n- returned: 25%\n",
        ),
    ],
)
def test_a_kpi_that_nobody_foresaw_is_told_as_its_breach_says(
    locale: str, title: str, facts: str
) -> None:
    """In English only the KPI has a title; what has none is called by its own name."""
    [message] = render(view(**MARGIN), locale=locale)
    assert message.title.endswith(title)
    assert facts in message.text


def test_a_kpi_is_told_by_the_sentences_that_come_with_it() -> None:
    kpi = {**MARGIN, "sentences": {"zh-CN": SAID}}
    [message] = render(view(**kpi))
    assert message.title.endswith("：毛利只有 ¥1,234.50")
    assert "- 触发条件：低于目标的 ¥2,000.00 即为严重\n" in message.text
    assert "- 建议操作：提高客单价\n" in message.text
    assert "毛利暂无数值" in render(view(**{**kpi, "value": None}))[0].title
    assert "：毛利回到 ¥1,234.50，" in render(view("resolved", **kpi))[0].title
    lever = {"lever": "找采购", "runbook": None, "bucket": None}
    assert "- 建议操作：找采购\n" in render(view(**kpi, annotations=lever))[0].text


@pytest.mark.parametrize(
    ("shown", "facts", "why"),
    [
        ([], "- 退货率：25%\n- 订单：5\n- free：0\n", "as they come"),
        (
            [BreachNumber(name="orders"), BreachNumber(name="free")],
            "- 订单：5\n- free：0\n- 退货率：25%\n",
            "the order that comes with it, others behind",
        ),
        (
            [BreachNumber(name="orders"), BreachNumber(name="free", unless_zero=True)],
            "- 订单：5\n- 退货率：25%\n",
            "a zero that means nothing of this",
        ),
        (
            [BreachNumber(name="free"), BreachNumber(name="returned", part_of="orders")],
            "- free：0\n- 订单：5（其中退货率 25%）\n",
            "a part stands behind its whole",
        ),
        (
            [BreachNumber(name="free", unless_zero=True), BreachNumber(name="orders", part_of="x")],
            "- 订单：5\n- 退货率：25%\n",
            "a part without its whole stands for itself",
        ),
    ],
)
def test_numbers_that_nobody_foresaw_are_told_in_the_order_that_comes_with_them(
    shown: list[BreachNumber], facts: str, why: str
) -> None:
    numbers = {"returned": "0.25", "orders": "5", "free": "0"}
    [message] = render(view(**{**MARGIN, "numbers": numbers, "numbers_shown": shown}))
    assert f"- 单均毛利：¥1,234.50\n{facts}- 数据截至" in message.text, why


def test_a_sentence_has_numbers_by_name_and_no_place_is_left_open() -> None:
    said = {"zh-CN": {**SAID, "says": "成本 {costs}，{unknown}。"}}
    numbers = {"orders": "5", "cost CNY": "0.25", "cost USD": "0.5"}
    [message] = render(view(**{**MARGIN, "numbers": numbers, "sentences": said}))
    assert message.title.endswith("：成本 0.25、0.5，。")


@pytest.mark.parametrize(
    ("value", "said"), [("1.01", "爆了"), ("1.00", "毛利只有"), (None, "暂无")]
)
def test_what_is_over_one_may_be_said_otherwise(value: str | None, said: str) -> None:
    sentences = {"zh-CN": {**SAID, "over": "毛利爆了"}}
    kpi = {**MARGIN, "sentences": sentences, "op": ">", "value": value}
    assert said in render(view(**kpi))[0].title


def test_a_breach_of_before_is_told_by_bare_names_and_plain_numbers() -> None:
    bare = {"kpi_title": None, "unit": None, "numbers_units": {}, "titles": {}}
    [message] = render(view(**{**MARGIN, **bare}))
    assert message.title.endswith("：margin偏低：1,234.5")
    assert "- margin：1,234.5\n- orders：5\n- returned：0.25\n" in message.text
