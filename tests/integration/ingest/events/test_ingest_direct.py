"""POST /v1/events has two ways to the same answer: directly, and through the application."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.ingest.ingest_world import JSON, World, running, settings_for, until_ready
from tests.unit.ingest.ingest_builders import heartbeat, metrics, spend

ONE = {"Content-Type": "application/cloudevents+json"}
BATCH = {"Content-Type": "application/cloudevents-batch+json; charset=utf-8"}


def many(*events: Any) -> bytes:
    return json.dumps(list(events)).encode()


Case = tuple[str, bytes, dict[str, str], int]

DIRECT: list[Case] = [
    ("one event", json.dumps(spend(id="d-1")).encode(), ONE, 202),
    ("two kinds", many(spend(id="d-2"), metrics(id="d-3")), JSON, 202),
    ("one of two is refused", many(spend(id="d-4"), spend(id="d-5", data_amount=1)), JSON, 202),
    ("all are refused", many(spend(id="d-6", data_amount="1,5")), JSON, 422),
    ("none", b"[]", JSON, 422),
    ("a key twice", b'{"id":"a","id":"b"}', JSON, 422),
]
CASES: list[Case] = [
    *DIRECT,
    ("a media type with a parameter", many(spend(id="d-8")), BATCH, 202),
    ("a heartbeat", many(spend(id="d-7"), heartbeat()), JSON, 202),
    ("no JSON", b'[{"id":', JSON, 400),
    ("another shape than promised", b"[]", ONE, 400),
    ("no media type", many(spend(id="d-8")), {"Content-Type": ""}, 415),
    ("a media type that is not ours", many(spend(id="d-8")), {"Content-Type": "text/csv"}, 415),
    ("a packing that is not ours", b"x", {**JSON, "Content-Encoding": "br"}, 415),
    ("too many events", many(*({} for _ in range(30))), JSON, 413),
    ("no credential", many(spend()), {**JSON, "Authorization": ""}, 401),
    ("no token", many(spend()), {**JSON, "Authorization": "Bearer x"}, 401),
]


@pytest.fixture(scope="module")
async def world(
    kafka: str, topic_prefix: str, database_url: str, tmp_path_factory: Any
) -> AsyncIterator[World]:
    keys: Path = tmp_path_factory.mktemp("keys")
    # Each refresh forgets credentials, which the application then looks up again.
    changes = {"events_max": 20, "refresh_s": 3600.0}
    settings = settings_for(kafka, topic_prefix, database_url, keys, **changes)
    async with running(settings, keys) as made:
        await until_ready(made)
        yield made


@pytest.fixture(scope="module")
async def bearer(world: World) -> dict[str, str]:
    """A credential that was seen a moment ago."""
    headers = world.token("operator")
    assert (await world.send(many(spend()), headers=headers)).status_code == 202
    return headers


async def through_the_application(
    world: World, body: bytes, headers: dict[str, str]
) -> httpx.Response:
    """A body of unknown length is not for the direct way."""

    async def pieces() -> AsyncIterator[bytes]:
        yield body

    return await world.client.post("/v1/events", content=pieces(), headers=headers)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
async def test_both_ways_answer_alike(world: World, bearer: dict[str, str], case: Case) -> None:
    _, body, headers, status = case
    headers = {**bearer, **headers}
    # A head is known when it has come before on the connection.
    await world.client.post("/v1/events", content=body, headers=headers)
    world.direct.clear()
    direct = await world.client.post("/v1/events", content=body, headers=headers)
    asked = list(world.direct)
    other = await through_the_application(world, body, headers)

    assert (direct.status_code, direct.content) == (status, other.content)
    assert other.status_code == status
    ours = {name: value for name, value in direct.headers.items() if name != "date"}
    assert ours == {name: value for name, value in other.headers.items() if name != "date"}
    assert any(asked) == (case in DIRECT)
    assert len(world.direct) == len(asked), "the other way is the application's"


async def test_a_key_in_debt_is_told_when_to_come_back_on_both_ways(world: World) -> None:
    key = await world.make_key("*", rate_per_s=1)
    headers = {**JSON, "Authorization": f"Bearer {key}"}
    body = many(*(spend(id=f"debt-{n}") for n in range(20)))
    assert (await world.send(body, headers=headers)).status_code == 202
    assert (await world.send(body, headers=headers)).status_code == 429
    direct = await world.send(body, headers=headers)
    other = await through_the_application(world, body, headers)

    assert world.direct[-1]
    assert (direct.status_code, direct.json()["code"]) == (429, "rate_exceeded")
    assert int(direct.headers["retry-after"]) >= int(other.headers["retry-after"]) >= 1
    assert other.json() == direct.json()
