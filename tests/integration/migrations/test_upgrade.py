"""A database that an earlier landing filled is brought up to date, and the services go on.

The landings, and what each is expected to say afterwards, are rows of `landings`. The tests of one
installation are a story in the file's order.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.demo.client import Client
from cli.fakes.dingtalk import FakeDingTalk
from cli.fakes.mail import FakeMail
from cli.migrations.migrate import migrate
from cli.processes import wait_until
from cli.stack.stack import Stack, StackOptions
from tests.integration.migrations.landed import database, execute, fetch
from tests.integration.migrations.landings import LANDINGS, Landing

CLOCK = "DELETE FROM runtime.clock; INSERT INTO runtime.clock (now) VALUES ('{}')"


class People(NamedTuple):
    """Where messages arrive."""

    inbox: FakeMail
    ops: FakeDingTalk
    desk: FakeDingTalk
    press: FakeDingTalk

    def counts(self) -> list[int]:
        robots = (self.ops, self.desk, self.press)
        return [len(self.inbox.mails), *(len(robot.messages) for robot in robots)]

    def environment(self) -> dict[str, str]:
        return {
            "OPS_URL": self.ops.url,
            "OPS_SECRET": "SEC-ops",
            "DESK_URL": self.desk.url,
            "DESK_SECRET": "SEC-desk",
            "WRONG_SECRET": "SEC-other",
            "PRESS_URL": self.press.url,
            "PACELINE_SMTP_HOST": "127.0.0.1",
            "PACELINE_SMTP_PORT": str(self.inbox.port),
            "PACELINE_SMTP_SECURITY": "none",
        }


class Upgraded:
    """The services on a database that was brought up to date, and what people get from them."""

    def __init__(self, landing: Landing, stack: Stack, people: People, notices: int) -> None:
        self.landing = landing
        self.stack = stack
        self.people = people
        self.notices = notices
        """How many were on record before the services started."""
        self.client = Client(stack.urls, stack.private_key)
        self.client.operator = self.client.token("ida", "operator", "finance", "auditor", "admin")
        self._alerts = Path(stack.options.environment["PACELINE_ALERTS_DIR"])

    def lines(self) -> dict[str, str]:
        totals = self.client.get("budget", "/v1/campaigns/spring/totals")
        return {line["line"]: line["actual"] for line in totals["lines"]}

    def plans(self, campaign: str) -> list[str]:
        items = self.client.get("budget", f"/v1/campaigns/{campaign}/plans")["items"]
        return [plan["status"] for plan in items]

    def held(self, path: str, **params: str) -> set[tuple[str, str]]:
        items = self.client.pages("budget", path, **params)
        return {(item["reason"], item["amount"]["amount"]) for item in items}

    def open_breaches(self) -> set[str]:
        return {item["breach"] for item in self.client.pages("kpi", "/v1/breaches", open="true")}

    def alert_state(self, breach: str) -> str:
        """What alerts knows of a breach that began before the upgrade."""
        url = self.stack.database_url
        [(state,)] = fetch(url, f"SELECT state FROM alerts.episodes WHERE breach = '{breach}'")
        return str(state)

    def holds(self) -> bool:
        return bool(self.client.get("budget", "/v1/invariants")["holds"])

    def notifications(self) -> list[Any]:
        return list(self.client.pages("alerts", "/v1/notifications"))

    def unsent(self) -> set[tuple[str, str]]:
        return {
            (item["receiver"], item["state"])
            for item in self.notifications()
            if item["state"] != "delivered"
        }

    def correct(self, wrong: str, right: str) -> None:
        """Writes the configuration anew and has it read."""
        text = self.landing.alerts.replace(wrong, right)
        (self._alerts / "default.yml").write_text(text, encoding="utf-8")
        self.client.call("POST", "alerts", "/-/reload")


@pytest.fixture(scope="module", params=LANDINGS, ids=lambda one: one.name)
def upgraded(
    request: pytest.FixtureRequest,
    postgres: str,
    kafka: str,
    topic_prefix: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Upgraded]:
    landing: Landing = request.param
    state = tmp_path_factory.mktemp(landing.name)
    (state / "alerts.d").mkdir()
    (state / "alerts.d" / "default.yml").write_text(landing.alerts, encoding="utf-8")
    with ExitStack() as opened:
        url = opened.enter_context(database(postgres, landing.content()))
        robots = (FakeDingTalk("SEC-ops"), FakeDingTalk("SEC-desk"), FakeDingTalk())
        people = People(FakeMail(), *robots)
        for one in people:
            opened.enter_context(one)
        migrate(url)
        execute(url, CLOCK.format(landing.at))
        [(notices,)] = fetch(url, "SELECT count(*) FROM alerts.notifications")
        options = StackOptions(
            state=state,
            kafka=kafka,
            database=url,
            clock="manual",
            topic_prefix=f"{topic_prefix}{landing.name}.",
            known_ports=False,
            environment={"PACELINE_ALERTS_DIR": str(state / "alerts.d"), **people.environment()},
        )
        made = Upgraded(landing, opened.enter_context(Stack(options)), people, notices)
        opened.enter_context(made.client)
        made.client.settle()
        yield made


def test_the_services_say_what_they_said_before(upgraded: Upgraded) -> None:
    landing, client = upgraded.landing, upgraded.client
    assert upgraded.lines() == landing.lines
    assert upgraded.holds()
    assert upgraded.held("/v1/suspense") == landing.suspense
    assert upgraded.held("/v1/suspense", state="written_off") == landing.written_off
    assert upgraded.held("/v1/exceptions") == landing.exceptions
    for campaign, states in landing.plans.items():
        assert upgraded.plans(campaign) == states, campaign
    assert upgraded.open_breaches() == landing.breaches
    rules = client.get("kpi", "/v1/rules")["items"]
    assert {rule["rule"]: rule["rule_version"] for rule in rules}.items() >= landing.rules.items()
    for service, counts in landing.imported.items():
        found = client.get(service, f"/v1/imports/{landing.import_id}")
        assert (found["rows"], found["inserted"], found["suspense"]) == counts
    assert client.get("alerts", "/v1/configuration")["version"] == landing.configuration


def test_nobody_is_told_again_of_what_is_open(upgraded: Upgraded) -> None:
    """What was parked is sent now; what was refused is refused again."""
    landing, people = upgraded.landing, upgraded.people
    parked = [receiver for receiver, state in landing.unsent if state == "parked"]
    refused = {one for one in landing.unsent if one[1] == "failed"}
    assert wait_until(lambda: upgraded.unsent() == refused, 60)
    assert len(upgraded.notifications()) == upgraded.notices
    assert people.counts() == [0, 0, 0, len(parked)]


def test_a_fact_of_then_is_restated_and_what_waits_can_move(upgraded: Upgraded) -> None:
    landing, client = upgraded.landing, upgraded.client
    event: dict[str, Any] = {"specversion": "1.0", "id": "again", "source": "shop/ads"}
    event |= {"type": "paceline.spend.v1", "time": landing.at}
    entity = {"entity": {"campaign": "c1"}, "currency": "CNY", "mode": "snapshot"}
    event["data"] = {**entity, "report": "daily", **landing.restated}
    accepted = client.post("ingest", "/v1/events", [event], token=landing.key)
    assert accepted["accepted"] == 1
    assert wait_until(lambda: upgraded.lines() == landing.restated_lines, 60)
    for source in landing.mapped:
        mapping = {"source": source, "match": {"campaign": "c9"}, "campaign": "spring"}
        client.post("budget", "/v1/mappings", {**mapping, "line": "social"})
    client.settle()
    assert upgraded.lines() == landing.mapped_lines
    waiting = client.pages("kpi", "/v1/held")
    held = {(item["source"], item["entity"]["campaign"]) for item in waiting}
    assert held == landing.still_held
    assert upgraded.holds()
    assert upgraded.open_breaches() == landing.breaches


def test_a_refused_message_arrives_once_when_its_channel_is_corrected(upgraded: Upgraded) -> None:
    before = upgraded.people.counts()
    upgraded.correct("WRONG_SECRET", "DESK_SECRET")
    assert wait_until(lambda: not upgraded.unsent(), 60)
    upgraded.client.settle()
    refused = upgraded.landing.refused
    assert [message.title for message in upgraded.people.desk.messages] == refused
    assert sum(upgraded.people.counts()) == sum(before) + len(refused)
    assert len(upgraded.notifications()) == upgraded.notices


def test_the_second_decision_completes_the_first(upgraded: Upgraded) -> None:
    landing, client = upgraded.landing, upgraded.client
    decision = {"decision": "approve", "as": "finance", "opinion": "ok"}
    for item in list(client.pages("budget", "/v1/exceptions")):
        if (item["reason"], item["amount"]["amount"]) in landing.decided:
            path = f"/v1/exceptions/{item['id']}/decisions"
            answer = client.post("budget", path, decision)
            assert (answer["status"], answer["moved"]) == ("approved", {"entries": 1})
            assert [one["by"] for one in answer["decisions"]] == ["zhao.min", "ida"]
    plan = f"/v1/campaigns/{landing.in_review}/plans/1/decisions"
    assert client.post("budget", plan, decision)["status"] == "approved"
    client.settle()
    assert upgraded.lines() == landing.decided_lines
    assert upgraded.held("/v1/exceptions") == landing.decided_exceptions
    assert upgraded.holds()


def test_a_person_settles_what_was_set_aside(upgraded: Upgraded) -> None:
    client, waiting = upgraded.client, upgraded.landing.set_aside

    def set_aside() -> int:
        return int(client.get("budget", "/v1/campaigns/spring/totals")["total"]["set_aside"])

    assert set_aside() == sum(waiting.values())
    for source, count in waiting.items():
        path = f"/v1/sources/{source}/confirm"
        settled = client.post("ingest", path, {"reason": "it was a test"})
        assert settled == {"source": source, "settled": count}
    assert wait_until(lambda: set_aside() == 0, 60)


def test_a_plan_that_waits_for_its_time_gets_in_force(upgraded: Upgraded) -> None:
    upgraded.client.set_clock(datetime.fromisoformat("2026-12-05T00:00:00Z"))
    upgraded.client.settle()
    for campaign, states in upgraded.landing.later.items():
        assert upgraded.plans(campaign) == states
    assert upgraded.holds()


def test_the_end_of_what_was_open_before_reaches_alerts(upgraded: Upgraded) -> None:
    client, recovered = upgraded.client, upgraded.landing.recovered

    def states() -> list[str]:
        return [upgraded.alert_state(breach) for breach in recovered.values()]

    assert states() == ["firing"] * len(recovered)
    for source in recovered:
        [item] = client.pages("budget", "/v1/suspense", source=source)
        client.post("budget", f"/v1/suspense/{item['id']}/write-off", {"reason": "nobody's"})
    assert wait_until(lambda: states() == ["resolved"] * len(recovered), 60)
