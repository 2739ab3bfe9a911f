"""The picture of an alert: what is known of its figures over time, and no more than that."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from alerts.channels.email.channel import Email
from alerts.channels.message import Picture
from alerts.incoming.campaigns import Runs
from alerts.incoming.signal import PastFigures
from alerts.rendering.pictures import picture_of
from alerts.rendering.view import AlertView
from tests.unit.alerts.builders import at, make_signals
from tests.unit.alerts.rendering.rendered import RENDERER, heading, render, view
from tests.unit.alerts.rendering.test_alerts_render import CTR

SHANGHAI = ZoneInfo("Asia/Shanghai")
RUNS = Runs(datetime(2025, 11, 1, tzinfo=SHANGHAI), datetime(2025, 11, 12, tzinfo=SHANGHAI))
EARLIER = PastFigures(
    at=at(-720), value="1.2", numbers={"actual": "24000.00", "planned_to_date": "24000.00"}
)


def running(told: str = "firing", **changes: object) -> AlertView:
    return replace(view(told, **changes), runs=RUNS)


def ctr_view(*steps: tuple[str, str, str | None]) -> AlertView:
    known = {name: one for name, one in CTR.items() if name != "value"}
    signals = make_signals(*steps, **known)
    return replace(view(**CTR), signal=signals[-1], transitions=tuple(signals))


def picture(of: AlertView, locale: str = "en") -> Picture:
    found = picture_of(of, locale)
    assert found is not None
    return found


def test_the_first_message_about_spend_has_a_picture_already() -> None:
    found = picture(running())
    assert 'd="M56 272L185.1 230.5"' in found.svg
    assert 'd="M185.1 230.5L624 64.6"' in found.svg
    for words in ("Actual spend CNY 48,000.00", "Budget of this line CNY 150,000.00", "200K"):
        assert words in found.svg
    assert found.caption == (
        "Spend and plan, Nov 1, 00:00 – Nov 12, 00:00: CNY\u00a090,000.00 over budget at the end"
    )
    assert found.alt.endswith(
        "; Actual spend CNY\u00a048,000.00; Planned to date CNY\u00a030,000.00"
    )


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("zh-CN", ["花费与计划", "期末将超出预算 ¥90,000.00", "20万", "11月5日"]),
        ("zh-TW", ["花費與計畫", "期末將超出預算", "20萬", "11月5日"]),
    ],
)
def test_its_words_are_the_readers(locale: str, words: list[str]) -> None:
    found = picture(running(), locale)
    assert all(word in found.svg + found.caption for word in words)


def test_figures_told_before_are_points_of_it() -> None:
    found = picture(replace(running(), points=(EARLIER,)))
    assert 'class="s-actual" d="M56 272L159.3 251.3L185.1 230.5"' in found.svg
    later = replace(EARLIER, at=at(600))
    assert picture(replace(running(), points=(later,))).svg == picture(running()).svg


def test_without_a_known_campaign_it_begins_with_the_first_figures() -> None:
    assert picture_of(view(), "en") is None
    found = picture(replace(view(), points=(EARLIER,)))
    assert "s-forecast" not in found.svg.partition("</style>")[2]
    assert found.caption.startswith("Spend and plan, Nov 3, 00:00 – Nov 3, 12:00")


def test_a_kpi_has_one_from_the_second_value_on() -> None:
    assert picture_of(ctr_view(("firing", "critical", "0.008")), "en") is None
    found = picture(
        ctr_view(("firing", "critical", "0.008"), ("level_changed", "critical", "0.006"))
    )
    assert found.caption == "Click-through rate, Nov 3, 12:00 – Nov 3, 12:10"
    assert "below 1% is critical" in found.svg
    assert "below 1% is critical" in found.alt
    unread = ctr_view(("firing", "critical", "0.008"), ("no_data", "critical", None))
    assert picture_of(unread, "en") is None


@pytest.mark.parametrize("text", ["NaN", "1e999999", "", "x" * 50])
def test_what_is_no_figure_is_not_drawn(text: str) -> None:
    numbers = {"actual": text, "planned_to_date": "1", "allocated": "2"}
    assert picture_of(running(numbers=numbers, value=text), "en") is None


def test_only_a_channel_that_shows_pictures_gets_them_and_three_at_most() -> None:
    views = [replace(running(), key=view(alert=number).key) for number in range(1, 6)]
    assert all(block.picture is None for block in render(*views)[0].message.blocks)
    [mail] = RENDERER.render(views, heading("en"), Email(), at(90))
    assert [block.picture is not None for block in mail.message.blocks] == [True] * 3 + [False] * 2


@pytest.mark.parametrize(
    ("numbers", "facts"),
    [
        (
            {"actual": "48000", "allocated": "150000", "forecast_end": "240000"},
            [
                "CNY\u00a090,000.00 over budget",
                "CNY\u00a012,000.00 a day on average until Nov 12, 00:00",
            ],
        ),
        (
            {
                "actual": "48000",
                "allocated": "150000",
                "forecast_end": "140000",
                "remaining": "85000",
            },
            ["CNY\u00a010,000.00 of the budget is left", "CNY\u00a010,000.00 a day on average"],
        ),
        (
            {"actual": "150000", "allocated": "150000", "forecast_end": "150000"},
            ["the budget is used up exactly at the end", "spend nothing more"],
        ),
    ],
)
def test_a_message_says_the_outcome_and_what_to_spend_a_day(
    numbers: dict[str, str], facts: list[str]
) -> None:
    text = render(running(numbers=numbers), locale="en")[0].text
    assert f"- Expected outcome: {facts[0]}" in text
    assert f"- To land on budget: {facts[1]}" in text
    ended = replace(running("resolved", numbers=numbers), ends_at=at(60))
    assert "To land on budget" not in render(ended, locale="en")[0].text


@pytest.mark.parametrize(
    ("locale", "fact"),
    [
        ("zh-CN", "可动用储备金：flexible"),
        ("zh-TW", "可動支預備金：flexible"),
        ("en", "Reserve bucket: flexible"),
    ],
)
def test_a_message_names_the_reserve_bucket(locale: str, fact: str) -> None:
    annotations = {"lever": "x", "bucket": "flexible"}
    assert fact in render(view(annotations=annotations), locale=locale)[0].text
