"""The words a marketer reads (W16: the text names the lever to pull)."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.decide import Key
from alerts.numbers import Numbers
from alerts.render import AlertView, Change, Message, Renderer
from alerts.texts import fit, json_bytes
from shared.events import BreachSource, BreachWindow
from tests.unit.alerts.builders import START, at, make_breach

RENDERER = Renderer()


def view(told: str = "firing", alert: int = 1, **changes: Any) -> AlertView:
    own = {
        name: changes.pop(name)
        for name in ("ends_at", "previous_severity", "history")
        if name in changes
    }
    return AlertView(
        key=Key(alert, 1),
        told=told,  # type: ignore[arg-type]
        breach=make_breach(**changes),
        starts_at=START,
        ends_at=own.get("ends_at"),
        previous_severity=own.get("previous_severity"),
        history=own.get("history", ()),
    )


def render(
    *views: AlertView,
    locale: str = "zh-CN",
    bytes_max: int = 18_000,
    grouped_by: tuple[str, ...] = ("campaign", "line"),
) -> list[Message]:
    return RENDERER.render(
        views,
        locale=locale,
        receiver="ops",
        grouped_by=grouped_by,
        now=at(90),
        text_bytes_max=bytes_max,
    )


CTR = {
    "rule": "ctr-low",
    "kpi": "ctr",
    "op": "<",
    "value": "0.008000",
    "threshold": "0.010",
    "numbers": {"clicks": "1600", "impressions": "200000"},
    "annotations": {"lever": "关键词/文案 keyword or copy"},
    "window": BreachWindow(kind="tumbling", start=at(-60), end=at(0)),
}


def test_a_marketer_reads_what_how_much_since_when_and_what_to_do() -> None:
    message = render(view(**CTR))[0]
    assert message.title == "【严重】双十一大促 / L03 搜索广告：点击率偏低，为 0.8%"
    assert message.text == (
        "#### 🔴 严重 · 双十一大促 / L03 搜索广告\n"
        "**点击率偏低，为 0.8%**\n\n"
        "- 触发条件：低于 1% 即为严重\n"
        "- 开始时间：11月3日 12:00\n"
        "- 统计时段：11月3日 11:00–12:00\n"
        "- 相关数据：点击 1,600，曝光 200,000\n"
        "- 调整方向：关键词/文案 keyword or copy\n"
        "- 负责人：wang.lei\n"
        "- 数据完整至：11月3日 12:00"
    )


def test_the_same_in_english() -> None:
    message = render(view(), locale="en")[0]
    assert message.title == "[Critical] 双十一大促 / L03 搜索广告: Spending too fast: 160% of plan"
    assert message.text == (
        "#### 🔴 Critical · 双十一大促 / L03 搜索广告\n"
        "**Spending too fast: 160% of plan**\n\n"
        "- Limit: at or above 150% is critical\n"
        "- Since: Nov 3, 12:00\n"
        "- Numbers: actual spend CNY 48,000.00, planned to date CNY 30,000.00, "
        "budget of the line CNY 150,000.00, forecast at this pace CNY 240,000.00\n"
        "- What to do: lower bids or the daily budget, or move money in from another line\n"
        "- Owner: wang.lei\n"
        "- Data complete to: Nov 3, 12:00"
    )


@pytest.mark.parametrize(
    ("locale", "title", "fact"),
    [
        ("zh-CN", "【降为警告】", "- 等级变化：由严重降为警告"),
        ("en", "[Lowered to warning]", "- Level: lowered from critical to warning"),
    ],
)
def test_a_change_of_level_says_from_where_to_where(locale: str, title: str, fact: str) -> None:
    changed = view(
        "level_changed", severity="warning", value="1.388889", previous_severity="critical"
    )
    message = render(changed, locale=locale)[0]
    assert message.title.startswith(title)
    assert fact in message.text
    assert "138.89%" in message.title


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "zh-CN",
            ["【已恢复】", "点击率现为 1.7%", "持续时间：1小时（11月3日 12:00 至 11月3日 13:00）"],
        ),
        ("en", ["[Resolved]", "is now 1.7%", "Lasted: 1 hour (from Nov 3, 12:00 to Nov 3, 13:00)"]),
    ],
)
def test_a_resolve_says_how_long_it_lasted(locale: str, words: list[str]) -> None:
    ended = view("resolved", **{**CTR, "value": "0.017", "threshold": "0.015"}, ends_at=at(60))
    message = render(ended, locale=locale)[0]
    for word in words:
        assert word in message.title + message.text
    assert "调整方向" not in message.text
    assert "Lever" not in message.text


@pytest.mark.parametrize(
    ("reason", "value", "locale", "badge", "sentence"),
    [
        ("rule_removed", None, "zh-CN", "⚪ 已结束", "提醒结束：规则已删除，并不代表点击率已恢复"),
        ("rule_changed", "0.008", "zh-CN", "⚪ 已结束", "提醒结束：规则已修改，点击率现为 0.8%"),
        ("rule_removed", None, "en", "⚪ Ended", "The alert ended because the rule was removed"),
        ("rule_changed", "0.008", "en", "⚪ Ended", "changed; click-through rate is 0.8%"),
        ("line_removed", None, "zh-CN", "⚪ 已结束", "该预算行已不在计划中，并不代表点击率已恢复"),
        ("campaign_ended", None, "en", "⚪ Ended", "because the campaign has ended"),
        ("above_reset", "0.017", "en", "✅ Resolved", "rate is now 1.7%, back in range"),
    ],
)
def test_an_alert_whose_rule_went_away_is_not_called_well_again(
    reason: str, value: str | None, locale: str, badge: str, sentence: str
) -> None:
    changes = {**CTR, "reason": reason, "value": value, "threshold": None}
    message = render(view("resolved", **changes, ends_at=at(60)), locale=locale)[0]
    assert message.text.startswith(f"#### {badge} · ")
    assert sentence in message.text


@pytest.mark.parametrize(
    ("kpi", "value", "limit", "shown", "reason"),
    [
        ("ctr", "0.009990", "0.01", "0.999%", "rounded it would be 1 %, which is not below 1 %"),
        ("ctr", "0.008333", "0.01", "0.83%", "two decimals are enough to tell them apart"),
        ("ctr", "0.010000", "0.01", "1%", "it is the limit"),
        ("budget.pacing_ratio", "1.200012", "1.2", "120.0012%", "above the limit by a little"),
        ("cpc", "0.499900", "0.5", "¥0.4999", "money has its own two decimals"),
        ("cpc", "0.481000", "0.5", "¥0.48", "far enough"),
        ("roas", "2.000100", "2", "2.0001", "plain numbers are never rounded"),
    ],
)
def test_a_value_is_never_rounded_onto_a_limit_that_it_is_not(
    kpi: str, value: str, limit: str, shown: str, reason: str
) -> None:
    assert Numbers("zh-CN", "CNY", "UTC").kpi(kpi, value, limit) == shown, reason


@pytest.mark.parametrize(
    ("kpi", "limit", "shown"),
    [("ctr", "0.00125", "0.125%"), ("ctr", "0.010", "1%"), ("cpa", "0.125", "¥0.125")],
)
def test_a_limit_is_shown_as_exact_as_the_rule_states_it(kpi: str, limit: str, shown: str) -> None:
    assert Numbers("zh-CN", "CNY", "UTC").limit(kpi, limit) == shown


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize(
    "told",
    [
        "firing",
        "level_changed",
        "resolved",
        "corrected",
        "withdrawn",
        "no_data",
        "degraded",
        "repeat",
    ],
)
@pytest.mark.parametrize("kpi", ["budget.pacing_ratio", "budget.used_ratio", "cpc", "my_kpi"])
@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("value", ["1.25", None])
def test_every_combination_has_words(
    *, locale: str, told: str, kpi: str, op: str, value: str | None
) -> None:
    ends_at = at(60) if told in ("resolved", "withdrawn") else None
    message = render(view(told, kpi=kpi, op=op, value=value, ends_at=ends_at), locale=locale)[0]
    assert "None" not in message.title + message.text
    assert message.title.strip()
    assert all("：" in line or ": " in line for line in message.text.split("\n")[3:])


def test_missing_data_never_reads_like_a_recovery() -> None:
    text = render(view("no_data", value=None))[0].text
    assert "不代表已恢复" in text
    assert "has no data" in render(view("no_data", value=None), locale="en")[0].text


def test_a_line_that_is_overspent_says_so() -> None:
    over = view(kpi="budget.used_ratio", op=">", value="1.03", threshold="1.00")
    assert "预算超支，已用 103%" in render(over)[0].title


def test_several_alerts_stand_in_one_message_worst_first() -> None:
    mild = view(alert=1, severity="info", kpi="budget.used_ratio", value="0.8", threshold="0.80")
    still = view("unchanged", alert=3, severity="warning", **{"kpi": "cpc", "value": "3.2"})
    message = render(mild, view(alert=2), still)[0]
    assert message.title.endswith("（另有 1 条）")
    assert message.keys == (Key(2, 1), Key(1, 1))
    assert message.text.index("花费过快") < message.text.index("预算已用 80%")
    assert (
        "**仍未恢复**\n\n- 警告 · 双十一大促 / L03 搜索广告：单次点击成本偏高，为 ¥3.20"
        in message.text
    )


def test_the_subject_keeps_the_state_out() -> None:
    subjects = {
        render(view(told, severity=severity))[0].subject
        for told, severity in [
            ("firing", "critical"),
            ("level_changed", "warning"),
            ("resolved", "warning"),
        ]
    }
    assert subjects == {"Paceline 提醒：双十一大促 / L03 搜索广告"}


@pytest.mark.parametrize(
    ("grouped_by", "scope"),
    [
        ((), "双十一大促"),
        (("campaign",), "双十一大促"),
        (("rule", "line", "campaign"), "双十一大促 / L03 搜索广告 / pacing-high"),
        (("team",), "双十一大促"),
    ],
)
def test_the_subject_is_what_the_group_has_in_common(
    grouped_by: tuple[str, ...], scope: str
) -> None:
    message = render(view(), locale="en", grouped_by=grouped_by)[0]
    assert message.subject == f"Paceline alert: {scope}"


def test_numbers_that_say_nothing_are_left_out() -> None:
    numbers = {"corrections": "0.00", "committed": "5.00", "pacing_ratio": "1.6", "actual": "8.00"}
    text = render(view(numbers=numbers))[0].text
    assert "- 相关数据：实际花费 ¥8.00，已承诺 ¥5.00\n" in text


def test_incomplete_sources_are_named_unknown() -> None:
    sources = [
        BreachSource(source="a", complete_through=at(0)),
        BreachSource(source="b", complete_through=None),
    ]
    assert "数据完整至：未知" in render(view(sources=sources))[0].text
    assert "数据完整至" not in render(view(sources=[]))[0].text


def test_what_happened_in_between_is_told() -> None:
    history = (
        Change("level_changed", "warning", "1.3", at(10)),
        Change("level_changed", "critical", "1.6", at(20)),
    )
    text = render(view("level_changed", previous_severity="critical", history=history))[0].text
    assert "期间变化：11月3日 12:10 警告（130%） → 11月3日 12:20 严重（160%）" in text


def test_names_cannot_forge_lines_or_markup() -> None:
    names = {"campaign": "a\n- 负责人：nobody", "line": "<script>x</script>"}
    message = render(view(names=names))[0]
    assert "\n- 负责人：nobody" not in message.text
    assert "<script>" not in message.html


def test_too_many_alerts_become_several_messages_and_none_is_lost() -> None:
    views = [view(alert=number) for number in range(1, 31)]
    messages = render(*views, bytes_max=3_000)
    assert len(messages) > 1
    assert all(json_bytes(message.text) <= 3_000 for message in messages)
    assert [key for message in messages for key in message.keys] == [one.key for one in views]
    assert messages[0].title.endswith(f"（第 1 条，共 {len(messages)} 条）")


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
    assert berlin.number("actual", "1234.5") == "EUR 1,234.50"
    assert Numbers("zh-CN", "USD", "UTC").number("actual", "-12.34") == "-US$12.34"
    assert Numbers("zh-CN", "CNY", "UTC").number("remaining", "-0.000001") == "-¥0.000001"
    assert Numbers("zh-CN", "CNY", "UTC").number("remaining", "0.00") == "¥0.00"
    assert Numbers("zh-CN", None, "UTC").number("actual", "1234.5") == "1,234.5"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999999", "abc", ""])
def test_a_value_that_is_no_figure_is_shown_as_it_came(value: str) -> None:
    message = render(view(value=value, op="~", time_zone="Mars/Olympus", currency="ZZZ"))[0]
    assert f"实际只有计划的 {value}" in message.title
    assert "开始时间：11月3日 04:00" in message.text


def test_of_thousands_still_open_a_hundred_are_named() -> None:
    many = [view("unchanged", alert=number, severity="warning") for number in range(2, 2_000)]
    [message] = render(view(), *many, locale="en")
    assert message.plain.count("\n- ") <= 101
    assert "1898 lines left out" in message.plain
    assert len(message.html.encode()) < 60_000
