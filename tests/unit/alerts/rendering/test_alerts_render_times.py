"""As of when a message's figures are, how complete, and in which zone its times are told."""

import pytest

from alerts.channels.texts import json_bytes
from shared.events import BreachSource
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import render, view


def source(name: str, minutes: float | None) -> BreachSource:
    return BreachSource(source=name, complete_through=None if minutes is None else at(minutes))


@pytest.mark.parametrize(
    ("sources", "zh", "en"),
    [
        ([source("a", 0)], "（数据已完整）", " (complete)"),
        ([source("a", 30)], "（数据已完整）", " (complete)"),
        (
            [source("a", 0), source("b", -720)],
            "（数据源确认完整至 11月3日 00:00）",
            " (sources complete to Nov 3, 00:00)",
        ),
        (
            [source("a", 0), source("b", None)],
            "（数据源尚未确认完整到何时）",
            " (completeness unknown: a source has not said)",
        ),
        ([], "", ""),
    ],
)
def test_figures_say_as_of_when_they_are_and_how_complete(
    sources: list[BreachSource], zh: str, en: str
) -> None:
    assert f"数据截至：11月3日 12:00{zh}\n" in render(view(sources=sources))[0].text
    english = render(view(sources=sources), locale="en")[0].text
    assert f"Figures as of: Nov 3, 12:00{en}\n" in english


def test_without_figures_only_the_completeness_is_said() -> None:
    missing = {"value": None, "numbers": {}}
    text = render(view("no_data", sources=[source("a", -60)], **missing))[0].text
    assert "数据完整至：11月3日 11:00" in text
    assert "数据截至" not in text
    unknown = render(view("no_data", sources=[source("a", None)], **missing), locale="en")[0].text
    assert "Data complete to: unknown (a source has not said)" in unknown
    assert "数据完整至" not in render(view("no_data", sources=[], **missing))[0].text


def test_an_older_figure_is_never_taken_for_the_newest() -> None:
    """Two alerts of one line, one of them last judged an hour ago: both say of when they are."""
    newer = view(value="1.7167", event_time=at(60))
    older = view("unchanged", alert=2, value="1.5833", event_time=at(0))
    text = render(newer, older)[0].text
    assert "数据截至：11月3日 13:00" in text
    assert (
        "实际是计划的 158.33%（规则：pacing-high；11月3日 12:00 的数据；自 11月3日 12:00 起）"
        in text
    )
    english = render(newer, older, locale="en")[0].text
    assert (
        "158.33% of plan (rule: pacing-high; as of Nov 3, 12:00; open since Nov 3, 12:00)"
        in english
    )
    nothing = view("unchanged", alert=2, value=None)
    assert "暂无数值（规则：pacing-high；自 11月3日 12:00 起）" in render(newer, nothing)[0].text


def test_a_reminder_says_of_when_its_figure_is() -> None:
    again = view("repeat", event_time=at(0))
    assert "**花费过快，实际是计划的 160%（11月3日 12:00 的数据）**" in render(again)[0].text
    english = render(again, locale="en")[0].text
    assert "**Spending too fast: 160% of plan (as of Nov 3, 12:00)**" in english


def test_the_zone_of_all_times_is_said_once_in_each_message() -> None:
    both = [view(alert=1), view("unchanged", alert=2)]
    for locale, zone in [
        ("zh-CN", "时间均为 Asia/Shanghai（UTC+08:00）"),
        ("en", "All times Asia/Shanghai (UTC+08:00)"),
    ]:
        message = render(*both, locale=locale)[0]
        assert message.text.count("Asia/Shanghai") == 1
        assert message.text.endswith(f"\n\n{zone}")
        assert message.plain.endswith(f"\n\n{zone}")
        assert zone in message.html
    assert render(view(time_zone="UTC"))[0].text.endswith("\n\n时间均为 UTC")


def test_the_zone_outlives_a_cut() -> None:
    many = [view("unchanged", alert=number) for number in range(2, 60)]
    text = render(view(), *many, bytes_max=2_000)[0].text
    assert json_bytes(text) <= 2_000
    assert "省略了" in text
    assert text.endswith("时间均为 Asia/Shanghai（UTC+08:00）")


def test_alerts_of_several_zones_each_say_their_own() -> None:
    there = view(alert=2, time_zone="America/New_York")
    still = view("unchanged", alert=3, time_zone="America/New_York")
    text = render(view(), there, still)[0].text
    assert "- 时区：Asia/Shanghai（UTC+08:00）" in text
    assert "- 时区：America/New_York（UTC-05:00）" in text
    assert "自 11月2日 23:00 起；America/New_York（UTC-05:00）" in text
    assert "时间均为" not in text
