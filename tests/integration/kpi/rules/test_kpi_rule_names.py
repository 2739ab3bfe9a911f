"""A name is one rule's: of its campaign, and never of the house."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from kpi_monitor.rules.families.table import HOUSE_RULES
from shared.events import CatalogItem
from tests.integration.kpi.kpi_world import World, reaching, world
from tests.unit.kpi.builders import at, budget_body, rule_body, totals

CAMPAIGN = "double11-2025"


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(0)) as made:
        await made.fold(made.campaign(time_zone="UTC"))
        yield made


async def waits(kpi: World, version: int, since: str | None) -> None:
    known = {"source": "ads", "items": 1, "amounts": [], "since": since, "reasons": {}, "names": []}
    item = CatalogItem(
        kind="suspense", id="ads", version=version, effective_from=None, object=known
    )
    await kpi.fold(kpi.catalog(item))
    await kpi.evaluate()


@pytest.mark.parametrize("name", sorted(HOUSE_RULES))
async def test_a_rule_of_the_house_gives_its_name_to_no_other(kpi: World, name: str) -> None:
    refused = await kpi.add_rule(rule_body(rule=name))
    assert (refused.status_code, refused.json()["code"]) == (422, "rule_reserved")


async def test_a_rule_that_was_named_like_one_of_the_house_is_judged_beside_it_and_removed(
    kpi: World,
) -> None:
    """Made before the name was reserved; with its name again, the episodes of the house were its
    own, and the next of them stopped the evaluator."""
    assert (await kpi.add_rule(budget_body(rule="older", suppress=None))).status_code == 201
    for table in ("rules", "rule_versions"):
        renamed = "rule = 'suspense', body = body || '{\"rule\": \"suspense\"}'"
        await kpi.rows(f"UPDATE kpi.{table} SET {renamed}")
    await waits(kpi, 1, at(0).isoformat())
    await kpi.set_now(at(25))
    await kpi.fold(kpi.totals(totals(1, actual="60000.00", as_of=at(25))))
    await kpi.evaluate()
    edited = await kpi.client.patch("/v1/rules/suspense", json={"name": "used up"})
    assert edited.status_code == 200
    assert (await kpi.client.delete("/v1/rules/suspense")).status_code == 204
    await kpi.evaluate()
    again = await kpi.add_rule(budget_body(rule="suspense"))
    assert again.json()["code"] == "rule_reserved"
    await waits(kpi, 2, None)
    await waits(kpi, 3, at(0).isoformat())
    told = [(one.breach, one.transition) for one in await kpi.told()]
    assert sorted(told) == [
        ("suspense/line:L10/1", "firing"),
        ("suspense/line:L10/1", "resolved"),
        ("suspense/source:ads/1", "firing"),
        ("suspense/source:ads/1", "resolved"),
        ("suspense/source:ads/2", "firing"),
    ]


async def test_who_takes_the_name_of_a_rule_out_of_reach_is_not_told_where_it_is(
    kpi: World, tmp_path: Path
) -> None:
    await kpi.add_rule(rule_body(rule="mine", scope={"campaign": "secret"}))
    limited = reaching(tmp_path, CAMPAIGN)
    for key, removed in (("1", False), ("2", True)):
        await kpi.rows("UPDATE kpi.rules SET deleted = $1", removed)
        headers = limited | {"Idempotency-Key": key}
        refused = await kpi.client.post("/v1/rules", json=rule_body(rule="mine"), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "out_of_reach")
        assert "secret" not in refused.text
