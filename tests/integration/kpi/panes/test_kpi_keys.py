"""Names that hold what separates the parts of a key: each subject keeps its own measures."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.events import CatalogItem
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, metrics_event

SNAPSHOT: dict[str, Any] = {
    "campaign": None,
    "line": None,
    "mode": "snapshot",
    "report": "ads",
    "period": "2025-11-04T09",
    "revision": 1,
}
SUMS = """
SELECT line, sum(amount) AS amount FROM kpi.panes JOIN kpi.series USING (series)
WHERE measure = 'clicks' GROUP BY line
"""


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


def _mapping(name: str, match: dict[str, str]) -> CatalogItem:
    body = {
        "source": "ads/1",
        "match": match,
        "campaign": "double11-2025",
        "line": "L03",
        "effective_from": None,
    }
    return CatalogItem(kind="mapping", id=name, version=1, effective_from=None, object=body)


@pytest.mark.parametrize("mapped", ["before", "after"])
@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (
            {"entity": {"ad": "x,device=m"}},
            {"entity": {"ad": "x", "device": "m"}},
            "one ad looked like two levels",
        ),
        (
            {"entity": {"ad": "x"}, "dims": {"a": "1,b=2"}},
            {"entity": {"ad": "x"}, "dims": {"a": "1", "b": "2"}},
            "dims too",
        ),
    ],
)
async def test_two_snapshots_that_looked_alike_are_two_facts(
    kpi: World, one: dict[str, Any], other: dict[str, Any], why: str, mapped: str
) -> None:
    """Clicks of both are summed, held or not, and each is restated by itself."""
    matches = [_mapping(f"m{n}", {"ad": ad}) for n, ad in enumerate(("x", "x,device=m"))]
    campaign = kpi.campaign()
    if mapped == "before":
        await kpi.fold(campaign + kpi.catalog(*matches))
    stated = [{**SNAPSHOT, **one}, {**SNAPSHOT, **other}]
    for clicks, where in zip((100, 7), stated, strict=True):
        await kpi.fold(kpi.metrics(metrics_event(9, **where, measures={"clicks": clicks})))
    if mapped == "after":
        await kpi.fold(campaign + kpi.catalog(*matches))
    last = {**stated[0], "revision": 2, "measures": {"clicks": 101}}
    await kpi.fold(kpi.metrics(metrics_event(9, **last)))
    async with kpi.pool.acquire() as conn:
        found = {row["line"]: int(row["amount"]) for row in await conn.fetch(SUMS)}
    assert found == {"L03": 108 * 1_000_000}, why
    assert await kpi.rejected() == []
