"""A few refused events must not stop the watch, and must not look like too little either."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.contract_world import HOUR, METRICS_SOURCE, World, open_world
from tests.e2e.manual_installation import ManualInstallation

STARTS = datetime(2026, 1, 1, tzinfo=UTC)
LINES = ["L1", "L2", "L3"]


@pytest.fixture(scope="module")
def world(manual: ManualInstallation) -> Iterator[World]:
    with open_world(manual, name="aside", starts=STARTS, lines=LINES) as made:
        for line in LINES:
            body = made.ctr_rule(f"low-{line}", [line], kpi="budget.pacing_ratio", window=None)
            levels = [{"severity": "warning", "value": "0.7"}]
            made.add_rule(body | {"condition": {"op": "<=", "levels": levels}})
        made.add_rule(made.ctr_rule("ctr", ["L1"]))
        made.add_rule(
            made.ctr_rule(
                "clicks-many",
                ["L1"],
                condition={"op": ">=", "levels": [{"severity": "info", "value": "0.001"}]},
            )
        )
        yield made


def post(world: World, *events: dict[str, Any]) -> dict[str, Any]:
    answer = world.http("POST", "ingest", "/v1/events", json=list(events))
    assert answer.status_code == 202, answer.text
    world.client.settle()
    reply: dict[str, Any] = answer.json()
    return reply


def line_of(world: World, line: str) -> dict[str, Any]:
    totals = world.client.get("budget", f"/v1/campaigns/{world.campaign}/totals")
    found: dict[str, Any] = next(one for one in totals["lines"] if one["line"] == line)
    return found


def explained(world: World, rule: str, group: str, window: str | None = None) -> dict[str, Any]:
    asked = {"group": group} | ({"window": window} if window else {})
    found: dict[str, Any] = world.client.get("kpi", f"/v1/rules/{rule}/explain", **asked)
    return found


def broken(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "data": {**event["data"], "amount": "1,5"}}


def test_money_that_was_refused_is_waited_for_until_it_is_stated_again(world: World) -> None:
    world.go_to(STARTS + timedelta(days=5))
    source = "bank/L1"
    good = world.spend("L1", "10.00", world.now - HOUR, source)
    large = world.spend("L1", "490.00", world.now - HOUR, source)
    reply = post(world, good, broken(large), world.heartbeat(source, world.now))
    assert [one["code"] for one in reply["rejected"]] == ["amount_not_decimal"]
    line = line_of(world, "L1")
    assert (line["actual"], line["set_aside"]) == ("10.00", 1)
    assert line["complete_through"] is not None
    assert world.breaches("low-L1") == []
    seen = explained(world, "low-L1", "line:L1")
    assert (seen["why_no_value"], seen["set_aside"]) == ("set_aside", 1)

    post(world, large, world.heartbeat(source, world.now))
    line = line_of(world, "L1")
    assert (line["actual"], line["set_aside"]) == ("500.00", 0)
    assert explained(world, "low-L1", "line:L1")["value"] == "1.000000"
    assert world.breaches("low-L1") == []


def test_a_person_may_confirm_that_nothing_is_missing(world: World) -> None:
    source = "bank/L2"
    bad = broken(world.spend("L2", "490.00", world.now - HOUR, source))
    good = world.spend("L2", "10.00", world.now - HOUR, source)
    post(world, good, bad, world.heartbeat(source, world.now))
    assert world.breaches("low-L2") == []
    path = f"/v1/sources/{source}/confirm"
    body = {"reason": "it was a test event"}
    denied = world.http("POST", "ingest", path, "viewer", json=body, headers=world.key())
    assert denied.json()["code"] == "role_missing"
    unknown = "/v1/sources/nobody/confirm"
    missing = world.http("POST", "ingest", unknown, json=body, headers=world.key())
    assert missing.json()["code"] == "source_unknown"

    key = world.key()
    done = world.http("POST", "ingest", path, json=body, headers=key)
    assert (done.status_code, done.json()) == (200, {"source": source, "settled": 1})
    again = world.http("POST", "ingest", path, json=body, headers=key)
    assert again.headers["idempotency-hit"] == "true"
    world.client.settle()
    [fired] = world.breaches("low-L2")
    assert (fired["transition"], fired["value"]) == ("firing", "0.020000")
    assert fired["set_aside"] == 0
    assert line_of(world, "L2")["set_aside"] == 0
    [rejected] = world.client.get("ingest", "/v1/rejections", source=source)["items"]
    assert (rejected["counted"], rejected["settled_by"]) == (True, "operator")


def test_nobody_waits_for_longer_than_a_day_and_the_message_says_what_is_missing(
    world: World,
) -> None:
    source = "bank/L3"
    bad = broken(world.spend("L3", "490.00", world.now - HOUR, source))
    good = world.spend("L3", "10.00", world.now - HOUR, source)
    post(world, good, bad, world.heartbeat(source, world.now))
    assert world.breaches("low-L3") == []
    world.go_to(world.now + timedelta(hours=24, minutes=5))
    post(world, world.heartbeat(source, world.now))
    [fired] = world.breaches("low-L3")
    assert (fired["transition"], fired["set_aside"]) == ("firing", 1)


def test_windows_before_what_is_missing_are_judged_and_the_others_wait(world: World) -> None:
    began = world.now
    world.pass_hour({"L1": (1000, 2)})
    [first] = world.breaches("ctr")
    assert (first["transition"], first["value"]) == ("firing", "0.002000")

    events = world.end_hour({"L1": (1000, 50)})
    bad = {**events[0], "data": {**events[0]["data"], "measures": {"impressions": "many"}}}
    assert post(world, bad, events[1])["rejected"][0]["code"] == "amount_not_decimal"
    post(world, {**events[0], "id": "corrected"}, world.heartbeat(METRICS_SOURCE, world.now))
    assert [one["transition"] for one in world.breaches("ctr")] == ["firing", "resolved"]

    events = world.end_hour({"L1": (1000, 1)})
    other = world.event("metrics", METRICS_SOURCE, began, campaign="aside", line="L1")
    other["data"]["measures"] = {"clicks": "lots"}
    other["time"] = (world.now - timedelta(minutes=10)).isoformat()
    post(world, *events[:-1], other, events[-1])
    window = (world.now - HOUR).isoformat()
    seen = explained(world, "ctr", "line:L1", window)
    assert (seen["why_no_value"], seen["set_aside"], seen["closed"]) == ("set_aside", 1, False)
    assert [one["transition"] for one in world.breaches("ctr")] == ["firing", "resolved"]
    # What is missing could only add to it: a rule for too much does not wait.
    assert explained(world, "clicks-many", "line:L1", window)["value"] == "0.001000"

    world.go_to(world.now + timedelta(hours=24))
    assert world.breaches("ctr")[-1]["value"] == "0.001000"
    assert world.breaches("ctr")[-1]["set_aside"] == 1
