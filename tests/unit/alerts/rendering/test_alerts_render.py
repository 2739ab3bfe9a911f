"""The words a marketer reads (W16: the text names the lever to pull)."""

from typing import Any

import pytest

from alerts.channels.texts import json_bytes
from alerts.episodes.rules import Key
from alerts.rendering.view import Change
from shared.events import BreachWindow
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import render, view

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
    assert message.title == "【严重】双十一大促 / 搜索广告（L03）：点击率偏低：0.8%"
    assert message.text == (
        "#### 🔴 严重 · 双十一大促 / 搜索广告（L03）\n"
        "**点击率偏低：0.8%**\n\n"
        "- 点击率：0.8%\n"
        "- 点击：1,600\n"
        "- 曝光：200,000\n"
        "- 数据截至：11月3日 12:00（数据已完整）\n"
        "- 触发条件：低于 1% 即为严重\n"
        "- 开始时间：11月3日 12:00\n"
        "- 统计时段：11月3日 11:00–12:00\n"
        "- 建议操作：关键词/文案 keyword or copy\n"
        "- 负责人：wang.lei\n"
        "- 规则：ctr-low\n\n"
        "时间均为 Asia/Shanghai（UTC+08:00）"
    )


def test_the_same_in_english() -> None:
    message = render(view(), locale="en")[0]
    assert (
        message.title == "[Critical] 双十一大促 / 搜索广告 (L03): Spending too fast: 160% of plan"
    )
    assert message.text == (
        "#### 🔴 Critical · 双十一大促 / 搜索广告 (L03)\n"
        "**Spending too fast: 160% of plan**\n\n"
        "- Spend against plan: 160%\n"
        "- Actual spend: CNY\u00a048,000.00\n"
        "- Planned to date: CNY\u00a030,000.00\n"
        "- Budget of this line: CNY\u00a0150,000.00\n"
        "- Forecast at this pace: CNY\u00a0240,000.00\n"
        "- Figures as of: Nov 3, 12:00 (complete)\n"
        "- Limit: at or above 150% of plan is critical\n"
        "- Since: Nov 3, 12:00\n"
        "- Expected outcome: CNY\u00a090,000.00 over budget at the end\n"
        "- What you can do: lower bids or the daily budget, or move money in from another line\n"
        "- Owner: wang.lei\n"
        "- Rule: pacing-high\n\n"
        "All times Asia/Shanghai (UTC+08:00)"
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
    assert "建议操作" not in message.text
    assert "What you can do" not in message.text


@pytest.mark.parametrize(
    ("reason", "value", "locale", "badge", "sentence"),
    [
        ("rule_removed", None, "zh-CN", "⚪ 已结束", "提醒结束：规则已删除，并不代表点击率已恢复"),
        ("rule_changed", "0.008", "zh-CN", "⚪ 已结束", "提醒结束：规则已修改，点击率现为 0.8%"),
        ("rule_removed", None, "en", "⚪ Ended", "The alert ended because the rule was removed"),
        ("rule_changed", "0.008", "en", "⚪ Ended", "changed; click-through rate is now 0.8%"),
        ("line_removed", None, "zh-CN", "⚪ 已结束", "该预算项已不在计划中，并不代表点击率已恢复"),
        ("campaign_ended", None, "en", "⚪ Ended", "because the campaign has ended"),
        (
            "above_reset",
            "0.017",
            "en",
            "✅ Resolved",
            "rate is now 1.7%, no longer below the limit",
        ),
    ],
)
def test_an_alert_whose_rule_went_away_is_not_called_well_again(
    reason: str, value: str | None, locale: str, badge: str, sentence: str
) -> None:
    changes = {**CTR, "reason": reason, "value": value, "threshold": None}
    message = render(view("resolved", **changes, ends_at=at(60)), locale=locale)[0]
    assert message.text.startswith(f"#### {badge} · ")
    assert sentence in message.text


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW", "en"])
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
    facts = [line for line in message.text.split("\n")[3:] if line.startswith("- ")]
    assert facts
    assert all("：" in line or ": " in line for line in facts)


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
        "**仍未恢复**\n\n- 警告 · 双十一大促 / 搜索广告（L03）：单次点击成本偏高：¥3.20"
        in message.text
    )


@pytest.mark.parametrize(
    ("told", "changes", "zh", "en"),
    [
        ("firing", {}, "【严重】", "[Critical]"),
        (
            "level_changed",
            {"severity": "warning", "previous_severity": "critical"},
            "【降为警告】",
            "[Lowered to warning]",
        ),
        ("repeat", {}, "【严重 · 仍未恢复】", "[Critical, still open]"),
        ("resolved", {"ends_at": at(60)}, "【已恢复】", "[Resolved]"),
        ("withdrawn", {"ends_at": at(60)}, "【已撤回】", "[Withdrawn]"),
    ],
)
def test_the_subject_says_the_present_state(
    told: str, changes: dict[str, Any], zh: str, en: str
) -> None:
    """A frozen one, "first notice: critical … 160 %", said the opposite of the mail below it."""
    for locale, state in (("zh-CN", zh), ("en", en)):
        message = render(view(told, **changes), locale=locale)[0]
        assert message.subject == message.title
        assert message.subject.startswith(state)


def test_a_long_name_does_not_push_the_figure_out_of_the_title() -> None:
    names = {"campaign": "春" * 300, "line": "搜" * 300}
    title = render(view(names=names))[0].title
    assert title.endswith("花费过快，实际是计划的 160%")
    assert len(title) <= 120


def test_a_mail_begins_with_its_own_state_for_an_inbox_to_show() -> None:
    """The subject is the thread's; what an inbox shows of the text is what has changed."""
    ended = view("resolved", value="1.1", ends_at=at(60))
    page = render(view("firing", alert=2, severity="info"), ended)[0].html
    first = page[page.index("<body") :].split(">", 2)[2].split("<")[0]
    assert first == "提示：花费过快，实际是计划的 160%（另有 1 条）"
    assert "已恢复：实际花费现为计划的 110%，已低于预警线" in render(ended)[0].html


@pytest.mark.parametrize(
    ("op", "zh", "en"),
    [
        (">=", "已低于预警线", "below the limit again"),
        (">", "已不再高于预警线", "no longer above the limit"),
        ("<", "已不再低于预警线", "no longer below the limit"),
        ("<=", "已高于预警线", "above the limit again"),
    ],
)
def test_a_recovery_says_what_is_known_and_calls_nothing_normal(op: str, zh: str, en: str) -> None:
    """Spending a fifth of the plan is below the limit, and far from well."""
    ended = view("resolved", op=op, value="0.1869", ends_at=at(60))
    assert f"**实际花费现为计划的 18.69%，{zh}**" in render(ended)[0].text
    assert f"**Spend is now 18.69% of plan, {en}**" in render(ended, locale="en")[0].text


def test_corrections_stand_behind_the_spend_they_are_part_of() -> None:
    numbers = {
        "actual": "905.50",
        "allocated": "1000.00",
        "corrections": "-1.00",
        "pacing_ratio": "6.5048",
        "remaining": "94.50",
    }
    used = view(kpi="budget.used_ratio", op=">=", value="0.9055", numbers=numbers)
    assert (
        "- 预算使用率：90.55%\n"
        "- 实际花费：¥905.50（其中更正 \u2011¥1.00）\n"
        "- 预算项额度：¥1,000.00\n"
        "- 剩余预算：¥94.50\n"
        "- 花费进度（实际/计划）：650.48%\n"
    ) in render(used)[0].text
    assert (
        "- Budget used: 90.55%\n"
        "- Actual spend: CNY\u00a0905.50 (of which corrections \u2011CNY\u00a01.00)\n"
        "- Budget of this line: CNY\u00a01,000.00\n"
        "- Remaining budget: CNY\u00a094.50\n"
        "- Spend against plan: 650.48%\n"
    ) in render(used, locale="en")[0].text
    alone = view(numbers={"corrections": "-1.00"})
    assert "- 更正：\u2011¥1.00\n" in render(alone)[0].text


def test_numbers_that_say_nothing_are_left_out() -> None:
    numbers = {"corrections": "0.00", "committed": "5.00", "pacing_ratio": "1.6", "actual": "8.00"}
    text = render(view(numbers=numbers))[0].text
    assert "：160%\n- 实际花费：¥8.00\n- 已承诺：¥5.00\n- 数据截至" in text


def test_a_figure_is_the_same_in_the_headline_and_among_the_figures() -> None:
    """Rounded apart, 120.0012 % above and 120 % below would be two figures for one thing."""
    close = view(value="1.200012", threshold="1.2", numbers={"pacing_ratio": "1.200012"})
    message = render(close, locale="en")[0]
    assert message.title.endswith("Spending too fast: 120.0012% of plan")
    assert "- Spend against plan: 120.0012%\n" in message.text
    assert message.text.count("Spend against plan") == 1


def test_the_budget_of_a_campaign_is_not_called_that_of_a_line() -> None:
    whole = view(group={"campaign": "double11-2025"}, numbers={"allocated": "5.00"})
    assert "- 预算额度：¥5.00\n" in render(whole)[0].text
    assert "- Budget: CNY\u00a05.00\n" in render(whole, locale="en")[0].text


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


def test_a_message_has_no_more_alerts_than_its_channel_takes() -> None:
    messages = render(*(view(alert=number) for number in range(1, 8)), alerts_max=3)
    assert [len(message.keys) for message in messages] == [3, 3, 1]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999999", "abc", ""])
def test_a_value_that_is_no_figure_is_shown_as_it_came(value: str) -> None:
    message = render(view(value=value, op="~", time_zone="Mars/Olympus", currency="ZZZ"))[0]
    assert f"实际只有计划的 {value}".rstrip() in message.title
    assert "开始时间：11月3日 04:00" in message.text


def test_of_thousands_still_open_a_hundred_are_named() -> None:
    many = [view("unchanged", alert=number, severity="warning") for number in range(2, 2_000)]
    [message] = render(view(), *many, locale="en")
    assert message.plain.count("\n- ") <= 101
    assert "1898 lines left out" in message.plain
    assert len(message.html.encode()) < 60_000
