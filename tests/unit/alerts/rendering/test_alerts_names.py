"""Names are shown as typed: in no medium are they markup, links or controls of ours."""

import html
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.dingtalk import build_body
from alerts.channels.markup import REPLACEMENT, markdown, one_line
from alerts.rendering.view import AlertView
from tests.unit.alerts.rendering.rendered import render, view

BLANK = ["   ", "\u200b\u200b", "\ufeff", "\u2060 \u200d", "\U000e0041\U000e0042"]
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
PIECES = [
    "<b>x</b>",
    "<img src=x onerror=alert(1)>",
    "</td><script>",
    "&lt;i&gt;",
    "[x](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example/a_b",
    "HTTP://evil.example",
    "www.evil.example",
    "<https://evil.example>",
    "javascript:alert(1)",
    "**bold**",
    "*it*",
    "_it_",
    "__bold__",
    "snake_case_name",
    "`code`",
    "```",
    "# head",
    "#",
    "> quote",
    "- item",
    "1. item",
    "a | b",
    "| --- |",
    "~~gone~~",
    "\\",
    "\\*",
    "\n- 负责人：nobody",
    "\r\nBcc: evil@example.com",
    "\t",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "\u2028",
    "\x7f",
    "双十一",
    "{{ 7 * 7 }}",
    "%s",
    "=?utf-8?q?x=0D=0ABcc=3A_evil?=",
]
names = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join),
    st.text(st.sampled_from("<>[]()*_`#|~&!\\/:. a双\n\x1b\u202e"), min_size=1, max_size=30),
    st.text(min_size=1, max_size=30),
).filter(one_line)


def named(name: str, locale: str) -> list[AlertView]:
    """A told alert and an open one in which everything that can have a name has this one."""
    changes: dict[str, Any] = {
        "kind": "suspense",
        "names": {"campaign": name, "line": name, "rule": name},
        "owner": name,
        "annotations": {"lever": name, "runbook": None, "bucket": None},
        "numbers": {f"of {name}": "5", "actual": name},
        "group": {"line": "L03", "channel": name},
        "subject": {"source": name},
        "time_zone": "UTC",
    }
    return [view(**changes), view("unchanged", alert=2, **changes)]


class Page(HTMLParser):
    """The tags of a page, its attributes and the text between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(marked: str) -> str:
    """What a reader of Markdown sees of text in which nothing acts."""
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", marked))


def acting(marked: str) -> list[str]:
    """Characters that would act in a line of the robot's text behind its own beginning."""
    bare = re.sub(r"&(?:#\d+|amp|lt|gt);", "", re.sub(r"\\[\\`*_\[\]#(]", "", marked))
    found = re.findall(r"[`*<>|~\\\[\]#&]|https?:|www\.|javascript:", bare, re.IGNORECASE)
    return found + re.findall(r"(?:^|\W|_)_|_(?:$|\W|_)", bare)


@settings(max_examples=200, deadline=None)
@given(names, st.sampled_from(["zh-CN", "zh-TW", "en"]))
def test_the_robots_text_shows_a_name_and_nothing_of_it_acts(name: str, locale: str) -> None:
    [message] = render(*named(name, locale), locale=locale, bytes_max=200_000)
    body = json.loads(build_body(message.title, message.text, ()))["markdown"]["text"]
    typed = one_line(name)
    lines = [line for line in body.split("\n") if line]
    for line in lines:
        content = re.sub(r"^(#### |- )|^\*\*|\*\*$", "", line)
        assert acting(content) == [], line
    assert typed in shown(body)
    assert not UNSEEN.search(body + message.title)
    kinds = {"####", "**", "- "}
    assert all(line.startswith(tuple(kinds)) for line in lines[:-1])


@settings(max_examples=200, deadline=None)
@given(names, st.sampled_from(["zh-CN", "zh-TW", "en"]))
def test_a_mail_shows_a_name_and_has_no_tag_of_it(name: str, locale: str) -> None:
    [message] = render(*named(name, locale), locale=locale, bytes_max=200_000)
    page, plain = Page(), Page()
    page.feed(message.html)
    [blank] = render(*named("x", locale), locale=locale)
    plain.feed(blank.html)
    assert (page.tags, page.attributes) == (plain.tags, plain.attributes)
    typed = one_line(name)
    assert typed in page.text
    assert typed in message.plain
    assert len(message.plain.split("\n")) == len(blank.plain.split("\n"))
    assert not UNSEEN.search(message.html + message.plain + message.subject)
    assert "\n" not in message.subject


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("ctr_low_2", "ctr_low_2", "inside of a word it never acts, and is read as it is"),
        ("_x_", "\\_x\\_", "at its ends it would"),
        ("[x](https://e.x)", "\\[x\\]\\(https&#58;//e.x)", "no link, and no bare address"),
        ("<b>&lt;", "&lt;b&gt;&amp;lt;", "neither a tag nor somebody's reference"),
        ("50% | 1,000 - #3", "50% &#124; 1,000 - \\#3", "nothing else is touched"),
        ("wang.lei@example.com", "wang.lei@example.com", "an owner is no address of ours"),
        ("WWW.e.x", "WWW&#46;e.x", "no bare address without a scheme either"),
    ],
)
def test_what_would_act_is_escaped_and_nothing_else(name: str, text: str, reason: str) -> None:
    assert markdown(name) == text, reason
    assert shown(text) == name


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a\x1b[31mb", f"a{REPLACEMENT}[31mb"),
        ("a\u202eb\u2066c", f"a{REPLACEMENT}b{REPLACEMENT}c"),
        ("a\r\n b\u2028c", "a b c"),
        ("¥\u00a01", "¥\u00a01"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_controls_and_turned_letters_are_seen(name: str, line: str) -> None:
    assert one_line(name) == line


def test_a_runbook_is_a_link_only_if_it_is_an_address_and_nothing_else() -> None:
    def runbook(text: str) -> str:
        note = {"lever": None, "runbook": text, "bucket": None}
        return render(view(annotations=note))[0].text

    address = "https://wiki.example/a_b?c=1"
    assert f"- 处理手册：[wiki.example/a_b?c=1]({address})" in runbook(address)
    assert "](http" not in runbook("[x](https://evil.example)")
    assert "](javascript" not in runbook("javascript:alert(1)")


@pytest.mark.parametrize("name", BLANK)
def test_where_a_name_shows_nothing_its_id_stands(name: str) -> None:
    names = {"campaign": name, "line": name, "rule": "CTR"}
    title = render(view(names=names, owner=name), locale="en")[0].title
    assert title.startswith("[Critical] double11-2025 / L03: "), title
