"""A campaign from its approval to its close, from outside (G31, S1): what was announced ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.contract_stories import condition_of
from tests.e2e.contract_world import HOUR, World, eventually, open_world
from tests.e2e.manual_installation import Mailbox, ManualInstallation

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
    email_configs: [{to: [ops@closing.example], from: paceline@example.com}]
"""
STARTS = datetime(2025, 12, 1, tzinfo=UTC)
LATER = STARTS + timedelta(days=12)


@pytest.fixture(scope="module")
def inbox(manual: ManualInstallation) -> Mailbox:
    return manual.inbox


@pytest.fixture(scope="module")
def world(manual: ManualInstallation) -> Iterator[World]:
    with open_world(manual, name="closing", starts=STARTS, lines=["L1"], alerts=ALERTS) as made:
        yield made


def test_a_breach_that_nothing_can_bring_back_ends_with_the_campaign(
    world: World, inbox: Mailbox
) -> None:
    """Overspent stays overspent after the flight, until finance closes; the same people hear it."""
    rule = world.ctr_rule("over", ["L1"], kpi="budget.used_ratio", window=None)
    world.add_rule(rule | {"condition": condition_of(">", [("critical", "1.00")])})
    world.go_to(STARTS + timedelta(days=5))
    world.send(
        world.spend("L1", "1000.01", world.now, "tap/x"), world.heartbeat("tap/x", world.now)
    )
    assert [one["transition"] for one in world.breaches("over")] == ["firing"]
    assert eventually(lambda: len(inbox.mails("closing")) == 1)
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
    assert eventually(lambda: len(inbox.mails("closing")) == 2)
    assert "the campaign is closed" in inbox.mails("closing")[-1].text
    told = [one["transition"] for one in world.notifications("over")]
    assert told == ["firing", "resolved"]

    world.send(world.spend("L1", "1.00", STARTS + HOUR, "tap/x"))
    world.go_to(LATER + HOUR)
    totals = world.http("GET", "budget", "/v1/campaigns/closing/totals", role="viewer").json()
    assert totals["total"]["actual"] == "1000.01"
    assert totals["exceptions"] == {"count": 1, "amount": "1.00"}
    assert len(world.breaches("over")) == 2
    assert len(inbox.mails("closing")) == 2
