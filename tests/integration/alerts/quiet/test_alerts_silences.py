"""Silences over HTTP: made, read, changed and ended, by whom and why."""

import uuid
from typing import Any

import httpx

from tests.integration.alerts.alerts_world import World
from tests.integration.alerts.record.test_alerts_http import (  # noqa: F401 - fixtures
    as_role,
    client,
    world,
)
from tests.unit.alerts.builders import at

BODY: dict[str, Any] = {
    "matchers": ['campaign="d11"', 'line=~"L0.*"'],
    "duration": "2h",
    "comment": "the shop is being moved",
}


def operator(world: World) -> dict[str, str]:  # noqa: F811
    return {**as_role(world, "operator"), "Idempotency-Key": uuid.uuid4().hex}


async def make(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
    **changes: Any,
) -> httpx.Response:
    body = {name: value for name, value in {**BODY, **changes}.items() if value is not None}
    return await client.post("/v1/silences", json=body, headers=operator(world))


async def test_a_silence_says_who_until_when_and_why(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    made = await make(world, client)
    assert made.status_code == 201, made.text
    found = await client.get(made.headers["Location"], headers=as_role(world, "viewer"))
    assert found.json() == made.json()
    assert found.headers["ETag"] == '"1"'
    shown = found.json()
    assert shown["state"] == "active"
    assert shown["created_by"] == "li.na"
    assert shown["comment"] == "the shop is being moved"
    assert shown["matchers"] == ['campaign="d11"', 'line=~"L0.*"']
    assert (shown["starts_at"], shown["ends_at"]) == (stamp(0), stamp(120))


async def test_lists_are_by_state(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    active = (await make(world, client)).json()["silence"]
    pending = (await make(world, client, starts_at=stamp(60))).json()["silence"]
    ended = (await make(world, client)).json()["silence"]
    answer = await client.delete(f"/v1/silences/{ended}", headers=as_role(world, "operator"))
    assert answer.status_code == 204
    for state, names in (
        ("active", {active}),
        ("pending", {pending}),
        ("expired", {ended}),
        (None, {active, pending, ended}),
    ):
        wanted = {} if state is None else {"state": state}
        listed = await client.get("/v1/silences", params=wanted, headers=as_role(world, "viewer"))
        assert {item["silence"] for item in listed.json()["items"]} == names, state


async def test_another_end_is_the_same_silence_and_other_matchers_are_another(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    made = (await make(world, client)).json()
    url = f"/v1/silences/{made['silence']}"
    headers = as_role(world, "operator")
    longer = {**BODY, "duration": "4h", "comment": "it takes longer"}
    stale = await client.put(url, json=longer, headers={**headers, "If-Match": '"2"'})
    assert stale.status_code == 412
    changed = await client.put(url, json=longer, headers={**headers, "If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    assert changed.json()["silence"] == made["silence"]
    assert (changed.json()["ends_at"], changed.json()["version"]) == (stamp(240), 2)
    other = {**BODY, "matchers": ['campaign="d12"']}
    answer = await client.put(url, json=other, headers={**headers, "If-Match": '"2"'})
    assert answer.status_code == 200, answer.text
    assert answer.json()["silence"] != made["silence"]
    assert (await client.get(url, headers=headers)).json()["state"] == "expired"


async def test_what_is_no_silence_is_refused_with_the_remedy(
    world: World,  # noqa: F811
    client: httpx.AsyncClient,  # noqa: F811
) -> None:
    for code, changes in {
        "matcher_invalid": {"matchers": ["campaign"]},
        "duration_invalid": {"duration": "two hours"},
        "silence_over": {"duration": None, "starts_at": stamp(-90), "ends_at": stamp(-60)},
        "silence_ends_before_it_starts": {"duration": None, "ends_at": stamp(-60)},
        "silence_matches_all": {"matchers": ['campaign=~".*"']},
    }.items():
        answer = await make(world, client, **changes)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    answer = await make(world, client, ends_at=stamp(60))
    assert answer.json()["errors"][0]["detail"] == "send either ends_at or duration"
    viewer = {**as_role(world, "viewer"), "Idempotency-Key": "k"}
    assert (await client.post("/v1/silences", json=BODY, headers=viewer)).status_code == 403


def stamp(minutes: float) -> str:
    return at(minutes).isoformat().replace("+00:00", "Z")
