"""A kind of object that rules look at is one line of a table: what is read follows from that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from kpi_monitor.catalogue.objects import WATCHED, Watched
from kpi_monitor.judging import store
from shared.events import CatalogItem, PlainObject
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, budget_body

CAMPAIGN = "double11-2025"
KINDS = {**WATCHED, "milestone": Watched(lambda one: one.attributes["name"], is_judged=True)}


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(0)) as made:
        yield made


def milestone(name: str, campaign: str = CAMPAIGN, *, deleted: bool = False) -> CatalogItem:
    return CatalogItem(
        kind="milestone",
        id=name,
        version=1,
        effective_from=None,
        object={"campaign": campaign, "name": name},
        deleted=deleted,
    )


async def watched(kpi: World, lines: set[str] | None) -> dict[str, dict[str, object]]:
    async with kpi.pool.acquire() as conn:
        [unit] = await store.find_units(conn, {("default", CAMPAIGN): lines}, kinds=KINDS)
    return unit.watched


async def test_objects_of_a_new_kind_are_read_with_their_campaign(kpi: World) -> None:
    items = (milestone("M1"), milestone("M2"), milestone("M3", "b"), milestone("M4", deleted=True))
    await kpi.fold(kpi.catalog(*items))
    await kpi.add_rule(budget_body())
    first, second = (PlainObject({"campaign": CAMPAIGN, "name": one}) for one in ("M1", "M2"))
    assert await watched(kpi, None) == {"milestone": {"M1": first, "M2": second}}
    assert await watched(kpi, {"M2", "M3", "M4"}) == {"milestone": {"M2": second}}
    assert await watched(kpi, {"L02"}) == {}
