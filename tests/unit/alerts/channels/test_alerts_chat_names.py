"""In chats without an escape a name is shown by letters that do nothing there (cases: names)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.contract import Channel
from alerts.channels.feishu import Feishu
from alerts.channels.markup import lookalikes, one_line
from alerts.channels.message import brief
from alerts.channels.teams import Teams
from alerts.channels.wecom import WeCom
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import RENDERER, heading, view
from tests.unit.alerts.rendering.test_alerts_names import named, names

CHATS: list[Channel] = [Feishu(), Teams(), WeCom()]
OURS = re.compile(r'<font color="\w+">|</font>|\*\*|(?m:^> |^- )')
ACTING = re.compile(r"[<>\[\]*`~|#\\]|&#?\w{1,31};|https?://|www\.|javascript:", re.IGNORECASE)


def twin(text: str) -> str:
    """As it would be typed: full-width letters of ours by what they stand for."""
    return text.translate(str.maketrans("＜＞［］＊｀～｜＃＼：．＿＆－＋）", "<>[]*`~|#\\:._&-+)"))


@settings(max_examples=200, deadline=None)
@given(names, st.sampled_from(["zh-CN", "zh-TW", "en"]), st.sampled_from(CHATS))
def test_a_chat_shows_a_name_and_nothing_of_it_acts(
    name: str, locale: str, channel: Channel
) -> None:
    [found] = RENDERER.render(named(name, locale), heading(locale), channel, at(90))
    text = channel.compose(found.message, 200_000).text
    bare = OURS.sub("", text)
    assert ACTING.findall(bare) == []
    assert not re.search(r"(?<![^\W_])_|_(?![^\W_])", bare)
    assert twin(one_line(name)) in twin(bare)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("ctr_low_2", "ctr_low_2", "inside of a word it never acts, and is read as it is"),
        ("_x_", "＿x＿", "at its ends it would"),
        ("[x](https://e.x)", "［x］(https：//e.x)", "no link, and no bare address"),
        ("<@all><b>", "＜@all＞＜b＞", "neither a mention nor a tag"),
        ("R&D &lt;b&gt; &#91;", "R&D ＆lt;b＆gt; ＆＃91;", "no reference that hides one"),
        ("1. item", "1． item", "no list, which would count anew"),
        ("- item", "－ item", "no list"),
        ("-5 + 3", "-5 + 3", "a figure is a figure"),
        ("50% - 1,000 (x)", "50% - 1,000 (x)", "nothing else is touched"),
        ("WWW.e.x", "WWW．e.x", "no bare address without a scheme either"),
    ],
)
def test_what_would_act_is_replaced_and_nothing_else(name: str, text: str, reason: str) -> None:
    assert lookalikes(name) == text, reason


LINK = re.compile(r"\[[^\[\]()]*\]\(https://[^\[\]()\s]+\)")


@settings(max_examples=100, deadline=None)
@given(
    names,
    st.sampled_from(CHATS),
    st.integers(1, 12),
    st.integers(400, 4_000),
    st.integers(1, 900),
)
def test_no_tag_or_link_is_cut_and_all_is_within_its_bytes(
    name: str, channel: Channel, alerts: int, bytes_max: int, long: int
) -> None:
    known = {"campaign": name * 20, "line": "双十一大促" * 40}
    note = {"lever": name, "runbook": "https://wiki.example/" + "a" * long, "bucket": None}
    views = [view(alert=n, names=known, annotations=note) for n in range(alerts)]
    for one in RENDERER.render(views, heading(), channel, at(90)):
        for message in (one.message, brief(one.message)):
            text = channel.compose(message, bytes_max).text
            assert channel.limits.measure(text) <= bytes_max
            assert text.count('<font color="') == text.count("</font>")
            bare = LINK.sub("", text)
            assert not set("[]") & set(bare)
            assert "https://" not in bare
