"""Texts within a robot's bytes."""

import pytest

from alerts.numbers import Numbers
from alerts.texts import fit, json_bytes, plain_words


def test_a_long_chinese_text_is_cut_on_a_line_and_says_so() -> None:
    text = "\n".join(["预算" * 30] * 20)
    short = fit(text, 1_000, lambda n: f"省略 {n} 行")
    assert json_bytes(short) <= 1_000
    assert short.split("\n")[-1] == "省略 15 行"
    assert set(short.split("\n")[:-1]) == {"预算" * 30}


@pytest.mark.parametrize("bytes_max", range(0, 40))
def test_a_single_long_line_is_cut_between_characters(bytes_max: int) -> None:
    short = fit("预算超支" * 20, bytes_max, lambda n: f"… {n}")
    assert len(short.encode()) <= bytes_max
    assert short + ("预算超支" * 20)[len(short) :] == "预算超支" * 20


def test_a_title_in_plain_words_keeps_the_sign_of_its_figures() -> None:
    figure = Numbers("zh-CN", "CNY", "UTC").number("remaining", "-1234.00")
    assert plain_words(f"【严重】<b>[x](https://e.x)</b> 剩余 {figure}").endswith(
        "剩余 \u2011 1,234.00"
    )
    ratio = Numbers("en", None, "UTC").kpi("ctr", "-0.5")
    assert plain_words(f"CTR is {ratio}") == "CTR is \u201150%"
