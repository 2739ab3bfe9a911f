"""What people read of an alert that another system sent: its own words, in their language."""

from typing import Any

import pytest

from alerts.alertmanager.intake.activity import ActiveRange
from alerts.alertmanager.intake.signals import AlertStatement, Reason, signal_of
from alerts.channels.table import CHANNELS
from alerts.episodes.rules import Key
from alerts.rendering.foreign import told_labels
from alerts.rendering.view import AlertView, Saying
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import RENDERER, Read, heading, render

LABELS = {"alertname": "HighLatency", "instance": "node-1", "job": "checkout", "severity": "page"}
ANNOTATIONS = {
    "summary": "p99 of checkout is above 1 s",
    "description": "It has been for 10 minutes.\nLook at the database.",
    "runbook_url": "https://runbooks.example.com/latency",
}
LINK = "http://prometheus.example.com/graph?g0.expr=latency"


def view(told: Saying = "firing", reason: Reason = "reported", **changes: Any) -> AlertView:
    labels = changes.get("labels", LABELS)
    active = ActiveRange(at(0), at(30), times_out=True)
    said = AlertStatement("/f/1", labels, changes.get("annotations", ANNOTATIONS), LINK, active)
    ended = told == "resolved"
    return AlertView(
        key=Key(changes.get("alert", 1), 1),
        told=told,
        signal=signal_of(said, reason, at(0)),
        starts_at=at(0),
        ends_at=at(30) if ended else None,
        labels=labels,
    )


def message(*views: AlertView, locale: str) -> Read:
    [found] = render(*views, locale=locale)
    return found


@pytest.mark.parametrize(
    ("locale", "title", "lines"),
    [
        (
            "zh-CN",
            "【警告】HighLatency：p99 of checkout is above 1 s",
            ["说明：It has been", "标签：instance=node-1，job=checkout", "开始时间：11月3日 04:00"],
        ),
        (
            "en",
            "[Warning] HighLatency: p99 of checkout is above 1 s",
            ["Description: It has been", "Labels: instance=node-1, job=checkout", "Since: Nov 3"],
        ),
    ],
)
def test_its_summary_is_what_happened(locale: str, title: str, lines: list[str]) -> None:
    found = message(view(), locale=locale)
    assert found.title == title
    for line in lines:
        assert line in found.plain
    assert "规则" not in found.plain
    assert "Rule:" not in found.plain
    [block] = found.message.blocks
    links = [fact.text for fact in block.facts if fact.link]
    assert links == [ANNOTATIONS["runbook_url"], LINK]


@pytest.mark.parametrize(
    ("annotations", "labels", "title", "why"),
    [
        ({"description": "slow"}, LABELS, "HighLatency: slow", "no summary"),
        ({}, LABELS, "HighLatency: instance=node-1, job=checkout", "no words at all"),
        ({}, {"foo": "bar"}, "foo=bar: foo=bar", "no name"),
        ({}, {"alertname": "Down"}, "Down: Down", "nothing but a name"),
        ({"summary": "a\nb\u202ec"}, LABELS, "HighLatency: a b", "controls are folded"),
    ],
)
def test_there_is_always_something_to_read(
    annotations: dict[str, str], labels: dict[str, str], title: str, why: str
) -> None:
    found = message(view(annotations=annotations, labels=labels), locale="en")
    assert found.title.startswith(f"[Warning] {title}"), why


@pytest.mark.parametrize(
    ("reason", "locale", "headline"),
    [
        ("ended_by_sender", "zh-CN", "p99 of checkout is above 1 s（已解除）"),
        ("ended_by_sender", "en", "p99 of checkout is above 1 s (over)"),
        ("timed_out", "zh-CN", "发送方已不再报告"),
        ("timed_out", "en", "does not mean that it recovered"),
        ("end_reached", "en", "the end that its sender gave has come"),
    ],
)
def test_an_end_says_whether_anybody_said_so(reason: Reason, locale: str, headline: str) -> None:
    found = message(view("resolved", reason), locale=locale)
    [block] = found.message.blocks
    assert headline in block.headline
    assert "p99 of checkout is above 1 s" in found.plain


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_what_is_still_open_is_told_apart_by_its_labels(locale: str) -> None:
    others = [
        view("unchanged", alert=number, labels={**LABELS, "instance": f"node-{number}"})
        for number in (2, 3)
    ]
    found = message(view(), *others, locale=locale)
    lines = found.message.open_lines
    assert ["node-2" in lines[0], "node-3" in lines[1]] == [True, True]


@pytest.mark.parametrize("kind", sorted(CHANNELS))
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_channel_can_tell_it(kind: str, locale: str) -> None:
    channel = CHANNELS[kind]
    views = [view(), view("resolved", "timed_out", alert=2), view("unchanged", alert=3)]
    [found] = RENDERER.render(views, heading(locale), channel, at(90))
    composed = channel.compose(found.message, channel.limits.text_max)
    assert "p99 of checkout is above 1 s" in composed.text
    assert composed.whole


def test_labels_that_are_for_machines_are_not_told() -> None:
    labels = {"__alert_rule_uid__": "cdu9z0x1", "alertname": "Disk", "instance": "node-1"}
    assert told_labels(labels, "en") == "instance=node-1"
