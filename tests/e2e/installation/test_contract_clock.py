"""A manual clock may be set back and forward again: every service becomes idle all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.plans import campaign, plan_of
from tests.e2e.contract_world import HOUR, METRICS_SOURCE, World, open_world
from tests.e2e.manual_installation import ManualInstallation

STARTS = datetime(2026, 2, 1, tzinfo=UTC)
ALERTS = "route: {receiver: ops, repeat_interval: 1h}\nreceivers: [{name: ops}]\n"
FORWARD_AND_BACK = [5, 2, 3, 8, 7.95, 8, 1, 30, 0, 31]
"""Hours after the start; within a pacing tick, too."""


@pytest.fixture(scope="module")
def world(manual: ManualInstallation) -> Iterator[World]:
    with open_world(manual, name="clock", starts=STARTS, lines=["L1", "L2"], alerts=ALERTS) as made:
        yield made


def test_a_clock_set_back_and_forward_again_becomes_idle_in_every_service(world: World) -> None:
    """`go_to` and `send` wait for idle and fail when it does not come."""
    world.add_rule(world.ctr_rule("clock-ctr", ["L1"]))
    for number, hours in enumerate(FORWARD_AND_BACK):
        at = STARTS + timedelta(hours=hours)
        world.go_to(at)
        hour = at.replace(minute=0) - HOUR
        world.send(
            world.spend("L1", "10.00", max(STARTS, at - HOUR), "clock/1"),
            world.heartbeat("clock/1", at),
            world.event(
                "metrics", METRICS_SOURCE, max(STARTS, hour),
                campaign=world.campaign, line="L1",
                measures={"impressions": 100_000, "clicks": 100 + number},
            ),
            world.heartbeat(METRICS_SOURCE, at),
        )  # fmt: skip
    totals = world.client.get("budget", f"/v1/campaigns/{world.campaign}/totals")
    assert totals["total"]["actual"] == f"{10 * len(FORWARD_AND_BACK)}.00"
    for service in ("ingest", "budget", "kpi", "alerts"):
        state = world.http("GET", service, "/internal/idle", "admin").json()
        assert state == {"idle": True, "lag": 0, "outbox": 0, "due": 0}, service


def test_a_campaign_approved_while_the_clock_was_back_keeps_no_service_busy(world: World) -> None:
    """Nobody waits between the moves: what is told at the earlier time is due at the later one."""
    later = STARTS + timedelta(hours=32)
    world.go_to(later)
    for number in range(3):
        name = f"clock-{number}"
        world.client.set_clock(STARTS + timedelta(hours=4 + number))
        world.client.post("budget", "/v1/campaigns", campaign(name, STARTS))
        world.client.approve_plan(name, plan_of(["L1"], 100), STARTS.isoformat())
        world.client.set_clock(later)
        world.client.settle()
        totals = world.client.get("budget", f"/v1/campaigns/{name}/totals")
        assert totals["lines"][0]["line"] == "L1"
