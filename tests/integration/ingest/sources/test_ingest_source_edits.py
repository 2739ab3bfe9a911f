"""Sources are read, edited and written: whole as they were read, or in part (RFC 7396)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ingest.sources.schemas import SourceBody, SourceEdit, SourceReply
from tests.integration.ingest.ingest_world import World, running, settings_for, until_ready
from tests.unit.ingest.ingest_builders import heartbeat

SETTINGS = {
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "expected_interval": "1h",
    "money_report": "daily",
}


@pytest.fixture(scope="module")
async def world(
    kafka: str, topic_prefix: str, database_url: str, tmp_path_factory: Any
) -> AsyncIterator[World]:
    keys: Path = tmp_path_factory.mktemp("keys")
    settings = settings_for(kafka, topic_prefix, database_url, keys)
    async with running(settings, keys) as made:
        await until_ready(made)
        yield made


async def ask(world: World, method: str, source: str, body: Any, **headers: str) -> Any:
    return await world.client.request(
        method,
        f"/v1/sources/{source}",
        json=body,
        headers={**world.token("operator"), **headers},
    )


async def made(world: World, source: str) -> Any:
    """A source with settings and a heartbeat, as it is read."""
    assert (await ask(world, "PUT", source, SETTINGS)).status_code == 201
    assert (await world.post(heartbeat(source=source))).status_code == 202
    return await world.get(f"/v1/sources/{source}")


def test_what_a_source_tells_of_itself_is_what_an_edit_only_reads() -> None:
    settable = SourceBody.model_fields.keys()
    assert SourceReply.model_fields.keys() == settable | SourceEdit.READ_ONLY


async def test_a_source_as_it_was_read_is_written_with_one_field_changed(world: World) -> None:
    was = await made(world, "edits/put")
    assert was["last_received"] is not None
    await world.post(heartbeat(source="edits/put", id="later"))
    answer = await ask(world, "PUT", "edits/put", {**was, "currency": "USD"}, **{"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert (answer.headers["ETag"], answer.json()["currency"]) == ('"2"', "USD")
    assert answer.json()["expected_interval"] == 3600


async def test_a_source_that_nobody_has_set_is_written_as_it_was_read(world: World) -> None:
    await world.post(heartbeat(source="edits/unset"))
    was = await world.get("/v1/sources/edits/unset")
    answer = await ask(world, "PUT", "edits/unset", was)
    assert answer.status_code == 200, answer.text
    assert answer.json()["time_zone"] == "UTC (default)"


@pytest.mark.parametrize(
    "change",
    [
        {"source": "edits/other"},
        {"state": "quarantined"},
        {"last_received": "2099-01-01T00:00:00Z"},
        {"complete_through": "2099-01-01T00:00:00Z"},
        {"quarantine": {"since": "2026-01-01T00:00:00Z", "reason": "mine"}},
    ],
)
async def test_what_nobody_sets_is_refused_by_name_when_changed(world: World, change: Any) -> None:
    [name] = change
    source = f"edits/{name}"
    was = await made(world, source)
    put = await ask(world, "PUT", source, {**was, **change})
    patch = await ask(world, "PATCH", source, {**change, "currency": "EUR"})
    for answer in (put, patch):
        assert (answer.status_code, answer.json()["code"]) == (422, "field_read_only")
        assert [fault["loc"] for fault in answer.json()["errors"]] == [name]
    assert (await world.get(f"/v1/sources/{source}"))["currency"] == "CNY"


async def test_a_part_of_the_settings_is_changed(world: World) -> None:
    await made(world, "edits/patch")
    answer = await ask(
        world,
        "PATCH",
        "edits/patch",
        {"expected_interval": "10m", "money_report": None},
        **{"Content-Type": "application/merge-patch+json"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    told = {name: answer.json()[name] for name in SETTINGS}
    assert told == {**SETTINGS, "expected_interval": 600, "money_report": None}
    again = await ask(world, "PATCH", "edits/patch", {"expected_interval": 600})
    whole = await ask(world, "PATCH", "edits/patch", await world.get("/v1/sources/edits/patch"))
    assert (again.headers["ETag"], whole.headers["ETag"]) == ('"2"', '"2"')


@pytest.mark.parametrize(
    ("patch", "headers", "refusal"),
    [
        ({"curency": "EUR"}, {}, (422, "invalid_request")),
        ({"currency": "eur"}, {}, (422, "invalid_request")),
        ({"time_zone": "Mars/North"}, {}, (422, "invalid_request")),
        ({"currency": "EUR"}, {"If-Match": '"9"'}, (412, "version_changed")),
    ],
)
async def test_a_patch_is_held_to_what_whole_settings_are(
    world: World, patch: Any, headers: dict[str, str], refusal: tuple[int, str]
) -> None:
    await ask(world, "PUT", "edits/refused", SETTINGS)
    answer = await ask(world, "PATCH", "edits/refused", patch, **headers)
    assert (answer.status_code, answer.json()["code"]) == refusal


async def test_a_source_that_nobody_knows_is_not_patched(world: World) -> None:
    answer = await ask(world, "PATCH", "edits/never", {"currency": "EUR"})
    assert (answer.status_code, answer.json()["code"]) == (404, "source_unknown")
