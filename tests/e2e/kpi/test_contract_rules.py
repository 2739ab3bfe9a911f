"""contracts.md section 4 and the events of section 1 that rules make, asked from outside."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.chaos.plans import plan_of
from tests.e2e.contract_stories import (
    LINES,
    SPENT,
    STORIES,
    SUPPRESSED,
    W,
    condition_of,
    play_hours,
    play_spending,
)
from tests.e2e.contract_world import (
    ALLOCATED,
    HOUR,
    METRICS_SOURCE,
    World,
    open_world,
    words,
)
from tests.e2e.manual_installation import ManualInstallation

STARTS = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(manual: ManualInstallation) -> Iterator[World]:
    with open_world(manual, name="rules", starts=STARTS, lines=LINES) as made:
        play_hours(made)
        play_spending(made)
        yield made


@pytest.mark.parametrize("name", STORIES)
def test_windows_are_judged_as_the_rule_says(world: World, name: str) -> None:
    _, _, expected, reason = STORIES[name]
    told = [
        (one["transition"], one["severity"], one["value"], one["crossed"])
        for one in world.breaches(name)
    ]
    assert told == expected, reason


@pytest.mark.parametrize("line", SPENT)
def test_budget_figures_are_judged_as_the_rule_says(world: World, line: str) -> None:
    _, _, expected, reason = SPENT[line]
    last = {}
    for rule in ("high", "low", "used", "over"):
        for one in world.breaches(rule):
            if one["group"] == {"line": line}:
                last[rule] = (rule, one["severity"], one["value"])
    assert set(last.values()) == expected, reason


@pytest.mark.parametrize("line", SUPPRESSED)
def test_a_suppressed_breach_is_at_most_so_severe_bounds_included(world: World, line: str) -> None:
    _, severity, crossed, reason = SUPPRESSED[line]
    told = [one for one in world.breaches("capped") if one["group"] == {"line": line}]
    assert (told[-1]["severity"], told[-1]["crossed"]) == (severity, crossed), reason


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("kpi_unknown", {"kpi": "luck"}, "no such KPI"),
    (
        "reset_inside_threshold",
        {"condition": condition_of("<", [W], reset="0.009")},
        "an alert would end while its limit is still passed",
    ),
    (
        "reset_inside_threshold",
        {"condition": condition_of(">=", [("warning", "0.8")], reset="0.9")},
        "the same upwards",
    ),
    ("measure_not_additive", {"min": {"reach": "1"}}, "people are not summed over hours"),
    (
        "grain_too_coarse",
        {"window": {"kind": "tumbling", "size": "30m"}},
        "the source reports hours",
    ),
    ("for_unavailable", {"for": 2}, "for"),
    ("keep_firing_unavailable", {"keep_firing": 1}, "keep_firing"),
    ("baseline_unavailable", {"baseline": {"weeks": 4}}, "baselines"),
    (
        "window_kind_unavailable",
        {"window": {"kind": "sliding", "size": "60m", "hop": "5m"}},
        "sliding",
    ),
    ("group_by_unknown", {"group_by": ["channel"]}, "groups other than line and campaign"),
    ("invalid_request", {"colour": "red"}, "an unknown field is a misspelt one"),
    ("invalid_request", {"scope": {"campaign": 7}}, "a number is no name"),
]


@pytest.mark.parametrize(("code", "changes", "reason"), REFUSED)
def test_a_rule_that_means_something_else_is_refused_by_name(
    world: World, code: str, changes: dict[str, Any], reason: str
) -> None:
    body = world.ctr_rule("refused", ["lt"], **changes)
    answer = world.http("POST", "kpi", "/v1/rules", json=body, headers=world.key())
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (422, code), reason
    assert set(answer.json()) == {"type", "title", "status", "code", "detail", "errors"}


def test_a_rule_waits_for_its_campaign_and_is_made_only_once(world: World) -> None:
    body = world.ctr_rule("early", ["x"], scope={"campaign": "later"})
    key = world.key()
    first = world.http("POST", "kpi", "/v1/rules", json=body, headers=key)
    again = world.http("POST", "kpi", "/v1/rules", json=body, headers=key)
    other = world.http("POST", "kpi", "/v1/rules", json=body | {"name": "x"}, headers=key)
    taken = world.http("POST", "kpi", "/v1/rules", json=body, headers=world.key())
    keyless = world.http("POST", "kpi", "/v1/rules", json=body)
    assert (first.status_code, first.headers["location"]) == (201, "/v1/rules/early")
    assert (first.json()["rule_version"], first.json()["status"]) == (1, "campaign_unknown")
    assert again.headers["idempotency-hit"] == "true"
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (taken.status_code, taken.json()["code"]) == (409, "rule_exists")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_missing")


def test_an_edit_is_a_new_version_and_a_removal_resolves_and_is_on_record(world: World) -> None:
    body = world.client.get("kpi", "/v1/rules/gt")
    edited = world.ctr_rule("gt", ["gt"], condition=condition_of(">", [("critical", "0.02")]))
    answer = world.http("PUT", "kpi", "/v1/rules/gt", json=edited, headers={"If-Match": '"1"'})
    stale = world.http("PUT", "kpi", "/v1/rules/gt", json=edited, headers={"If-Match": '"1"'})
    assert (answer.json()["rule_version"], answer.headers["etag"]) == (2, '"2"')
    assert (body["rule_version"], stale.status_code) == (1, 412)

    removed = world.http("DELETE", "kpi", "/v1/rules/reset")
    world.client.settle()
    world.go_to(world.now + timedelta(minutes=6))
    last = world.breaches("reset")[-1]
    assert (removed.status_code, last["transition"], last["reason"]) == (
        204,
        "resolved",
        "rule_removed",
    )
    rows = [row for row in world.notifications("reset") if row["episode"] == last_episode(last)]
    assert [(row["transition"], row["state"], row["reason"]) for row in rows] == [
        ("firing", "suppressed", "no channel"),
        ("resolved", "suppressed", "no channel"),
    ]


def test_what_was_read_is_edited_and_written_and_messages_follow(world: World) -> None:
    campaign = f"/v1/campaigns/{world.campaign}"
    merge = {"Content-Type": "application/merge-patch+json"}
    read = world.client.get("kpi", "/v1/rules/levels")
    whole = world.http(
        "PUT", "kpi", "/v1/rules/levels", json=read | {"name": "Too few"}, headers={"If-Match": "*"}
    )
    part = world.http("PATCH", "kpi", "/v1/rules/levels", json={"name": None}, headers=merge)
    refused = world.http("PATCH", "kpi", "/v1/rules/levels", json={"status": "paused"})
    version = read["rule_version"]
    assert [one.json()["rule_version"] for one in (whole, part)] == [version + 1, version + 2]
    assert (part.json()["name"], refused.json()["code"]) == (None, "field_read_only")

    edited = world.http("PATCH", "budget", campaign, json={"owner": "new.owner"}, headers=merge)
    assert edited.json() == world.client.get("budget", campaign) | {"findings": []}
    # A rule made now would be judged on the totals that are there.
    world.client.settle()
    world.add_rule(
        world.ctr_rule("owned", ["B1"], kpi="budget.used_ratio", window=None,
                       condition=condition_of(">=", [("info", "0")]))
    )  # fmt: skip
    world.client.settle()
    assert [one["owner"] for one in world.breaches("owned")] == ["new.owner"]
    assert world.http("DELETE", "kpi", "/v1/rules/owned").status_code == 204


def last_episode(breach: dict[str, Any]) -> int:
    return int(breach["breach"].rsplit("/", 1)[1])


def test_a_value_is_explained_by_the_address_the_contract_writes(world: World) -> None:
    path = "/v1/rules/levels/explain?group=line:levels&window=2026-06-01T08:00:00+08:00"
    found = world.http("GET", "kpi", path, role="viewer").json()
    assert (found["value"], found["threshold"]) == ("0.004000", "0.005")
    assert found["numbers"] == {"clicks": "4", "impressions": "1000"}
    assert {one["source"] for one in found["sources"]} == {METRICS_SOURCE}
    assert found["told"][0]["breach"] == "levels/line:levels/1"
    budget = world.http("GET", "kpi", "/v1/rules/used/explain?group=line:B4").json()
    assert (budget["value"], budget["numbers"]["allocated"]) == ("0.950000", "1000.00")


def test_series_have_the_fields_of_the_contract(world: World) -> None:
    window = {"from": STARTS.isoformat(), "to": (STARTS + 2 * HOUR).isoformat()}
    wanted = {"campaign": "rules", "kpi": "ctr", "window": "60m", "group_by": "line"}
    items = world.client.get("kpi", "/v1/series", **wanted, **window)["items"]
    fields = {"group", "start", "end", "value", "numbers", "complete_through", "restated"}
    assert all(fields <= set(item) for item in items)
    mine = [(item["start"], item["value"]) for item in items if item["group"] == "line:levels"]
    assert mine == [("2026-06-01T00:00:00Z", "0.004000"), ("2026-06-01T01:00:00Z", "0.008000")]


def test_a_rule_can_be_tried_on_history(world: World) -> None:
    body = world.ctr_rule("trial", ["levels"], condition=condition_of("<", [W]))
    span = {"from": STARTS.isoformat(), "to": (STARTS + 6 * HOUR).isoformat()}
    found = world.http("POST", "kpi", "/v1/rules/test", json={"rule": body, **span}).json()
    told = [(one["transition"], one["value"]) for one in found["transitions"]]
    assert told == [("firing", "0.004000"), ("resolved", "0.020000")]
    assert world.http("GET", "kpi", "/v1/rules/trial").status_code == 404


def test_breaches_over_http_are_the_records_of_the_topic(world: World) -> None:
    fields = words(
        "breach seq rule rule_version kind group transition reason severity "
        "previous_severity crossed value threshold op window numbers sources plan_version "
        "names owner labels annotations corrects event_time decided_at"
    )
    told: dict[str, list[Any]] = defaultdict(list)
    for record in world.records("breaches.v1"):
        assert (record["specversion"], record["type"]) == ("1.0", "paceline.breaches.v1")
        assert fields <= set(record["data"])
        told[record["data"]["breach"]].append(record["data"])
    items = list(world.client.pages("kpi", "/v1/breaches", campaign="rules"))
    assert {item["breach"]: item["history"] for item in items} == told
    for history in told.values():
        assert [one["seq"] for one in history] == list(range(1, len(history) + 1))
    empty = world.http("GET", "kpi", "/v1/breaches?campaign=&open=")
    assert len(empty.json()["items"]) >= len(items), "an empty filter is no filter"


def test_totals_are_told_line_by_line_without_a_gap(world: World) -> None:
    fields = words(
        "campaign line seq plan_version currency allocated actual corrections committed "
        "remaining planned_to_date used_ratio pacing_ratio forecast_end complete_through "
        "freshness names changes as_of"
    )
    seqs: dict[str, list[int]] = defaultdict(list)
    spent: dict[str, list[Any]] = defaultdict(list)
    for record in world.records("budget.totals.v1"):
        data = record["data"]
        assert fields <= set(data)
        seqs[data["line"]].append(data["seq"])
        spent[data["line"]] += data["changes"]
    assert all(found == list(range(1, len(found) + 1)) for found in seqs.values())
    assert set(seqs) == set(LINES)
    [change] = spent["B6"]
    assert change["native"] == {"amount": "1000.01", "currency": "CNY"}
    assert (change["amount"], change["correction"]) == ("1000.01", False)


def test_the_catalogue_and_what_was_refused_are_told_as_the_contract_says(world: World) -> None:
    items = [record["data"] for record in world.records("catalog.v1")]
    assert {item["kind"] for item in items} >= {"campaign", "line"}
    assert all(
        set(item) == {"kind", "id", "version", "effective_from", "deleted", "object"}
        for item in items
    )
    first = world.spend("B1", "1.00", STARTS, "B1/x")
    second = json.loads(json.dumps(first))
    second["data"]["amount"] = "2.00"
    world.send(first)
    world.send(second)
    refused = [record["data"] for record in world.records("rejected.v1")]
    [mine] = [one for one in refused if one["id"] == first["id"]]
    assert (mine["code"], mine["source"], mine["topic"]) == ("id_reused", "B1/x", "spend.v1")
    assert set(mine) == words("code detail topic partition offset workspace source id event")
    assert mine["event"]["data"]["amount"] == "2.00"


@pytest.mark.parametrize("service", ["ingest", "budget", "kpi", "alerts"])
def test_the_manual_clock_is_for_admins_on_every_service(world: World, service: str) -> None:
    body = {"now": world.now.isoformat()}
    assert world.http("POST", service, "/internal/clock", json=body).status_code == 403
    assert world.http("GET", service, "/internal/idle").status_code == 403
    moved = world.http("POST", service, "/internal/clock", role="admin", json=body)
    assert (moved.status_code, set(moved.json())) == (200, {"now"})
    world.client.settle()
    idle = world.http("GET", service, "/internal/idle", role="admin").json()
    assert idle == {"idle": True, "lag": 0, "outbox": 0, "due": 0}


def test_a_line_that_a_plan_drops_ends_its_breaches_and_no_others(world: World) -> None:
    """Last, as it changes the plan: what was spent on B6 never gets below a limit again."""
    before = {one["breach"] for one in _open_breaches(world)}
    ended = {breach for breach in before if "/line:B6/" in breach}
    assert {breach.split("/")[0] for breach in ended} == {"high", "used", "over"}
    kept = [line for line in LINES if line != "B6"]
    world.client.approve_plan("rules", plan_of(kept, ALLOCATED))
    world.client.settle()
    assert {one["breach"] for one in _open_breaches(world)} == before - ended
    items = world.client.pages("kpi", "/v1/breaches", campaign="rules")
    told = [one for one in items if one["breach"] in ended]
    assert [(one["transition"], one["reason"]) for one in told] == [
        ("resolved", "line_removed")
    ] * len(ended)


def _open_breaches(world: World) -> list[dict[str, Any]]:
    return list(world.client.pages("kpi", "/v1/breaches", campaign="rules", open="true"))
