"""Own words: what a hostile template comes to, and that no alert is ever lost to one."""

import json
import re

import pytest

from alerts.channels.dingtalk import DingTalk
from alerts.channels.email.channel import Email, page_of
from alerts.configuration.templates import (
    FIELDS,
    TEXT_CHARACTERS_MAX,
    OwnTemplate,
    TemplateFaultError,
)
from alerts.configuration.tree import parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from alerts.delivery.parts import halved, part
from alerts.rendering.own_words import composed_with, values_of
from tests.unit.alerts.builders import CONFIGURATION, ENVIRONMENT
from tests.unit.alerts.rendering.rendered import render, view

OWN = OwnTemplate(
    "short",
    "{{ receiver }}: {{ alerts | length }} × {{ title }}",
    "{% for alert in alerts %}\n{{ loop.index }}. {{ alert.headline }}\n"
    "{% for fact in alert.facts if fact.label == 'Owner' %}\n   {{ fact.text }}\n{% endfor %}\n"
    "{% endfor %}\n",
)
VALUES = {"title": "T", "alerts": [{"facts": ["x"] * 100}] * 100, "long": "x" * 2_000}

REFUSED = [
    ("{{ ''.__class__.__mro__ }}", "attributes of Python"),
    ("{{ title['__class__'] }}{{ title.format(title) }}", "a method"),
    ("{{ alerts._steps }}", "what is private"),
    ("{{ _steps }}", "what counts"),
    ("{{ title | attr('x') }}", "a filter that is none of ours"),
    ("{% for i in range(10 ** 9) %}x{% endfor %}", "a range"),
    ("{{ 'x' * 999999999 }}", "a product"),
    ("{{ 2 ** 999999999 }}", "a power"),
    ("{{ title ~ title }}", "what could grow"),
    ("{% set x = title %}", "an assignment"),
    ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "a macro that calls itself"),
    ("{% for a in alerts recursive %}{{ loop(a) }}{% endfor %}", "a recursion"),
    ("{% include 'message.j2' %}", "another file"),
    ("{% extends 'message.j2' %}", "another file"),
    ("{% import 'os' as os %}", "another file"),
    ("{% filter upper %}x{% endfilter %}", "a block of filters"),
    ("{{ '%1000000000s' % title }}", "a format"),
    ("{{ alerts[0:10] }}", "a slice"),
    ("{{ lipsum(n=1000000) }}", "a function of Jinja"),
    ("{% for a in alerts %}{% for b in alerts %}{% for c in alerts %}{% endfor %}{% endfor %}"
     "{% endfor %}", "three loops in each other"),
    ("{{ " + "(" * 1_900 + "1" + ")" * 1_900 + " }}", "very deep brackets"),
    ("{{ " + "not " * 900 + "1 }}", "very many operators"),
    ("{% if a %}" * 300 + "{% endif %}" * 300, "very deep blocks"),
    ("x" * 4_001, "one that is too long"),
    ("{% for a in %}", "no grammar"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "reason"), REFUSED, ids=[one[1] for one in REFUSED])
def test_what_could_grow_or_look_around_is_no_template(source: str, reason: str) -> None:
    with pytest.raises(TemplateFaultError):
        OwnTemplate("t", "", source).check()


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("{{ nothing }}", "cannot be filled in"),
        ("{{ title.nothing }}", "cannot be filled in"),
        ("{% for a in 5 %}{% endfor %}", "cannot be filled in"),
        ("{% for a in title %}{% endfor %}", "says nothing"),
        ("{{ long }}" * 9, f"more than {TEXT_CHARACTERS_MAX}"),
        ("{% for a in alerts %}{% for b in a.facts %}{% endfor %}{% endfor %}", "5000 steps"),
        ("{% for a in long %}{% for b in long %}{% endfor %}{% endfor %}", "5000 steps"),
        ("{{ alerts | join(long) }}", f"more than {TEXT_CHARACTERS_MAX}"),
    ],
)
def test_what_cannot_be_filled_in_is_a_fault_that_says_why(source: str, detail: str) -> None:
    template = OwnTemplate("t", "", source)
    template.check()
    with pytest.raises(TemplateFaultError, match=detail):
        template.render(VALUES)


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("{{ titel }}", "line 1: 'titel' is none of title, receiver"),
        ("x\n{% for a in alerts %}\n{{ a.headlin }}{% endfor %}", "line 3: 'headlin' is none of"),
        (
            "{% for a in alerts %}{% for f in a.facts %}{{ f.name }}{% endfor %}{% endfor %}",
            "label",
        ),
        ("{% if status == 'x' %}{{ alerts[0].linc }}{% endif %}", "'linc' is none of heading"),
        ("{{ (alerts | first).linc }}", "'linc'"),
        ("{{ alerts[0]['linc'] | upper }}", "'linc'"),
        ("{{ alerts.headline }}", "a list has no field 'headline'"),
        ("{{ title.nothing }}", "a text has no field 'nothing'"),
        ("{% for a in alerts %}{% endfor %}{{ a.headline }}", "'a' is none of"),
    ],
)
def test_a_field_that_no_message_has_is_refused_with_its_line(source: str, detail: str) -> None:
    text = f"message_templates:\n  - {{name: t, text: {json.dumps(source)}}}\n"
    with pytest.raises(TemplateFaultError, match=re.escape(detail)):
        OwnTemplate("t", "", source).check_names()
    with pytest.raises(ConfigError, match=r"is none of|has no field") as refused:
        parse_configuration("default", "alerts.yml", CONFIGURATION + text, ENVIRONMENT)
    assert refused.value.line > CONFIGURATION.count("\n")


@pytest.mark.parametrize(
    "source",
    [
        OWN.title + OWN.text,
        "{{ alerts[0].labels.team }}{{ alerts[0].annotations['x'] }}",
        "{{ nothing | default('x') }}{% if alerts[0].x is defined %}x{% endif %}",
        "{% for a in still_open %}{{ loop.index }}{{ a | upper }}{% else %}{{ zone }}{% endfor %}",
        "{% for name in alerts[0].labels %}{{ name }}{{ alerts[0].labels[name] }}{% endfor %}",
    ],
)
def test_what_a_message_may_have_is_known(source: str) -> None:
    text = f"message_templates:\n  - {{name: t, text: {json.dumps(source)}}}\n"
    assert parse_configuration("default", "alerts.yml", CONFIGURATION + text, ENVIRONMENT)


def test_the_known_fields_are_those_of_a_message() -> None:
    [message] = render(view(), locale="en")
    values = values_of(message.message)
    (alert,), (known,) = values["alerts"], FIELDS["alerts"]
    assert FIELDS.keys() == values.keys()
    assert known.keys() == alert.keys()
    assert known["facts"][0].keys() == alert["facts"][0].keys()


def test_a_message_is_in_ones_own_words() -> None:
    [message] = render(view(), view(alert=2, severity="info"), locale="en")
    found, composed, fault = composed_with(message.message, OWN, Email())
    assert fault == ""
    assert composed.title.startswith("ops: 2 × [Critical]")
    assert composed.text == (
        "1. Spending too fast: 160% of plan\n   wang.lei\n"
        "2. Spending too fast: 160% of plan\n   wang.lei\n\n"
        "All times Asia/Shanghai (UTC+08:00)"
    )
    assert [block.alert for block in found.blocks] == [one.alert for one in message.message.blocks]


@pytest.mark.parametrize(
    ("locale", "note"),
    [
        (
            "en",
            "The template bad could not be used (it cannot be filled in: 'nothing' is undefined)",
        ),
        ("zh-CN", "模板 bad 无法使用"),
        ("zh-TW", "範本 bad 無法使用"),
    ],
)
def test_a_template_that_fails_leaves_the_usual_words_and_says_so(locale: str, note: str) -> None:
    [message] = render(view(), locale=locale)
    bad = OwnTemplate("bad", "", "{{ nothing }}")
    _, composed, fault = composed_with(message.message, bad, DingTalk())
    assert fault
    assert composed.text.startswith(message.text.partition("\n\n")[0])
    assert note.replace("(", "\\(") in composed.text or note in composed.text
    assert composed.title == message.title


def test_what_a_channel_has_no_room_for_is_in_the_usual_words() -> None:
    [message] = render(view(), locale="en")
    long = OwnTemplate("long", "", "{{ title }}" * 240)
    assert composed_with(message.message, long, Email())[2] == ""
    assert "no room" in composed_with(message.message, long, DingTalk())[2]


def test_a_message_that_goes_in_parts_is_in_the_usual_words() -> None:
    """Its own ones are of all alerts, and would be said with each part."""
    [message] = render(view(), view(alert=2), locale="en")
    own, _, _ = composed_with(message.message, OWN, Email())
    smaller = halved(own, 0)
    assert smaller is not None
    assert part(own, 0).written == own.written
    assert part(smaller, 0).written == ""
    assert len(part(smaller, 0).blocks) == 1


def test_a_file_names_its_templates_and_what_is_wrong_with_one() -> None:
    def read(template: str, text: str) -> str | None:
        file = CONFIGURATION.replace("    locale: zh-CN", f"    template: {template}")
        file += f"message_templates:\n  - {{name: short, text: '{text}'}}\n"
        found = parse_configuration("default", "default.yml", file, ENVIRONMENT)
        template_of = found.receivers["ops"].template
        return template_of.name if template_of else None

    assert read("short", "{{ title }}") == "short"
    with pytest.raises(ConfigError, match=r"default\.yml:\d+: .*message_templates has no 'other'"):
        read("other", "{{ title }}")
    with pytest.raises(ConfigError, match="'call' is not in the language of templates"):
        read("short", "{{ title.upper() }}")


def test_a_mail_in_own_words_says_the_zone_once_and_breaks_its_lines() -> None:
    [message] = render(view(), locale="en")
    found, composed, _ = composed_with(message.message, OWN, Email())
    page = page_of(found, composed)
    assert page.count("All times Asia/Shanghai") == composed.text.count("All times") == 1
    assert "<pre" not in page
    assert "white-space:pre-wrap;overflow-wrap:anywhere" in page
