"""contracts.md section 5, asked from outside: who is told what, when, and what is on record.

The tests are a story in the file's order on one manual clock; each has lines of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.fakes.dingtalk import FakeDingTalk
from tests.e2e.contract_world import World, eventually, open_world, words
from tests.e2e.manual_installation import Mailbox, ManualInstallation

LOW, FINE = (1000, 1), (1000, 50)
STARTS = datetime(2025, 11, 1, tzinfo=UTC)
CONFIGURATION = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 30d
  routes:
    - matchers: ['team="search"']
      receiver: search
      group_wait: 30s
      group_interval: 5m
      repeat_interval: 4h
    - {matchers: ['team="wrong"'], receiver: wrong}
    - {matchers: ['team="quiet"'], receiver: quiet}
    - {matchers: ['team="nobody"'], receiver: nobody}
receivers:
  - name: ops
    locale: zh-CN
    dingtalk_configs: [{url_env: OPS_URL, secret_env: OPS_SECRET}]
    email_configs: [{to: [ops@alerts.example], from: paceline@example.com}]
  - name: search
    locale: en
    email_configs: [{to: [search@alerts.example], from: paceline@example.com}]
  - {name: wrong, dingtalk_configs: [{url_env: OPS_URL, secret_env: WRONG_SECRET}]}
  - {name: quiet, send_resolved: false, email_configs: [{to: [quiet@alerts.example]}]}
  - {name: nobody}
"""
LINES = ["ops", "search", "wrong", "quiet", "nobody", "mail", "gone"]
Row = tuple[str, str, str, str]
"""channel, transition, state, reason"""


@pytest.fixture(scope="module")
def robot(manual: ManualInstallation) -> FakeDingTalk:
    return manual.robot


@pytest.fixture(scope="module")
def inbox(manual: ManualInstallation) -> Mailbox:
    return manual.inbox


@pytest.fixture(scope="module")
def world(manual: ManualInstallation) -> Iterator[World]:
    opened = open_world(manual, name="alerts", starts=STARTS, lines=LINES, alerts=CONFIGURATION)
    with opened as made:
        for line in LINES:
            made.add_rule(made.ctr_rule(line, [line], labels={"team": line}))
        yield made


def rows_of(world: World, rule: str) -> list[Row]:
    return [
        (row["channel"], row["transition"], row["state"], row["reason"])
        for row in world.notifications(rule)
    ]


def reload(world: World, text: str) -> httpx.Response:
    place = Path(world.stack.options.environment["PACELINE_ALERTS_DIR"]) / "alerts.yml"
    place.write_text(text, encoding="utf-8")
    answer: httpx.Response = world.http("POST", "alerts", "/-/reload", role="admin")
    return answer


def metric(world: World, name: str) -> float:
    text = httpx.get(f"{world.stack.urls['alerts']}/metrics").text
    [line] = [one for one in text.splitlines() if one.startswith(f"{name} ")]
    return float(line.rsplit(" ", 1)[1])


def test_a_change_is_told_once_by_each_channel_and_the_item_says_all(
    world: World, robot: FakeDingTalk, inbox: Mailbox
) -> None:
    world.pass_hour({"ops": LOW}, and_then=timedelta(seconds=2))
    world.pass_hour({"ops": FINE}, and_then=timedelta(seconds=2))
    assert rows_of(world, "ops") == [
        ("dingtalk", "firing", "delivered", "first notification"),
        ("email", "firing", "delivered", "first notification"),
        ("dingtalk", "resolved", "delivered", "all alerts resolved"),
        ("email", "resolved", "delivered", "all alerts resolved"),
    ]
    item = world.notifications("ops")[0]
    assert words(
        "notification delivery alert fingerprint episode receiver channel reason transition "
        "severity state decided_at delivered_at next_attempt_at possible_duplicate locale attempts "
        "body explain"
    ) <= set(item)
    assert (item["receiver"], item["locale"], item["episode"]) == ("ops", "zh-CN", 1)
    assert (item["possible_duplicate"], item["next_attempt_at"]) == (False, None)
    [attempt] = item["attempts"]
    assert set(attempt) == words("at http_status provider_code provider_message class duration_ms")
    assert (attempt["http_status"], attempt["provider_code"]) == (200, "0")
    assert (attempt["provider_message"], attempt["class"]) == ("ok", "delivered")
    assert words(
        "rule rule_version window value threshold numbers plan_version complete_through"
    ) <= set(item["explain"])
    assert item["explain"]["numbers"] == {"clicks": "1", "impressions": "1000"}
    assert item["body"] == {"title": robot.messages[0].title, "text": robot.messages[0].text}
    assert robot.messages[0].title == "【警告】alerts / ops：点击率偏低：0.1%"
    first, second = inbox.mails("alerts")
    assert first.subject == robot.messages[0].title
    assert second.subject == "【已恢复】alerts / ops：点击率现为 5%，已不再低于预警线"
    assert second.message["In-Reply-To"] == first.message["Message-ID"]
    assert "点击率现为 5%" in second.text
    assert "点击率现为 5%" in second.html


def test_items_can_be_picked_and_paged(world: World) -> None:
    rows = world.notifications("ops")
    alert = rows[0]["alert"]
    for query, expected in [
        (f"campaign=alerts&alert={alert}&receiver=&state=&cursor=", rows),
        ("receiver=ops&state=delivered", rows),
        ("receiver=search", []),
        ("campaign=other", []),
        ("state=failed", []),
    ]:
        found = world.http("GET", "alerts", f"/v1/notifications?{query}").json()
        assert found["items"] == expected, query
    page = world.http("GET", "alerts", "/v1/notifications?limit=3").json()
    after = {"cursor": page["next"]}
    rest = world.http("GET", "alerts", "/v1/notifications", params=after).json()
    assert page["items"] + rest["items"] == rows
    alerts = world.client.get("alerts", "/v1/alerts", campaign="alerts")["items"]
    assert [(one["alert"], one["state"]) for one in alerts] == [(alert, "resolved")]


def test_the_audit_topic_has_each_decision_and_each_attempt(world: World) -> None:
    items = {row["notification"]: row for row in world.notifications("ops")}
    told: dict[str, list[str]] = {}
    for record in world.records("notifications.v1"):
        assert record["type"] == "paceline.notifications.v1"
        data = record["data"]
        assert set(data) == set(items[data["notification"]])
        told.setdefault(data["notification"], []).append(data["state"])
    assert told == {number: ["pending", "delivered"] for number in items}


def test_a_route_has_its_own_receiver_language_and_intervals(world: World, inbox: Mailbox) -> None:
    def counts(after: timedelta) -> int:
        world.go_to(world.now + after)
        return len(world.notifications("search"))

    world.pass_hour({"search": LOW})
    assert len(world.notifications("search")) == 0, "group_wait is 30 s"
    assert counts(timedelta(seconds=29)) == 0
    assert counts(timedelta(seconds=1)) == 1
    [row] = world.notifications("search")
    assert (row["receiver"], row["locale"], row["channel"]) == ("search", "en", "email")
    assert "Click-through rate is low: 0.1%" in inbox.mails("alerts")[-1].html

    world.http("DELETE", "kpi", "/v1/rules/search")
    world.client.settle()
    assert counts(timedelta(minutes=4)) == 1, "group_interval is 5 m"
    assert counts(timedelta(minutes=2)) == 2
    assert rows_of(world, "search")[-1] == ("email", "resolved", "delivered", "all alerts resolved")
    assert "ended because the rule was removed" in inbox.mails("alerts")[-1].text


def test_an_open_alert_is_repeated_after_the_repeat_interval(world: World) -> None:
    world.add_rule(world.ctr_rule("again", ["search"], labels={"team": "search"}))
    world.pass_hour({"search": LOW}, and_then=timedelta(minutes=1))
    began = world.now
    world.go_to(began + timedelta(hours=3, minutes=50))
    assert len(world.notifications("again")) == 1
    world.go_to(began + timedelta(hours=4, minutes=10))
    assert rows_of(world, "again") == [
        ("email", "firing", "delivered", "first notification"),
        ("email", "firing", "delivered", "repeat interval elapsed"),
    ]


def test_a_wrong_secret_is_a_failed_row_and_a_loud_metric(world: World) -> None:
    name = 'paceline_alerts_deliveries_failed_total{channel="dingtalk"}'
    before = metric(world, name)
    world.pass_hour({"wrong": LOW}, and_then=timedelta(seconds=2))
    [row] = world.notifications("wrong", state="failed")
    [attempt] = row["attempts"]
    assert (row["state"], row["delivered_at"]) == ("failed", None)
    assert (attempt["http_status"], attempt["provider_code"]) == (200, "310000")
    assert attempt["class"] == "permanent_config"
    assert row["next_attempt_at"] is not None, "it waits for a correction"
    assert metric(world, name) == before + 1


def test_what_is_not_told_is_on_record_with_its_reason(world: World) -> None:
    world.pass_hour({"quiet": LOW, "nobody": LOW}, and_then=timedelta(seconds=2))
    world.pass_hour({"quiet": FINE, "nobody": FINE}, and_then=timedelta(seconds=2))
    assert rows_of(world, "quiet") == [
        ("email", "firing", "delivered", "first notification"),
        ("email", "resolved", "suppressed", "all alerts resolved"),
    ]
    assert rows_of(world, "nobody") == [
        ("none", "firing", "suppressed", "no channel"),
        ("none", "resolved", "suppressed", "no channel"),
    ]


def test_mail_waits_for_a_server_that_is_away(world: World, inbox: Mailbox) -> None:
    before = len(inbox.mails("alerts"))
    events = world.end_hour({"mail": LOW})
    inbox.go_away()
    try:
        world.client.send(events)

        def mail_row() -> list[dict[str, Any]]:
            return [row for row in world.notifications("mail") if row["channel"] == "email"]

        assert eventually(lambda: bool(mail_row() and mail_row()[0]["attempts"]))
        [row] = mail_row()
        assert row["state"] in ("pending", "sending")
        assert row["attempts"][0]["class"] == "retryable"
    finally:
        inbox.come_back()
    assert eventually(lambda: mail_row()[0]["state"] == "delivered")
    assert len(inbox.mails("alerts")) == before + 1
    assert not mail_row()[0]["possible_duplicate"], "nothing had been sent when it failed"


def test_after_a_correction_and_a_reload_beginning_and_end_are_told_once(
    world: World, robot: FakeDingTalk
) -> None:
    before = len(robot.messages)
    world.pass_hour({"wrong": FINE}, and_then=timedelta(seconds=2))
    assert [row[:3] for row in rows_of(world, "wrong")] == [
        ("dingtalk", "firing", "failed"),
        ("dingtalk", "resolved", "pending"),
    ], "the end waits behind the beginning"
    answer = reload(world, CONFIGURATION.replace("secret_env: WRONG", "secret_env: OPS"))
    assert answer.status_code == 200
    assert eventually(lambda: len(robot.messages) == before + 2)
    assert [message.title[:4] for message in robot.messages[before:]] == ["【警告】", "【已恢复"]
    assert eventually(lambda: {row[2] for row in rows_of(world, "wrong")} == {"delivered"})


BAD_FILES: list[tuple[str, str, int, str]] = [
    ("  group_wait: 0s", "  group_waits: 0s", 4, "an unknown key"),
    ("  group_wait: 0s", "  group_wait: soon", 4, "no duration"),
    ("  repeat_interval: 30d", "  repeat_interval: 0s", 6, "no interval"),
    ("route:\n  receiver: ops", "route:\n  receiver: nobody-knows", 2, "an unknown receiver"),
    ("matchers: ['team=\"search\"']", "matchers: ['team?search']", 8, "no matcher"),
    ("    locale: zh-CN", "    locale: fr", 18, "a language without words"),
    ("secret_env: OPS_SECRET", "secret: SEC-ops", 19, "secrets do not stand in files"),
    ("url_env: OPS_URL, secret", "url_env: NOT_SET, secret", 19, "a variable that is not set"),
]


@pytest.mark.parametrize(("good", "bad", "line", "reason"), BAD_FILES)
def test_a_bad_file_is_refused_with_its_line_and_changes_nothing(
    world: World, good: str, bad: str, line: int, reason: str
) -> None:
    before = world.client.get("alerts", "/v1/configuration")
    assert good in CONFIGURATION
    answer = reload(world, CONFIGURATION.replace(good, bad, 1))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "configuration_invalid"), reason
    assert body["errors"][0]["loc"] == f"alerts.yml:{line}", reason
    assert world.client.get("alerts", "/v1/configuration") == before
    assert "SEC-ops" not in answer.text


def test_who_was_told_the_beginning_hears_the_end_although_the_route_is_gone(
    world: World,
) -> None:
    world.add_rule(world.ctr_rule("route", ["gone"], labels={"team": "search"}))
    world.pass_hour({"gone": LOW}, and_then=timedelta(minutes=1))
    told = [row for row in world.notifications("route") if row["receiver"] == "search"]
    assert [(row["transition"], row["state"]) for row in told] == [("firing", "delivered")]

    start, end = CONFIGURATION.index("  routes:"), CONFIGURATION.index("receivers:")
    head = CONFIGURATION[end:].index("  - name: search")
    tail = CONFIGURATION[end:].index("  - {name: wrong")
    without = CONFIGURATION[:start] + CONFIGURATION[end:][:head] + CONFIGURATION[end:][tail:]
    answer = reload(world, without)
    assert (answer.status_code, answer.json()) == (200, {"workspaces": ["alerts"], "doubts": []})
    assert world.http("POST", "alerts", "/-/reload").status_code == 403
    world.pass_hour({"gone": FINE}, and_then=timedelta(minutes=6))
    told = [row for row in world.notifications("route") if row["receiver"] == "search"]
    assert [(row["transition"], row["state"], row["reason"]) for row in told] == [
        ("firing", "delivered", "first notification"),
        ("resolved", "delivered", "all alerts resolved"),
    ]
