"""Thousands of alerts of one group: people read the most urgent ones and how many more there are,
machines get all of them; and all of them are on record as told."""

import json
from collections import Counter

import pytest

from alerts.channels.contract import Channel
from alerts.channels.dingtalk import DingTalk
from alerts.channels.email.channel import Email
from alerts.channels.message import Message
from alerts.channels.table import CHANNELS
from alerts.channels.webhook import Webhook
from alerts.rendering.render import LISTED_MAX, STORM_MIN, Rendered
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import RENDERER, heading, view

MANY = LISTED_MAX + 3
VIEWS = [
    view(alert=1, severity="warning"),
    *(view(alert=number, severity="critical") for number in range(2, MANY + 1)),
]
CHATS = [one for one in CHANNELS.values() if not one.limits.lists_all]


def rendered(channel: Channel, locale: str = "en", told: int = MANY) -> list[Rendered]:
    return RENDERER.render(VIEWS[:told], heading(locale), channel, at(1))


def texts(channel: Channel, messages: list[Rendered]) -> list[str]:
    return [channel.compose(one.message, channel.limits.text_max).text for one in messages]


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "… and {} more, which are not listed"),
        ("zh-CN", "……另有 {} 条，未逐条列出"),
        ("zh-TW", "……另有 {} 則，未逐一列出"),
    ],
)
def test_people_read_the_most_urgent_and_how_many_more(locale: str, said: str) -> None:
    (one,) = rendered(Email(), locale)
    severities = Counter(block.alert.labels["severity"] for block in one.message.blocks)
    assert severities == {"critical": len(one.message.blocks)}
    (text,) = texts(Email(), [one])
    assert said.format(MANY - len(one.message.blocks)) in text


@pytest.mark.parametrize("channel", CHATS, ids=lambda one: one.kind)
def test_a_storm_is_one_message_in_every_channel_of_people(channel: Channel) -> None:
    (one,) = rendered(channel)
    (text,) = texts(channel, [one])
    shown = len(one.message.blocks)
    assert 1 <= shown <= LISTED_MAX
    assert f"{MANY - shown} more, which are not listed" in text
    assert channel.limits.measure(text) <= channel.limits.text_max


@pytest.mark.parametrize("channel", CHATS, ids=lambda one: one.kind)
def test_what_is_no_storm_is_told_alert_by_alert(channel: Channel) -> None:
    messages = rendered(channel, told=STORM_MIN)
    assert sum(len(one.message.blocks) for one in messages) == STORM_MIN
    assert {one.message.unlisted for one in messages} == {0}


@pytest.mark.parametrize("channel", [DingTalk(), Webhook()], ids=lambda one: one.kind)
def test_each_is_told_by_one_of_the_messages(channel: Channel) -> None:
    keys = [key for one in rendered(channel) for key in one.keys]
    assert sorted(keys) == sorted(one.key for one in VIEWS)


def test_machines_get_all_of_them() -> None:
    payloads = [json.loads(text) for text in texts(Webhook(), rendered(Webhook()))]
    assert sum(len(one["alerts"]) for one in payloads) == MANY
    assert {one["truncatedAlerts"] for one in payloads} == {0}


def test_a_title_counts_all_of_them() -> None:
    assert f"and {MANY - 1} more" in rendered(DingTalk())[0].message.title


def test_as_many_as_are_listed_leave_nothing_to_say() -> None:
    [*_, last] = rendered(DingTalk(), told=STORM_MIN)
    assert (last.message.unlisted, last.message.beside) == (0, [])
    assert Message(title="", locale="en", receiver="ops").beside == []
