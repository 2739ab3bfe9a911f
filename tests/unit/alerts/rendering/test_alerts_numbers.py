"""Figures, spans and zones as a reader of a locale expects them."""

from datetime import timedelta

import pytest

from alerts.rendering.numbers import Numbers
from tests.unit.alerts.builders import START, at


@pytest.mark.parametrize(
    ("unit", "value", "limit", "shown", "reason"),
    [
        (
            "percent",
            "0.009990",
            "0.01",
            "0.999%",
            "rounded it would be 1 %, which is not below 1 %",
        ),
        ("percent", "0.008333", "0.01", "0.83%", "two decimals are enough to tell them apart"),
        ("percent", "0.010000", "0.01", "1%", "it is the limit"),
        ("percent", "1.200012", "1.2", "120.0012%", "above the limit by a little"),
        ("money", "0.499900", "0.5", "¥0.4999", "money has its own two decimals"),
        ("money", "0.481000", "0.5", "¥0.48", "far enough"),
        ("ratio", "2.000100", "2", "2.0001", "plain numbers are never rounded"),
    ],
)
def test_a_value_is_never_rounded_onto_a_limit_that_it_is_not(
    unit: str, value: str, limit: str, shown: str, reason: str
) -> None:
    assert Numbers("zh-CN", "CNY", "UTC").value(unit, value, limit) == shown, reason


@pytest.mark.parametrize(
    ("unit", "limit", "shown"),
    [("percent", "0.00125", "0.125%"), ("percent", "0.010", "1%"), ("money", "0.125", "¥0.125")],
)
def test_a_limit_is_shown_as_exact_as_the_rule_states_it(unit: str, limit: str, shown: str) -> None:
    assert Numbers("zh-CN", "CNY", "UTC").limit(unit, limit) == shown


@pytest.mark.parametrize(
    ("unit", "value", "zh", "en"),
    [
        ("hours", "24.000000", "24小时", "24 hours"),
        ("minutes", "1", "1分钟", "1 minute"),
        ("hours", "soon", "soon", "soon"),
    ],
)
def test_a_time_is_shown_with_its_unit(unit: str, value: str, zh: str, en: str) -> None:
    assert Numbers("zh-CN", None, "UTC").value(unit, value) == zh
    assert Numbers("en", None, "UTC").value(unit, value) == en


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(seconds=5), "5秒", "5 seconds"),
        (timedelta(0), "0秒", "0 seconds"),
        (timedelta(minutes=1), "1分钟", "1 minute"),
        (timedelta(minutes=90), "1小时30分钟", "1 hour 30 minutes"),
        (timedelta(days=2, hours=12, minutes=5), "2天12小时", "2 days 12 hours"),
        (timedelta(days=1, minutes=5), "1天", "1 day"),
    ],
)
def test_spans_are_said_in_two_units(span: timedelta, zh: str, en: str) -> None:
    assert Numbers("zh-CN", None, "UTC").lasted(span) == zh
    assert Numbers("en", None, "UTC").lasted(span) == en


def test_times_are_in_the_campaigns_zone_and_money_has_its_currency() -> None:
    berlin = Numbers("en", "EUR", "Europe/Berlin")
    assert berlin.instant(START) == "Nov 3, 05:00"
    assert berlin.value("money", "1234.5") == "EUR\u00a01,234.50"
    assert Numbers("zh-CN", "USD", "UTC").value("money", "-12.34") == "\u2011US$12.34"
    assert Numbers("zh-CN", "CNY", "UTC").value("money", "-0.000001") == "\u2011¥0.000001"
    assert Numbers("zh-CN", "CNY", "UTC").value("money", "0.00") == "¥0.00"
    assert Numbers("zh-CN", None, "UTC").value("money", "1234.5") == "1,234.5"


def test_figures_in_taiwan_are_those_of_its_locale() -> None:
    """A dollar without more is Taiwan's; amounts of others say whose they are."""
    taipei = Numbers("zh-TW", "TWD", "Asia/Taipei")
    assert taipei.value("money", "-1234.5") == "\u2011$1,234.50"
    assert taipei.of_currency("USD").value("money", "1234.5") == "US$1,234.50"
    assert taipei.of_currency("CNY").value("money", "1234.5") == "CN¥1,234.50"
    assert taipei.value("percent", "0.625") == "62.5%"
    assert taipei.value("hours", "36") == "36 小時"
    assert taipei.lasted(timedelta(days=2, hours=1)) == "2 天 1 小時"
    assert taipei.instant(START) == "11月3日 12:00"
    assert taipei.zone([START]) == "Asia/Taipei（UTC+08:00）"


def test_a_zone_whose_clocks_change_in_between_has_no_one_offset() -> None:
    summer, winter = at(-60 * 24 * 14), at(0)
    berlin = Numbers("en", None, "Europe/Berlin")
    assert berlin.zone([winter]) == "Europe/Berlin (UTC+01:00)"
    assert berlin.zone([summer, winter]) == "Europe/Berlin"
    assert Numbers("en", None, "Mars/Olympus").zone([winter]) == "UTC"


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW", "en"])
@pytest.mark.parametrize("currency", ["CNY", "USD", "EUR", None])
@pytest.mark.parametrize("amount", ["-1234.00", "-0.5", "-1234567.891", "1234.00"])
def test_no_figure_can_be_broken_between_two_lines(
    locale: str, currency: str | None, amount: str
) -> None:
    """ "-¥1,234.00" left its minus at the end of a line, and the rest read like a gain."""
    numbers = Numbers(locale, currency, "UTC")
    shown = [
        numbers.value("money", amount) or "",
        numbers.value("count", amount) or "",
        numbers.value("percent", amount) or "",
        numbers.limit("money", amount) or "",
    ]
    assert all(" " not in one and "-" not in one for one in shown)
    assert all(one.startswith("\u2011") is amount.startswith("-") for one in shown)
