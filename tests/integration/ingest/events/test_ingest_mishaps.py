"""What goes wrong beside the events: names, uploads and answers that something cuts off."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ingest.keys import store
from tests.integration.ingest.ingest_world import World, running, settings_for, until_ready
from tests.integration.shared.shared_helpers import eventually
from tests.unit.ingest.ingest_builders import REMOVED, metrics, spend

MEGABYTE = 1024 * 1024
REPORT_BYTES_MAX = 7 * MEGABYTE
HEADER = "TimePeriod,AccountId,CampaignId,CurrencyCode,Impressions,Clicks,Spend"


@pytest.fixture(scope="module")
async def world(
    kafka: str, topic_prefix: str, database_url: str, tmp_path_factory: Any
) -> AsyncIterator[World]:
    keys: Path = tmp_path_factory.mktemp("keys")
    settings = settings_for(
        kafka, topic_prefix, database_url, keys, report_bytes_max=REPORT_BYTES_MAX
    )
    async with running(settings, keys) as made:
        await until_ready(made)
        yield made


@pytest.mark.parametrize("source", ["双十一/1", "a b?c#d%e".replace(" ", "+"), "é" * 200])
async def test_settings_of_a_source_are_read_where_their_answer_says(
    world: World, source: str
) -> None:
    """The answer was a 500 after the commit: a header holds no such characters."""
    address = "/v1/sources/" + source.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    put = await world.client.put(address, json={"currency": "CNY"}, headers=world.token("operator"))
    assert put.status_code == 201, put.text
    read = await world.get(put.headers["location"])

    assert (read["source"], read["currency"]) == (source, "CNY")


async def test_money_without_a_currency_is_in_that_of_its_source(world: World) -> None:
    """contracts.md section 2: the event's own, else the source's, else the line's."""
    await world.client.put(
        "/v1/sources/dollars/1", json={"currency": "USD"}, headers=world.token("operator")
    )
    reply = await world.post(
        spend(id="usd-1", source="dollars/1", data_currency=REMOVED),
        spend(id="usd-2", source="dollars/1"),
        metrics(id="usd-3", source="dollars/1"),
    )
    assert reply.json() == {"accepted": 3, "rejected": []}
    kept = {
        event["id"]: event["data"].get("currency")
        for topic in ("spend.v1", "metrics.v1")
        for events in (await world.stored(topic)).values()
        for event in events
    }
    assert [kept[f"usd-{number}"] for number in (1, 2, 3)] == ["USD", "CNY", None]


async def test_one_event_larger_than_a_record_is_refused_and_the_others_are_not(
    world: World,
) -> None:
    dims = {f"d-{number:05d}": "x" * 190 for number in range(4_000)}
    reply = await world.post(spend(id="small"), spend(id="huge", data_dims=dims))

    assert (reply.status_code, reply.json()["accepted"]) == (202, 1)
    (refused,) = reply.json()["rejected"]
    assert (refused["id"], refused["code"]) == ("huge", "subject_too_long")


async def test_a_report_may_be_as_large_as_its_own_setting_says(world: World) -> None:
    """Above 5 MiB the setting did nothing, unless the body was folded by gzip."""
    text = {"Content-Type": "text/csv"}
    path = "/v1/reports/microsoft-ads?dry_run=true"
    rows = [f"2025-11-01,150,{n},USD,1,1,1.00,{'x' * 100_000}" for n in range(62)]
    body = "\n".join([f"{HEADER},Note", *rows])
    taken = await world.send(body.encode(), path, text)
    refused = await world.send(body.encode() + b"x" * (2 * MEGABYTE), path, text)

    assert len(body) > 5 * MEGABYTE
    assert (taken.status_code, taken.json()["accepted"]) == (202, 62)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


async def test_an_upload_that_its_sender_cuts_off_is_no_fault_of_ours(world: World) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", world.settings.port)
    head = [
        "POST /v1/reports/google-ads HTTP/1.1",
        "Host: ingest",
        f"Authorization: {world.token('operator')['Authorization']}",
        "Content-Type: text/csv",
        "Content-Length: 100000",
    ]
    writer.write("\r\n".join([*head, "", HEADER]).encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    counted: list[str] = []

    async def shown() -> bool:
        lines = (await world.client.get("/metrics")).text.splitlines()
        name = "paceline_http_requests_total{"
        counted[:] = [one for one in lines if one.startswith(name) and "/v1/reports/" in one]
        return any('status="499"' in line for line in counted)

    await eventually(shown, what="the count of 499")
    assert not any('status="500"' in line for line in counted), counted


async def test_a_key_is_shown_and_revoked_although_the_database_is_lost_behind_the_commit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown once: an answer of 503 made a key that is valid and that nobody has."""

    async def lost(_: Any) -> Any:
        raise ConnectionResetError("the server ended the connection")

    with monkeypatch.context() as away:
        away.setattr(store, "find_keys_in_force", lost)
        made = await world.client.post(
            "/v1/keys", json={"sources": ["*"]}, headers=world.token("admin")
        )
    assert made.status_code == 201, made.text
    key = {"Authorization": f"Bearer {made.json()['key']}"}
    assert (await world.post(spend(id="kept"), headers=key)).status_code == 202
    with monkeypatch.context() as away:
        away.setattr(store, "find_keys_in_force", lost)
        gone = await world.client.delete(made.headers["location"], headers=world.token("admin"))
        assert gone.status_code == 204
        at_once = await world.post(spend(), headers=key)
        assert (at_once.status_code, at_once.json()["code"]) == (503, "keys_unavailable")
    assert (await world.post(spend(), headers=key)).json()["code"] == "key_unknown"


CURSORS = [
    json.dumps([key])
    for key in [2**31, 2**63 - 1, 2**63, -(2**63), True, None, 1.5, "\0", "é", "x" * 3000, [1], {}]
]
CURSORS += ["[1,2]", "[]", '["a","b"]', "1" + "0" * 5000, "[" * 3000, '["\\ud800"]']


@pytest.mark.parametrize("path", ["/v1/rejections", "/v1/sources", "/v1/keys"])
async def test_a_cursor_nobody_gave_is_refused_and_never_a_fault(world: World, path: str) -> None:
    for text in CURSORS:
        cursor = base64.urlsafe_b64encode(text.encode()).decode()
        answer = await world.client.get(
            path, params={"cursor": cursor}, headers=world.token("admin")
        )
        assert answer.status_code in (200, 422), f"{text[:40]}: {answer.text[:200]}"
        if answer.status_code == 422:
            assert answer.json()["code"] == "cursor_invalid", text[:40]
