"""Who answered to an alert is named in the next message about it, in both languages (M5)."""

from datetime import datetime
from typing import Any

import msgspec
import pytest

from alerts.channels.email.channel import Email
from alerts.channels.table import CHANNELS
from alerts.rendering.view import AlertView
from alerts.response.rules import EpisodeResponse, Remark
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import RENDERER, heading, render, view

MINUTE = 125
"""14:05 in Shanghai."""


def answered(told: str = "level_changed", **changes: Any) -> AlertView:
    values = {"state": "acknowledged", "made_by": "li.na", "made_at": at(MINUTE), **changes}
    return msgspec.structs.replace(view(told), response=EpisodeResponse(**values))


@pytest.mark.parametrize(
    ("locale", "changes", "line"),
    [
        ("en", {}, "Acknowledged by: li.na at Nov 3, 14:05"),
        ("zh-CN", {}, "已确认：li.na，11月3日 14:05"),
        (
            "en",
            {"state": "snoozed", "until": at(180)},
            "Snoozed by: li.na at Nov 3, 14:05, until Nov 3, 15:00",
        ),
        (
            "zh-CN",
            {"state": "snoozed", "until": at(180)},
            "已暂缓：li.na，11月3日 14:05，暂缓至 11月3日 15:00",
        ),
        (
            "en",
            {"state": "closed"},
            "Closed by: li.na at Nov 3, 14:05; the alert ends when what it is about is well again",
        ),
        (
            "zh-CN",
            {"state": "closed"},
            "已手动关闭：li.na，11月3日 14:05；所提醒的情况恢复后提醒才会结束",
        ),
        ("en", {"state": "open", "ended": "closed"}, "Reopened by: li.na at Nov 3, 14:05"),
        ("en", {"state": "open", "ended": "acknowledged"}, "Given back by: li.na at Nov 3, 14:05"),
        ("en", {"state": "open", "ended": "snoozed"}, "Snooze ended by: li.na at Nov 3, 14:05"),
        (
            "en",
            {"state": "open", "ended": "acknowledged", "made_by": "escalation: search"},
            "Freed by escalation: search at Nov 3, 14:05",
        ),
        (
            "zh-CN",
            {"state": "open", "ended": "acknowledged", "made_by": "escalation: search"},
            "已由升级规则放回：search，11月3日 14:05",
        ),
        ("en", {"made_by": "by link: Li Na"}, "Acknowledged by: Li Na at Nov 3, 14:05 (by link)"),
        ("zh-CN", {"made_by": "by link: 李娜"}, "已确认：李娜，11月3日 14:05（通过链接）"),
        ("en", {"assignee": "wang.lei"}, "Assigned to: wang.lei"),
        ("zh-CN", {"assignee": "wang.lei"}, "处理人：wang.lei"),
        (
            "en",
            {"remark": Remark("lowering\nthe bids", "li.na", at(MINUTE))},
            "Comment: li.na at Nov 3, 14:05: lowering the bids",
        ),
    ],
)
def test_who_did_what_and_when_is_a_line(locale: str, changes: dict[str, Any], line: str) -> None:
    [message] = render(answered(**changes), locale=locale)
    assert f"  {line}\n" in message.plain


@pytest.mark.parametrize(
    ("acknowledged_at", "ends_at", "note"),
    [
        (None, None, "Note: nobody has taken it yet"),
        (at(1), None, "Note: nobody has it now"),
        (at(1), at(2), ""),
    ],
)
def test_an_escalation_says_whether_anybody_had_it(
    acknowledged_at: datetime | None, ends_at: datetime | None, note: str
) -> None:
    given_back = answered(state="open", ended="acknowledged", acknowledged_at=acknowledged_at)
    over = msgspec.structs.replace(given_back, ends_at=ends_at)
    called = msgspec.structs.replace(heading("en"), reason="escalated")
    (found,) = RENDERER.render([over], called, Email(), at(MINUTE))
    text = Email().compose(found.message, 50_000).text
    assert note in text
    assert ("nobody has" in text) is bool(note)


@pytest.mark.parametrize("told", ["firing", "level_changed", "resolved", "repeat", "corrected"])
def test_every_kind_of_message_names_them(told: str) -> None:
    [message] = render(answered(told), locale="en")
    assert "Acknowledged by: li.na" in message.plain


@pytest.mark.parametrize("kind", sorted(CHANNELS))
def test_every_channel_says_it(kind: str) -> None:
    channel = CHANNELS[kind]
    [found] = RENDERER.render([answered(made_by="李娜")], heading("en"), channel, at(MINUTE))
    assert "李娜" in channel.compose(found.message, channel.limits.text_max).text


@pytest.mark.parametrize(
    ("locale", "title"),
    [("en", "[Critical, acknowledged by li.na] "), ("zh-CN", "【严重 · li.na 已确认】")],
)
def test_a_message_of_its_own_says_it_in_its_title(locale: str, title: str) -> None:
    [message] = render(answered("answered"), locale=locale)
    assert message.title.startswith(title)


def test_what_is_only_still_open_says_who_has_it() -> None:
    [message] = render(view("firing"), answered("unchanged"), locale="en")
    assert message.message.still_open[0].line.endswith("; acknowledged by li.na at Nov 3, 14:05)")


def test_names_and_comments_do_not_act() -> None:
    loud = answered(made_by="**li**\n# x", remark=Remark("[a](https://evil)", "*b*", at(1)))
    [message] = render(loud, locale="en")
    assert "**li**" not in message.text
    assert "](https://evil" not in message.text
    assert "<b>" not in message.html


def test_machines_get_it_too() -> None:
    [message] = render(answered("answered"), locale="en")
    assert message.message.blocks[0].alert.response == {
        "state": "acknowledged",
        "by": "li.na",
        "at": "2025-11-03T06:05:00+00:00",
    }
    assert Email().compose(message.message, 50_000).whole
