"""Rules over HTTP: made, edited, removed and tried out (W1, W4, W6; contracts.md section 4)."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kpi_monitor.judging.evaluator import Evaluator
from shared.database.clock import ManualClock
from shared.events import CatalogItem
from tests.integration.kpi.kpi_world import PARTITIONS, World, world
from tests.unit.kpi.builders import (
    at,
    budget_body,
    heartbeat,
    metrics_event,
    rule_body,
    totals,
)

LOW = {"impressions": 200_000, "clicks": 1600}
FINE = {"impressions": 200_000, "clicks": 6000}


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        await made.set_now(at(0))
        await made.fold(made.campaign(time_zone="UTC"))
        yield made


async def hour(kpi: World, start: int, measures: dict[str, Any], line: str = "L02") -> None:
    """An hour of data and the heartbeat that completes it."""
    await kpi.set_now(at(start + 1))
    await kpi.fold(kpi.metrics(metrics_event(start, line=line, measures=measures)))
    await kpi.fold(kpi.metrics(heartbeat(start + 1)))
    await kpi.evaluate()


async def put(kpi: World, body: dict[str, Any], version: int) -> Any:
    return await kpi.client.put(
        f"/v1/rules/{body['rule']}", json=body, headers={"If-Match": f'"{version}"'}
    )


async def test_a_rule_is_made_once_per_key_and_read_back(kpi: World) -> None:
    headers = {"Idempotency-Key": "one"}
    made = await kpi.client.post("/v1/rules", json=rule_body(), headers=headers)
    again = await kpi.client.post("/v1/rules", json=rule_body(), headers=headers)
    assert (made.status_code, made.headers["ETag"], made.headers["Location"]) == (
        201,
        '"1"',
        "/v1/rules/ctr-low",
    )
    assert made.json()["effective_from_window"] == "2025-11-04T00:00:00Z"
    assert (again.headers["Idempotency-Hit"], again.json()) == ("true", made.json())
    read = await kpi.client.get("/v1/rules/ctr-low")
    assert read.json() == made.json()
    listed = await kpi.client.get("/v1/rules?campaign=double11-2025")
    assert [rule["rule"] for rule in listed.json()["items"]] == ["ctr-low"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (rule_body(kpi="magic"), 422, "kpi_unknown"),
        (rule_body(min={"reach": "1"}), 422, "measure_not_additive"),
        (rule_body(keep_firing=1), 422, "keep_firing_unavailable"),
        (
            rule_body(window={"kind": "tumbling", "size": "60m", "hop": "\0"}),
            422,
            "hop_unexpected",
        ),
        (rule_body(window={"kind": "tumbling"}), 422, "window_size_missing"),
        (rule_body(min={"impressions": 50000}), 422, "invalid_request"),
        (rule_body(window={"kind": "tumbling", "size": "15m"}), 422, "grain_too_coarse"),
    ],
)
async def test_a_wrong_rule_is_refused_with_its_code(
    kpi: World, body: dict[str, Any], status: int, code: str
) -> None:
    await hour(kpi, 1, FINE)
    reply = await kpi.add_rule(body)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


async def test_a_line_that_no_plan_has_stops_no_rule_but_one_that_names_it(kpi: World) -> None:
    """Clicks that a mapping with a typing error sent there, in periods of a day (B5)."""
    place = {"campaign": "double11-2025", "line": "L02"}
    planned = CatalogItem(
        kind="line", id="double11-2025/L02", version=1, effective_from=None, object=place
    )
    await kpi.fold(kpi.catalog(planned))
    day = metrics_event(0, line="L20", measures=FINE, period="2025-11-04", period_end=at(24))
    await kpi.fold(kpi.metrics(day))
    hourly = {"kind": "tumbling", "size": "60m"}
    named = {"campaign": "double11-2025", "lines": ["L20"]}
    refused = await kpi.add_rule(rule_body(rule="named", window=hourly, scope=named))
    assert (refused.status_code, refused.json()["code"]) == (422, "grain_too_coarse")
    assert "in periods of 1d" in refused.json()["detail"]
    everywhere = rule_body(rule="everywhere", window=hourly, scope={"campaign": "double11-2025"})
    assert (await kpi.add_rule(everywhere)).status_code == 201


async def test_names_keys_and_versions_are_held(kpi: World) -> None:
    await kpi.add_rule(rule_body())
    await hour(kpi, 1, FINE)
    twice = await kpi.add_rule(rule_body())
    assert (twice.status_code, twice.json()["code"]) == (409, "rule_exists")
    no_key = await kpi.client.post("/v1/rules", json=rule_body(rule="other"))
    assert no_key.json()["code"] == "idempotency_key_missing"
    stale = await put(kpi, rule_body(), 7)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_changed")
    other = await put(kpi, rule_body(kpi="cvr"), 1)
    assert other.json()["code"] == "field_read_only"
    missing = await kpi.client.get("/v1/rules/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "rule_unknown")
    anonymous = await kpi.client.get("/v1/rules", headers={"Authorization": ""})
    assert anonymous.status_code == 401


@pytest.mark.parametrize("bad", ["\\u0000", "\\ud800"], ids=["nul", "half a character"])
@pytest.mark.parametrize("field", ["name", "labels", "annotations"])
async def test_text_that_cannot_be_stored_is_refused_by_name(
    kpi: World, field: str, bad: str
) -> None:
    body = json.dumps(rule_body(**{field: "here" if field == "name" else {"lever": "here"}}))
    reply = await kpi.client.post(
        "/v1/rules",
        content=body.replace("here", bad),
        headers={"Idempotency-Key": "k", "Content-Type": "application/json"},
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


async def test_a_rule_made_later_does_not_fire_for_past_windows(kpi: World) -> None:
    await hour(kpi, 1, LOW)
    await kpi.set_now(at(2.5))
    await kpi.add_rule(rule_body())
    await kpi.evaluate()
    assert await kpi.told() == []
    await hour(kpi, 2, LOW)
    assert [one.window.start for one in await kpi.told() if one.window] == [at(2)]


async def test_a_budget_rule_made_later_judges_the_latest_totals_at_once(kpi: World) -> None:
    await kpi.fold(kpi.totals(totals(1, actual="60000.00", as_of=at(1))))
    await kpi.evaluate()
    await kpi.add_rule(budget_body(suppress=None))
    await kpi.evaluate()
    assert [(one.transition, one.value) for one in await kpi.told()] == [("firing", "1.200000")]


async def test_an_edit_keeps_the_open_episode_and_judges_it_again(kpi: World) -> None:
    await kpi.add_rule(rule_body())
    await hour(kpi, 1, LOW)
    milder = rule_body()
    milder["condition"] = {"op": "<", "levels": [{"severity": "warning", "value": "0.009"}]}
    assert (await put(kpi, milder, 1)).json()["rule_version"] == 2
    await kpi.evaluate()
    mildest = rule_body()
    mildest["condition"] = {"op": "<", "levels": [{"severity": "warning", "value": "0.001"}]}
    await put(kpi, mildest, 2)
    await kpi.evaluate()
    assert [
        (one.seq, one.transition, one.severity, one.reason, one.rule_version)
        for one in await kpi.told()
    ] == [
        (1, "firing", "critical", "threshold_crossed", 1),
        (2, "level_changed", "warning", "rule_changed", 2),
        (3, "resolved", "warning", "rule_changed", 3),
    ]


async def test_a_removed_rule_resolves_what_is_open_and_its_name_goes_on_counting(
    kpi: World,
) -> None:
    await kpi.add_rule(rule_body())
    await hour(kpi, 1, LOW)
    assert (await kpi.client.delete("/v1/rules/ctr-low")).status_code == 204
    waiting = await kpi.add_rule(rule_body())
    assert waiting.json()["code"] == "rule_exists", "its breach is not resolved yet"
    await kpi.evaluate()
    assert [(one.transition, one.reason) for one in await kpi.told()][1:] == [
        ("resolved", "rule_removed")
    ]
    await hour(kpi, 2, LOW)
    assert len(await kpi.told()) == 2, "a removed rule judges nothing"
    await kpi.set_now(at(3.5))
    assert (await kpi.add_rule(rule_body())).json()["rule_version"] == 3
    await hour(kpi, 3, LOW)
    assert [one.breach for one in await kpi.told()] == [
        "ctr-low/line:L02/1",
        "ctr-low/line:L02/1",
        "ctr-low/line:L02/2",
    ]


async def test_a_line_that_leaves_the_scope_is_resolved(kpi: World) -> None:
    await kpi.add_rule(rule_body(scope={"campaign": "double11-2025"}))
    await hour(kpi, 1, LOW)
    await put(kpi, rule_body(scope={"campaign": "double11-2025", "lines": ["L01"]}), 1)
    await kpi.evaluate()
    assert [(one.transition, one.reason) for one in await kpi.told()][1:] == [
        ("resolved", "rule_changed")
    ]


async def test_coarse_data_of_a_running_rule_is_a_state_and_no_alarm(kpi: World) -> None:
    await kpi.add_rule(rule_body())
    await kpi.set_now(at(24))
    day = metrics_event(
        0, report="daily", period="2025-11-04", period_end=at(24), measures=LOW, time=at(24)
    )
    await kpi.fold(kpi.metrics(day, heartbeat(24)))
    await kpi.evaluate()
    assert await kpi.told() == []
    assert (await kpi.client.get("/v1/rules/ctr-low")).json()["status"] == "grain_too_coarse"
    (line,) = (await kpi.client.get("/v1/lines?campaign=double11-2025")).json()["items"]
    assert line["rules"][0]["grain_too_coarse"]
    assert line["sources"][0]["period_minutes"] == 1440


async def test_a_campaign_group_is_the_ratio_of_the_sums(kpi: World) -> None:
    await kpi.add_rule(rule_body(scope={"campaign": "double11-2025"}, group_by=["campaign"]))
    await kpi.set_now(at(2))
    await kpi.fold(
        kpi.metrics(
            metrics_event(1, line="L01", measures={"impressions": 100_000, "clicks": 0}),
            metrics_event(1, line="L02", measures={"impressions": 300_000, "clicks": 3600}),
            heartbeat(2),
        )
    )
    await kpi.evaluate()
    (one,) = await kpi.told()
    assert (one.value, one.group) == ("0.009000", {"campaign": "double11-2025"})
    assert "line" not in one.labels


async def test_trying_a_rule_out_finds_what_it_would_have_told_and_stores_nothing(
    kpi: World,
) -> None:
    for start, measures in enumerate([FINE, LOW, LOW, FINE]):
        await hour(kpi, start, measures)
    body = {"rule": rule_body(), "from": at(0).isoformat(), "to": at(4).isoformat()}
    reply = (await kpi.client.post("/v1/rules/test", json=body)).json()
    assert [(one["transition"], one["value"]) for one in reply["transitions"]] == [
        ("firing", "0.008000"),
        ("resolved", "0.030000"),
    ]
    assert reply["windows"] == 4
    assert await kpi.told() == []
    assert (await kpi.client.get("/v1/rules")).json()["items"] == []
    budget = await kpi.client.post("/v1/rules/test", json=body | {"rule": budget_body()})
    assert budget.json()["code"] == "kpi_without_history"


async def test_a_test_run_closes_no_window_that_a_source_without_heartbeats_keeps_open(
    kpi: World,
) -> None:
    """What it told is in the sums; live, its silence lets no window of the line close."""
    await hour(kpi, 1, LOW)
    await kpi.fold(kpi.metrics(metrics_event(1, source="taps/1", measures=LOW)))
    body = {"rule": rule_body(), "from": at(0).isoformat(), "to": at(4).isoformat()}
    reply = (await kpi.client.post("/v1/rules/test", json=body)).json()
    assert (reply["windows"], reply["transitions"]) == (0, [])


async def test_breaches_are_read_with_their_history(kpi: World) -> None:
    await kpi.add_rule(rule_body())
    await hour(kpi, 1, LOW)
    await hour(kpi, 2, FINE)
    await hour(kpi, 3, LOW)
    items = (await kpi.client.get("/v1/breaches?campaign=double11-2025")).json()["items"]
    assert [(item["breach"], item["open"], len(item["history"])) for item in items] == [
        ("ctr-low/line:L02/2", True, 1),
        ("ctr-low/line:L02/1", False, 2),
    ]
    first = (await kpi.client.get("/v1/breaches?limit=1")).json()
    rest = (await kpi.client.get("/v1/breaches", params={"cursor": first["next"]})).json()
    assert [item["breach"] for item in rest["items"]] == ["ctr-low/line:L02/1"]
    is_open = (await kpi.client.get("/v1/breaches?open=true")).json()["items"]
    assert [item["breach"] for item in is_open] == ["ctr-low/line:L02/2"]


async def test_two_replicas_evaluating_at_once_tell_each_transition_once(kpi: World) -> None:
    for n in range(12):
        scope = {"campaign": "double11-2025", "lines": [f"L{n:02d}"]}
        await kpi.add_rule(rule_body(rule=f"ctr-{n}", scope=scope))
    others = [
        Evaluator(kpi.settings, kpi.pool, ManualClock(), partitions=lambda: PARTITIONS)
        for _ in range(3)
    ]
    for start in range(1, 7):
        await kpi.set_now(at(start + 1))
        measures = LOW if start % 2 else FINE
        await kpi.fold(
            kpi.metrics(
                *(metrics_event(start, line=f"L{n:02d}", measures=measures) for n in range(12)),
                heartbeat(start + 1),
            )
        )
        await asyncio.gather(*(one.step() for one in [kpi.evaluator, *others]))
    await kpi.evaluate()
    told = [(one.breach, one.seq, one.transition) for one in await kpi.told()]
    assert sorted(told) == sorted(
        (f"ctr-{n}/line:L{n:02d}/{episode}", seq, transition)
        for n in range(12)
        for episode in (1, 2, 3)
        for seq, transition in ((1, "firing"), (2, "resolved"))
    )


async def test_a_heartbeat_that_skips_a_partition_closes_nothing(kpi: World) -> None:
    await kpi.add_rule(rule_body())
    await kpi.set_now(at(2))
    await kpi.fold(kpi.metrics(metrics_event(1, measures=LOW)))
    beats = kpi.metrics(heartbeat(2))
    await kpi.fold(beats[:-1])
    await kpi.evaluate()
    assert await kpi.told() == []
    await kpi.fold(beats[-1:])
    await kpi.evaluate()
    assert len(await kpi.told()) == 1
