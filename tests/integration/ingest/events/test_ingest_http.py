"""Ingest over HTTP on real servers: what 202 means, and a name for everything else."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ingest.ingest_world import World, running, settings_for, until_ready
from tests.integration.shared.shared_helpers import eventually
from tests.unit.ingest.ingest_builders import heartbeat, metrics, spend

SOURCE = "google-ads/123-456-7890"


@pytest.fixture(scope="module")
async def world(
    kafka: str, topic_prefix: str, database_url: str, tmp_path_factory: Any
) -> AsyncIterator[World]:
    keys: Path = tmp_path_factory.mktemp("keys")
    settings = settings_for(kafka, topic_prefix, database_url, keys)
    async with running(settings, keys) as made:
        await until_ready(made)
        yield made


async def test_what_is_accepted_is_in_kafka_exactly_as_often_as_it_was_sent(world: World) -> None:
    ids = [f"stored-{number:04d}" for number in range(700)]
    replies = await asyncio.gather(
        *(
            world.post(
                *(spend(id=one, data_line=f"L{one[-2:]}") for one in ids[start : start + 50])
            )
            for start in range(0, 700, 50)
        )
    )

    assert [reply.json() for reply in replies] == [{"accepted": 50, "rejected": []}] * 14
    assert {reply.status_code for reply in replies} == {202}
    assert sorted(one for one in await world.stored_ids() if one.startswith("stored-")) == ids


async def test_events_of_one_entity_stay_in_their_order(world: World) -> None:
    await world.post(*(spend(id=f"order-{n:03d}", data_line="L77") for n in range(200)))
    orders = [
        [event["id"] for event in events if event["id"].startswith("order-")]
        for events in (await world.stored()).values()
    ]

    assert [order for order in orders if order] == [[f"order-{n:03d}" for n in range(200)]]


async def test_good_events_are_accepted_beside_faulty_ones_which_are_listed(world: World) -> None:
    reply = await world.post(
        spend(id="part-1"), spend(id="part-2", data_amount=12.5), metrics(id="part-3")
    )

    assert reply.status_code == 202
    assert reply.json()["accepted"] == 2
    (refused,) = reply.json()["rejected"]
    assert (refused["index"], refused["id"], refused["code"]) == (1, "part-2", "amount_not_decimal")
    assert "part-3" in await world.stored_ids("metrics.v1")

    shown = (await world.rejections(1, code="amount_not_decimal"))[0]
    assert (shown["id"], shown["source"]) == ("part-2", SOURCE)
    assert shown["event"]["data"]["amount"] == 12.5


async def test_rejections_are_paged_filtered_and_kept_per_workspace(world: World) -> None:
    events = [spend(id=f"paged-{n}", source="paged/1", data_amount="x") for n in range(5)]
    assert (await world.post(*events)).status_code == 422
    await world.rejections(5, source="paged/1")
    first = await world.get("/v1/rejections", source="paged/1", limit=3)
    second = await world.get("/v1/rejections", source="paged/1", limit=3, cursor=first["next"])
    foreign = await world.client.get(
        "/v1/rejections", headers=world.token("viewer", workspace="other")
    )

    assert len(first["items"]) == 3
    assert second["next"] is None
    assert {item["id"] for item in first["items"] + second["items"]} == {
        f"paged-{n}" for n in range(5)
    }
    assert foreign.json() == {"items": [], "next": None}


BODY = json.dumps([spend(id="shape")]).encode()
ONE = json.dumps(spend(id="one")).encode()
ANSWERS: list[tuple[str, bytes, dict[str, str], int, str | None]] = [
    ("one event", ONE, {}, 202, None),
    ("a CloudEvent", ONE, {"Content-Type": "application/cloudevents+json"}, 202, None),
    ("its type in another case, with a parameter", ONE,
     {"Content-Type": "Application/CloudEvents+JSON; charset=utf-8"}, 202, None),
    ("a CloudEvents batch", BODY, {"Content-Type": "application/cloudevents-batch+json"}, 202,
     None),
    ("gzip", gzip.compress(BODY), {"Content-Encoding": "gzip"}, 202, None),
    ("a batch where one event is promised", BODY,
     {"Content-Type": "application/cloudevents+json"}, 400, "unparseable"),
    ("no JSON", b"hello", {}, 400, "unparseable"),
    ("no gzip", BODY, {"Content-Encoding": "gzip"}, 400, "unparseable"),
    ("XML", b"<a/>", {"Content-Type": "application/xml"}, 415, "unsupported_media_type"),
    ("brotli", BODY, {"Content-Encoding": "br"}, 415, "unsupported_encoding"),
    ("6 MiB", b" " * (6 * 1024 * 1024), {}, 413, "too_large"),
    ("a gzip bomb", gzip.compress(b" " * (50 * 1024 * 1024), 1), {"Content-Encoding": "gzip"},
     413, "too_large"),
    ("10,001 events", b"[" + b",".join([b"{}"] * 10_001) + b"]", {}, 413, "too_large"),
    ("nothing to accept", b"[]", {}, 422, None),
    ("only faults", b"[5]", {}, 422, None),
    ("no credential", BODY, {"Authorization": ""}, 401, "credential_missing"),
    ("a token that is none", BODY, {"Authorization": "Bearer abc"}, 401, "token_invalid"),
    ("a key nobody made", BODY, {"Authorization": "Bearer plk_0_x"}, 401, "key_unknown"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [row[1:] for row in ANSWERS],
    ids=[row[0] for row in ANSWERS],
)
async def test_every_request_has_a_named_answer(
    world: World, body: bytes, headers: dict[str, str], status: int, code: str | None
) -> None:
    reply = await world.send(body, headers=headers)

    assert reply.status_code == status, reply.text
    if code is None:
        assert set(reply.json()) == {"accepted", "rejected"}
    else:
        assert reply.json()["code"] == code
        assert reply.headers["content-type"] == "application/problem+json"


async def test_the_documented_route_answers_as_the_short_way_does(world: World) -> None:
    """The API description lists what clients use, with one schema per answer."""
    document = (await world.client.get("/openapi.json")).json()

    assert "post" in document["paths"]["/v1/events"]
    assert set(document["paths"]) >= {
        "/v1/reports/{platform}",
        "/v1/sources",
        "/v1/sources/{source}",
        "/v1/keys",
        "/v1/rejections",
    }


async def test_a_key_covers_its_sources_and_its_workspace_only(world: World) -> None:
    key = await world.make_key("google-ads/*", workspace="acme")
    headers = {"Authorization": f"Bearer {key}"}
    reply = await world.post(
        spend(id="key-1"),
        spend(id="key-2", source="meta-ads/1"),
        spend(id="key-3", workspace="default"),
        spend(id="key-4", workspace="acme"),
        headers=headers,
    )

    assert reply.json()["accepted"] == 2
    assert [one["code"] for one in reply.json()["rejected"]] == [
        "source_not_allowed",
        "workspace_mismatch",
    ]
    kept = [e for events in (await world.stored()).values() for e in events]
    assert {e["workspace"] for e in kept if e["id"].startswith("key-")} == {"acme"}


async def test_a_key_ends_when_it_expires_and_when_it_is_revoked(world: World) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    expiring = await world.make_key("*", expires_at=soon)
    revoked = await world.make_key("*", name="revoked")
    keys = await world.client.get("/v1/keys", headers=world.token("admin"))
    key_id = next(item["key_id"] for item in keys.json()["items"] if item["name"] == "revoked")
    assert revoked not in keys.text
    sent = {"Authorization": f"Bearer {revoked}"}
    assert (await world.post(spend(), headers=sent)).status_code == 202
    gone = await world.client.delete(f"/v1/keys/{key_id}", headers=world.token("admin"))
    assert gone.status_code == 204
    assert (await world.post(spend(), headers=sent)).json()["code"] == "key_unknown"
    await asyncio.sleep(1.1)
    late = await world.post(spend(), headers={"Authorization": f"Bearer {expiring}"})

    assert (late.status_code, late.json()["code"]) == (401, "key_expired")


async def test_a_key_over_its_rate_is_told_when_to_come_back(world: World) -> None:
    key = await world.make_key("*", rate_per_s=10)
    headers = {"Authorization": f"Bearer {key}"}
    assert (await world.post(*[spend()] * 1000, headers=headers)).status_code == 202
    reply = await world.post(spend(), headers=headers)

    assert (reply.status_code, reply.json()["code"]) == (429, "rate_exceeded")
    assert int(reply.headers["retry-after"]) >= 1


@pytest.mark.parametrize("role", ["viewer", "operator", "auditor"])
async def test_only_an_admin_makes_keys(world: World, role: str) -> None:
    reply = await world.client.post("/v1/keys", json={"sources": ["*"]}, headers=world.token(role))

    assert (reply.status_code, reply.json()["code"]) == (403, "role_missing")


async def test_a_heartbeat_is_behind_its_events_in_every_partition(world: World) -> None:
    through = "2025-11-02T00:00:00Z"
    beat = heartbeat(through, source="beat/1", id="beat")
    await world.client.put(
        "/v1/sources/beat/1", json={"expected_interval": "10m"}, headers=world.token("operator")
    )
    events = [spend(id=f"beat-{n}", source="beat/1", data_line=f"B{n}") for n in range(30)]
    assert (await world.post(beat, *events)).json()["accepted"] == 31

    for topic in ("spend.v1", "metrics.v1"):
        for events_there in (await world.stored(topic)).values():
            mine = [event for event in events_there if event["source"] == "beat/1"]
            assert [event["id"] for event in mine].index("beat") == len(mine) - 1
            assert mine[-1]["data"] == {"complete_through": through}
            assert mine[-1]["expectedinterval"] == 600


async def test_a_source_shows_its_settings_and_its_freshness(world: World) -> None:
    put = await world.client.put(
        "/v1/sources/fresh/1",
        json={"time_zone": "Asia/Shanghai", "currency": "CNY", "expected_interval": 600},
        headers=world.token("operator"),
    )
    assert (put.status_code, put.json()["state"]) == (201, "silent")
    through = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
    await world.post(heartbeat(through.isoformat(), source="fresh/1"))

    async def noted() -> bool:
        return (await world.get("/v1/sources/fresh/1"))["complete_through"] is not None

    await eventually(noted)
    shown = await world.get("/v1/sources/fresh/1")

    assert datetime.fromisoformat(shown["complete_through"]) == through
    assert (shown["state"], shown["expected_interval"]) == ("late", 600)
    assert shown in (await world.get("/v1/sources"))["items"]


async def test_settings_of_a_source_decide_the_periods_of_the_next_events(world: World) -> None:
    await world.client.put(
        "/v1/sources/zoned/1", json={"time_zone": "Asia/Shanghai"}, headers=world.token("operator")
    )
    await world.post(metrics(id="zoned", source="zoned/1", data_period="2025-11-01"))
    kept = [e for events in (await world.stored("metrics.v1")).values() for e in events]

    assert next(e for e in kept if e["id"] == "zoned")["data"]["period_start"] == (
        "2025-10-31T16:00:00Z"
    )


async def test_an_edit_of_a_source_that_was_changed_meanwhile_is_refused(world: World) -> None:
    headers = world.token("operator")
    first = await world.client.put("/v1/sources/edit/1", json={}, headers=headers)
    tagged = {**headers, "If-Match": first.headers["etag"]}
    assert (
        await world.client.put("/v1/sources/edit/1", json={}, headers=tagged)
    ).status_code == 200
    again = await world.client.put("/v1/sources/edit/1", json={}, headers=tagged)

    assert (again.status_code, again.json()["code"]) == (412, "version_changed")


async def test_a_key_can_be_read_where_its_creation_says(world: World) -> None:
    admin = world.token("admin")
    made = await world.client.post(
        "/v1/keys", json={"sources": ["a/*"], "name": "a"}, headers=admin
    )
    place = made.headers["location"]
    read = await world.client.get(place, headers=admin)

    assert made.headers["etag"] == read.headers["etag"] == '"1"'
    assert (read.json()["name"], read.json()["sources"]) == ("a", ["a/*"])
    assert made.json()["key"] not in read.text
    await world.client.delete(place, headers=admin)
    gone = await world.client.get(place, headers=admin)
    assert (gone.headers["etag"], gone.json()["revoked_at"] is None) == ('"2"', False)
    other = await world.client.get(place, headers=world.token("admin", workspace="other"))
    assert (other.status_code, other.json()["code"]) == (404, "key_unknown")


@pytest.mark.parametrize(
    "body",
    [
        {"sources": []},
        {"sources": ["a b"]},
        {"sources": ["nul\0"]},
        {"sources": ["a"], "name": "nul\0"},
        {"sources": ["a"], "expires_at": "0001-01-01T00:00:00+14:00"},
        {"sources": ["a"], "rate_per_s": 1.5},
    ],
)
async def test_a_key_with_a_mistake_is_refused(world: World, body: dict[str, Any]) -> None:
    reply = await world.client.post("/v1/keys", json=body, headers=world.token("admin"))

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        {"time_zone": "Mars/Olympus"},
        {"currency": "yuan"},
        {"expected_interval": "soon"},
        {"money_report": "nul\0"},
        {"x": 1},
    ],
)
async def test_settings_with_a_mistake_are_refused(world: World, body: dict[str, str]) -> None:
    reply = await world.client.put("/v1/sources/bad/1", json=body, headers=world.token("operator"))

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


async def test_metrics_count_what_was_accepted_and_refused(world: World) -> None:
    text = (await world.client.get("/metrics")).text

    assert "paceline_ingest_events_accepted_total" in text
    assert 'paceline_http_requests_total{method="POST",route="/v1/events",status="202"}' in text
    assert 'paceline_ingest_events_rejected_total{code="amount_not_decimal"}' in text
