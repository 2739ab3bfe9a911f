"""What ingest refuses because two readers would read it differently, and keys that are over."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ingest.ingest_world import World, running, settings_for, until_ready
from tests.unit.ingest.ingest_builders import spend

KEY = {"sources": ["google-ads/*"]}
OVER = (datetime.now(UTC) - timedelta(seconds=5)).isoformat()
AHEAD = (datetime.now(UTC) + timedelta(days=1)).isoformat()
EXPIRIES: list[tuple[str, Any, int, str | None]] = [
    ("1970, if numbers were times", 0, 422, "invalid_request"),
    ("below", -1, 422, "invalid_request"),
    ("a boolean", False, 422, "invalid_request"),
    ("a number as text", "0", 422, "invalid_request"),
    ("the beginning of time", "1970-01-01T00:00:00Z", 422, "expires_in_the_past"),
    ("a moment ago", OVER, 422, "expires_in_the_past"),
    ("tomorrow", AHEAD, 201, None),
    ("never", None, 201, None),
]


@pytest.fixture(scope="module")
async def world(
    kafka: str, topic_prefix: str, database_url: str, tmp_path_factory: Any
) -> AsyncIterator[World]:
    keys: Path = tmp_path_factory.mktemp("keys")
    async with running(settings_for(kafka, topic_prefix, database_url, keys), keys) as made:
        await until_ready(made)
        yield made


@pytest.mark.parametrize(("why", "at", "status", "code"), EXPIRIES, ids=[e[0] for e in EXPIRIES])
async def test_a_key_expires_at_a_time_that_is_to_come(
    world: World, why: str, at: Any, status: int, code: str | None
) -> None:
    reply = await world.client.post(
        "/v1/keys", json={**KEY, "expires_at": at}, headers=world.token("admin")
    )
    assert (reply.status_code, reply.json().get("code")) == (status, code), why


@pytest.mark.parametrize(
    "path", ["/v1/events", "/v1/reports/google-ads?source=google-ads/1&dry_run=true"]
)
async def test_two_authorization_headers_are_refused(world: World, path: str) -> None:
    good = world.token("operator")["Authorization"]
    for pair in ((good, "Bearer plk_0_x"), ("Bearer plk_0_x", good), (good, good)):
        headers = [("Authorization", one) for one in pair]
        reply = await world.client.post(
            path, content=b"[]", headers=[*headers, ("Content-Type", "application/json")]
        )
        assert (reply.status_code, reply.json()["code"]) == (401, "credential_repeated")


async def test_an_event_with_a_repeated_key_is_refused_and_shown_and_the_others_are_taken(
    world: World,
) -> None:
    good = json.dumps(spend(id="strict-1")).encode()
    bad = json.dumps(spend(id="strict-2")).encode()
    bad = bad.replace(b'"amount": ', b'"amount": "99.00", "amount": ')
    reply = await world.send(b"[" + good + b"," + bad + b"]")

    assert reply.status_code == 202
    assert reply.json()["accepted"] == 1
    (refused,) = reply.json()["rejected"]
    assert (refused["index"], refused["id"]) == (1, "strict-2")
    assert (refused["code"], refused["detail"]) == (
        "unparseable",
        "the key data.amount is repeated",
    )


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
async def test_a_report_with_a_repeated_key_is_refused_whole(world: World, packed: bool) -> None:
    body = b'{"results":[{"campaign":{"id":"1","id":"2"}}]}'
    reply = await world.send(
        gzip.compress(body) if packed else body,
        "/v1/reports/google-ads?source=google-ads/1",
        {"Content-Encoding": "gzip"} if packed else {},
    )
    assert (reply.status_code, reply.json()["code"]) == (400, "unparseable")
    assert reply.json()["detail"] == "the key results.0.campaign.id is repeated"


async def test_a_body_of_settings_with_a_repeated_key_is_refused(world: World) -> None:
    reply = await world.client.put(
        "/v1/sources/google-ads/strict",
        content=b'{"currency":"CNY","currency":"USD"}',
        headers={**world.token("operator"), "Content-Type": "application/json"},
    )
    assert (reply.status_code, reply.json()["code"]) == (400, "unparseable")
    assert reply.json()["detail"] == "the key currency is repeated"
