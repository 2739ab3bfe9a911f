"""A campaign from its approval to its close, from outside (G31, S1): what was announced ends."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cli.fakes.mail import FakeMail
from tests.e2e.contract_stories import condition_of
from tests.e2e.contract_world import HOUR, STARTS, World, eventually, open_world

ALERTS = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 30d
receivers:
  - name: ops
    locale: en
    email_configs: [{to: [ops@example.com], from: paceline@example.com}]
"""
LATER = STARTS + timedelta(days=12)


@pytest.fixture(scope="module")
def inbox() -> Iterator[FakeMail]:
    with FakeMail() as made:
        yield made


@pytest.fixture(scope="module")
def world(kafka: str, database_url: str, topic_prefix: str, inbox: FakeMail) -> Iterator[World]:
    servers = {"kafka": kafka, "database": database_url, "topic_prefix": topic_prefix}
    environment = {
        "PACELINE_SMTP_HOST": "127.0.0.1",
        "PACELINE_SMTP_PORT": str(inbox.port),
        "PACELINE_SMTP_SECURITY": "none",
    }
    opened = open_world(
        servers, name="closing", lines=["L1"], alerts=ALERTS, environment=environment
    )
    with opened as made:
        yield made


def test_a_breach_that_nothing_can_bring_back_ends_with_the_campaign(
    world: World, inbox: FakeMail
) -> None:
    """Overspent stays overspent after the flight, until finance closes; the same people hear it."""
    rule = world.ctr_rule("over", ["L1"], kpi="budget.used_ratio", window=None)
    world.add_rule(rule | {"condition": condition_of(">", [("critical", "1.00")])})
    world.go_to(STARTS + timedelta(days=5))
    world.send(
        world.spend("L1", "1000.01", world.now, "tap/x"), world.heartbeat("tap/x", world.now)
    )
    assert [one["transition"] for one in world.breaches("over")] == ["firing"]
    assert eventually(lambda: len(inbox.mails) == 1)
    world.go_to(LATER)
    assert [one["transition"] for one in world.breaches("over")] == ["firing"]

    place, why = "/v1/campaigns/closing/close", {"reason": "settled"}
    assert world.http("POST", "budget", place, json=why, headers=world.key()).status_code == 403
    key = world.key()
    for _ in range(2):
        closed = world.http("POST", "budget", place, role="finance", json=why, headers=key)
        assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    world.client.settle()
    world.go_to(LATER + timedelta(minutes=1))

    last = world.breaches("over")[-1]
    assert (last["transition"], last["reason"]) == ("resolved", "campaign_closed")
    assert eventually(lambda: len(inbox.mails) == 2)
    assert "the campaign is closed" in inbox.mails[-1].text
    told = [one["transition"] for one in world.notifications("over")]
    assert told == ["firing", "resolved"]

    world.send(world.spend("L1", "1.00", STARTS + HOUR, "tap/x"))
    world.go_to(LATER + HOUR)
    totals = world.http("GET", "budget", "/v1/campaigns/closing/totals", role="viewer").json()
    assert totals["total"]["actual"] == "1000.01"
    assert totals["exceptions"] == {"count": 1, "amount": "1.00"}
    assert len(world.breaches("over")) == 2
    assert len(inbox.mails) == 2
