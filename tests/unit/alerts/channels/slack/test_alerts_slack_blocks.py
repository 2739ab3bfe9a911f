"""Slack's form of a message: nothing that people called something acts, and all of it fits (A1)."""

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.channels.message import FactLine, Message, StillOpen, brief
from alerts.channels.slack.blocks import content, mrkdwn
from alerts.channels.slack.channel import ALERTS_MAX, TEXT_CHARACTERS_MAX, Slack
from alerts.channels.texts import characters
from cli.fakes.slack import fault_of, texts
from tests.unit.alerts.blocks import FACTS, make_block, told

SLACK = Slack()


def sent(of: Message, text_max: int = TEXT_CHARACTERS_MAX, *mentions: str) -> dict[str, Any]:
    return content(of.title, of, SLACK.compose(of, text_max), mentions)


def test_each_alert_is_an_attachment_with_the_colour_of_its_state() -> None:
    open_line = StillOpen("警告 · L05", FACTS)
    found = sent(
        told(
            make_block(), make_block("L04", "#1a7f37"), still_open=(open_line,), zone="时间：上海"
        ),
        TEXT_CHARACTERS_MAX,
        "U012ABCDEF",
        "S012ABCDEF",
    )
    header, mentions = found["blocks"]
    assert header["text"] == {"type": "plain_text", "text": "标题", "emoji": False}
    assert mentions["text"]["text"] == "<@U012ABCDEF> <!subteam^S012ABCDEF>"
    first, second, ending = found["attachments"]
    assert (first["color"], second["color"]) == ("#cf222e", "#1a7f37")
    assert first["blocks"][0]["text"] == {
        "type": "mrkdwn",
        "verbatim": True,
        "text": "🔴 严重 · L03\n*L03 花费过快*\n• 负责人：L03\n"
        "• 处理手册：<https://wiki.example/a_b?c=1&amp;d=*2*|wiki.example/a_b?c=1&amp;d=∗2∗>",
    }
    assert ending["blocks"][0]["text"]["text"] == "*仍在进行*\n\n- 警告 · L05\n\n时间：上海"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("<@U012ABCDEF>", "&lt;@U012ABCDEF&gt;", "no mention"),
        ("<!channel>", "&lt;!channel&gt;", "nor of everybody"),
        ("<https://e.x|x>", "&lt;https://e.x|x&gt;", "no link"),
        ("*b* ~s~ `c`", "∗b∗ ∼s∼ ˋcˋ", "no emphasis, no code"),
        ("_i_ ctr_low_2", "ˍiˍ ctr_low_2", "and inside of a word it never acts"),
        ("＊b＊ ＿i＿ ｀c｀", "﹡b﹡ ⸏i⸏ ˋcˋ", "the wide ones act as well"),
        ("&lt;", "&amp;lt;", "nobody's reference"),
        ("50% | 1,000 - #3", "50% | 1,000 - #3", "nothing else is touched"),
    ],
)
def test_what_would_act_is_shown_and_does_not(name: str, text: str, reason: str) -> None:
    assert mrkdwn(name) == text, reason


names = st.lists(
    st.sampled_from(["<", ">", "&", "*", "_", "|", "<@U1>", "预算", "🔴", "a ", "https://e.x"]),
    min_size=1,
    max_size=80,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(names, st.integers(1, ALERTS_MAX), st.sampled_from([TEXT_CHARACTERS_MAX, 4_000, 60]))
@example("&" * 300, ALERTS_MAX, TEXT_CHARACTERS_MAX)
@example("🔴" * 100, ALERTS_MAX, TEXT_CHARACTERS_MAX)
def test_whatever_people_call_things_slack_takes_it(name: str, alerts: int, text_max: int) -> None:
    many = tuple(StillOpen(f"{n} {name}", FACTS) for n in range(100))
    whole = told(*[make_block(name)] * alerts, still_open=many, title=name[:145], zone="z")
    for of in (whole, brief(whole), replace(whole, still_open=())):
        found = sent(of, text_max, *["S" + "0" * 30] * 20)
        assert fault_of(found) is None
        assert_within_our_margins(found)
        marks = "".join(text for kind, text in texts(found["attachments"]) if kind == "mrkdwn")
        bare = re.sub(r"<https://wiki\.example/[^<>]*>", "", marks)
        assert not re.search("[<>]", bare), "the runbook is the only thing between brackets"


@pytest.mark.parametrize(("ampersands", "linked"), [(300, True), (500, False)])
def test_an_address_without_room_is_shown_and_not_cut(ampersands: int, linked: bool) -> None:
    address = "https://wiki.example/?" + "&" * ampersands
    long = replace(make_block(), facts=(FactLine("处理手册", address, link=True),))
    found = sent(told(long))
    assert fault_of(found) is None
    [(_, text)] = texts(found["attachments"])
    assert ("<https://" in text) is linked
    assert "wiki.example/?" in text


def assert_within_our_margins(found: dict[str, Any]) -> None:
    """The budget of alerting.md A10, below what Slack itself refuses."""
    parts = found["attachments"]
    shown = [text for _, text in texts([found["blocks"], parts])]
    assert len(shown) <= 40
    assert all(characters(text) <= 2_900 for text in shown)
    fallbacks = [part["fallback"] for part in parts]
    assert sum(map(characters, [found["text"], *fallbacks, *shown])) <= 12_000


def test_a_text_longer_than_a_section_goes_on_in_the_next_one() -> None:
    long = replace(make_block(), facts=tuple(FactLine("数", "预算" * 100) for _ in range(20)))
    [attachment] = sent(told(long))["attachments"]
    pieces = [one["text"]["text"] for one in attachment["blocks"]]
    assert [len(one) <= 2_900 for one in pieces] == [True, True]
    assert "\n".join(pieces) == SLACK.compose(told(long), TEXT_CHARACTERS_MAX).text


def test_a_message_that_had_to_be_cut_keeps_its_colour() -> None:
    [attachment] = sent(told(make_block(), make_block("L04")), 70)["attachments"]
    assert attachment["color"] == "#cf222e"
    assert "L04" not in attachment["blocks"][0]["text"]["text"]
