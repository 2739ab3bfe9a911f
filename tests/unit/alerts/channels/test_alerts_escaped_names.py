"""In chats with an escape a name is shown as typed, and nothing of it acts (cases: names)."""

import html
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from alerts.channels.contract import Channel
from alerts.channels.discord.channel import Discord
from alerts.channels.markup import one_line
from alerts.channels.slack.channel import Slack
from alerts.channels.telegram.channel import Telegram
from alerts.channels.telegram.tags import JOINER
from cli.fakes.telegram import ShownText
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import RENDERER, heading
from tests.unit.alerts.rendering.test_alerts_names import named, names

ALIKE = str.maketrans("∗∼ˋ﹡⸏ˍ＊～｀＿", "*~`*__*~`_")


class Chat(Struct, frozen=True):
    """How its programs show a text, what of ours acts in it, and what must not be left."""

    channel: Channel
    shown: Callable[[str], str]
    ours: re.Pattern[str]
    acting: re.Pattern[str]


CHATS = [
    Chat(
        Slack(),
        lambda text: html.unescape(text).translate(ALIKE),
        re.compile(r"(?m)^\*|\*$"),
        re.compile(r"[<>*~`＊＿｀]|&(?!amp;|lt;|gt;)|(?<![^\W_])_|_(?![^\W_])"),
    ),
    Chat(
        Discord(),
        lambda text: re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text),
        re.compile(r"(?m)^\*\*|\*\*$|\\[^0-9A-Za-z\s]"),
        re.compile(r"[\\`*_~|<>\[\]]|https?://|@everyone|@here"),
    ),
    Chat(
        Telegram(),
        lambda text: ShownText(text).text.replace(JOINER, ""),
        re.compile(r"</?b>"),
        re.compile(r"[<>]|&(?!amp;|lt;|gt;)|[@#]\w|https?://|\w\.[A-Za-z]"),
    ),
]


@pytest.mark.parametrize("chat", CHATS, ids=[one.channel.kind for one in CHATS])
@settings(max_examples=150, deadline=None)
@given(name=names, locale=st.sampled_from(["zh-CN", "en"]))
def test_a_chat_shows_a_name_and_nothing_of_it_acts(chat: Chat, name: str, locale: str) -> None:
    [found] = RENDERER.render(named(name, locale), heading(locale), chat.channel, at(90))
    text = chat.channel.compose(found.message, 200_000).text
    assert chat.acting.findall(chat.ours.sub("", text)) == []
    assert one_line(name).translate(ALIKE) in chat.shown(text).translate(ALIKE)
