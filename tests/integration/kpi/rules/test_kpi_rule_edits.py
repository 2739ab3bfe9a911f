"""Rules are read, edited and written: whole as they were read, or in part (RFC 7396)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kpi_monitor.rules.schemas import RuleBody, RuleEdit, RuleView
from kpi_monitor.rules.store import RULES_LOCK
from shared.database.pool import transaction
from tests.integration.kpi.kpi_world import World, world
from tests.integration.waiting import until_waiting
from tests.unit.kpi.builders import at, rule_body

RULE = "/v1/rules/ctr-low"


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        await made.set_now(at(0))
        await made.fold(made.campaign(time_zone="UTC"))
        assert (await made.add_rule(rule_body())).status_code == 201
        yield made


async def read(kpi: World) -> Any:
    return (await kpi.client.get(RULE)).json()


async def test_an_edit_that_has_waited_is_of_the_moment_at_which_it_goes_on(kpi: World) -> None:
    """A rule is judged from then on: two edits in force in the order of their versions."""
    async with asyncio.TaskGroup() as group, transaction(kpi.pool) as conn:
        await RULES_LOCK.take(conn, "default", "ctr-low")
        group.create_task(kpi.client.patch(RULE, json={"name": "Clicks too low"}))
        await until_waiting(kpi.pool)
        await kpi.set_now(at(30))
    was = await read(kpi)
    assert (was["name"], datetime.fromisoformat(was["updated_at"])) == ("Clicks too low", at(30))


def test_what_a_rule_tells_of_itself_is_what_an_edit_only_reads() -> None:
    assert RuleView.model_fields.keys() == RuleBody.model_fields.keys() | RuleEdit.READ_ONLY


async def test_a_rule_as_it_was_read_is_written_with_one_field_changed(kpi: World) -> None:
    was = await read(kpi)
    edited = {**was, "name": "Clicks too low"}
    answer = await kpi.client.put(RULE, json=edited, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    changed = {"name": "Clicks too low", "rule_version": 2}
    assert {**was, **changed, "updated_at": None} == {**answer.json(), "updated_at": None}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "campaign_closed"},
        {"rule_version": 7},
        {"created_by": "somebody.else"},
        {"created_at": "2020-01-01T00:00:00Z"},
        {"effective_from_window": None},
    ],
)
async def test_what_nobody_sets_is_refused_by_name_when_changed(kpi: World, change: Any) -> None:
    [name] = change
    was = await read(kpi)
    put = await kpi.client.put(RULE, json={**was, **change}, headers={"If-Match": '"1"'})
    patch = await kpi.client.patch(RULE, json={**change, "name": "other"})
    for answer in (put, patch):
        assert (answer.status_code, answer.json()["code"]) == (422, "field_read_only")
        assert [fault["loc"] for fault in answer.json()["errors"]] == [name]
    assert await read(kpi) == was


async def test_a_part_of_a_rule_makes_its_next_version(kpi: World) -> None:
    was = await read(kpi)
    patch = {"condition": {"reset": "0.020"}, "labels": {"team": None, "desk": "east"}}
    answer = await kpi.client.patch(
        RULE, json=patch, headers={"Content-Type": "application/merge-patch+json"}
    )
    assert answer.status_code == 200, answer.text
    assert (answer.headers["ETag"], answer.json()["rule_version"]) == ('"2"', 2)
    assert answer.json()["condition"] == {**was["condition"], "reset": "0.020"}
    assert answer.json()["labels"] == {"desk": "east"}
    assert answer.json()["kpi"] == was["kpi"]
    [count] = await kpi.rows("SELECT count(*) FROM kpi.rule_versions")
    assert count[0] == 2


async def test_a_patch_that_changes_nothing_makes_no_version(kpi: World) -> None:
    first = await kpi.client.patch(RULE, json={"name": "once"})
    again = await kpi.client.patch(RULE, json={"name": "once"})
    whole = await kpi.client.patch(RULE, json=await read(kpi))
    assert [answer.headers["ETag"] for answer in (first, again, whole)] == ['"2"'] * 3
    assert first.json() == again.json() == whole.json()


async def test_null_takes_the_default_of_a_field(kpi: World) -> None:
    await kpi.client.patch(RULE, json={"min": {"clicks": "5"}, "maturity": "1h"})
    answer = await kpi.client.patch(RULE, json={"min": None, "maturity": None})
    assert (answer.json()["min"], answer.json()["maturity"]) == (None, "0m")


@pytest.mark.parametrize(
    ("patch", "status", "code"),
    [
        ({"nmae": "x"}, 422, "invalid_request"),
        ({"kpi": None}, 422, "invalid_request"),
        ({"condition": {"levels": []}}, 422, "invalid_request"),
        ({"condition": {"reset": "0.001"}}, 422, "reset_inside_threshold"),
        ({"kpi": "cvr"}, 422, "field_read_only"),
        ({"rule": "other"}, 422, "field_read_only"),
        ([{"name": "x"}], 422, "invalid_request"),
    ],
)
async def test_a_patch_is_held_to_what_a_whole_rule_is(
    kpi: World, patch: Any, status: int, code: str
) -> None:
    was = await read(kpi)
    answer = await kpi.client.patch(RULE, json=patch)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await read(kpi) == was


async def test_a_rule_of_before_a_stricter_door_is_mended_by_naming_the_field(kpi: World) -> None:
    await kpi.rows('UPDATE kpi.rules SET body = body || \'{"name": "a\\u001bb"}\'')
    refused = await kpi.client.patch(RULE, json={"maturity": "1h"})
    assert (refused.status_code, refused.json()["errors"][0]["loc"]) == (422, "name")
    mended = await kpi.client.patch(RULE, json={"name": "ab"})
    assert (mended.status_code, mended.json()["rule_version"]) == (200, 2)


async def test_if_match_is_honoured_when_it_is_sent(kpi: World) -> None:
    await kpi.client.patch(RULE, json={"name": "second"})
    late = await kpi.client.patch(RULE, json={"name": "third"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "version_changed")
    absent = await kpi.client.patch("/v1/rules/none", json={"name": "x"})
    assert (absent.status_code, absent.json()["code"]) == (404, "rule_unknown")
