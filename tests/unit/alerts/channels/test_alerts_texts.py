"""Texts within a robot's bytes."""

import pytest

from alerts.channels.message import within
from alerts.channels.texts import characters, fit, json_bytes, plain_words, shorten
from alerts.rendering.numbers import Numbers
from tests.unit.alerts.sending import make_message


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
    figure = Numbers("zh-CN", "CNY", "UTC").value("money", "-1234.00")
    assert plain_words(f"【严重】<b>[x](https://e.x)</b> 剩余 {figure}").endswith(
        "剩余 \u2011 1,234.00"
    )
    ratio = Numbers("en", None, "UTC").value("percent", "-0.5")
    assert plain_words(f"CTR is {ratio}") == "CTR is \u201150%"


@pytest.mark.parametrize("figure", ["66.44%", "1,234.00", "\u2011¥50.00", "19:21", "622"])
def test_a_title_is_never_cut_within_a_figure(figure: str) -> None:
    text = f"Story: spend is now {figure} of plan"
    for characters_max in range(10, len(text) + 1):
        cut = shorten(text, characters_max)
        assert len(cut) <= characters_max
        assert figure in cut or not any(digit in cut for digit in "0123456789"), cut


def test_a_text_of_nothing_but_digits_is_cut_between_them() -> None:
    assert shorten("7" * 40, 10) == "7" * 9 + "…"


@pytest.mark.parametrize(
    ("text", "count", "reason"),
    [("预算", 2, "not its six bytes"), ("🔴", 2, "a pair of units"), ("a\ud800", 2, "half a pair")],
)
def test_characters_are_counted_as_the_strictest_does(text: str, count: int, reason: str) -> None:
    assert characters(text) == count, reason


def test_no_link_is_cut_in_two_where_nothing_else_has_room() -> None:
    link = "[" + "预算" * 40 + "](https://wiki.example)"
    composed = within(
        make_message(title="【严重】**L03**"), f"{link}\nmore", "zone", 20, characters
    )
    assert (composed.text, composed.whole) == ("【严重】 L03\n\nzone", False)
