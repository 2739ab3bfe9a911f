"""Money measures are only summed in the campaign's currency."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from kpi_world import World, world

from shared.events import CatalogItem
from tests.unit.kpi.builders import at, metrics_event

MONEY = {"clicks": 10, "revenue": "120.00"}
ENTITY = {"campaign": None, "line": None, "entity": {"campaign": "993"}}


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


def mapping(name: str = "m1", campaign: str = "double11-2025") -> CatalogItem:
    body = {
        "source": "ads/1",
        "match": {"campaign": "993"},
        "campaign": campaign,
        "line": "L03",
        "effective_from": None,
    }
    return CatalogItem(kind="mapping", id=name, version=1, effective_from=None, object=body)


async def sums(kpi: World) -> dict[tuple[str, str], int]:
    rows = await kpi.rows(
        "SELECT line, measure, sum(amount) / 1000000 AS amount"
        " FROM kpi.panes JOIN kpi.series USING (series) GROUP BY 1, 2"
    )
    return {(row["line"], row["measure"]): int(row["amount"]) for row in rows}


@pytest.mark.parametrize("mode", ["snapshot", "delta"])
async def test_revenue_in_another_currency_is_refused_by_name_and_taken_once_corrected(
    kpi: World, mode: str
) -> None:
    await kpi.fold(kpi.campaign())
    wrong = metrics_event(9, mode=mode, measures=MONEY, currency="USD")
    await kpi.fold(kpi.metrics(wrong))
    assert await kpi.rejected() == ["currency_differs"]
    assert await sums(kpi) == {}
    await kpi.fold(kpi.metrics(metrics_event(9, mode=mode, measures=MONEY, currency="CNY")))
    assert await sums(kpi) == {("L02", "clicks"): 10, ("L02", "revenue"): 120}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"currency": "USD", "measures": {"clicks": 10}}, "no money is stated"),
        ({"measures": MONEY}, "no currency is stated: the campaign's is meant"),
    ],
)
async def test_a_currency_matters_only_for_money_that_states_it(
    kpi: World, changes: dict[str, object], reason: str
) -> None:
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(metrics_event(9, **changes)))
    assert await kpi.rejected() == [], reason
    assert (await sums(kpi))["L02", "clicks"] == 10


async def test_the_currency_told_in_the_same_poll_counts(kpi: World) -> None:
    wrong = metrics_event(9, measures=MONEY, currency="USD")
    await kpi.fold(kpi.metrics(wrong) + kpi.campaign())
    assert await kpi.rejected() == ["currency_differs"]


async def test_a_mapped_entity_in_another_currency_is_refused(kpi: World) -> None:
    await kpi.fold(kpi.campaign() + kpi.catalog(mapping()))
    await kpi.fold(kpi.metrics(metrics_event(9, **ENTITY, measures=MONEY, currency="USD")))
    assert await kpi.rejected() == ["currency_differs"]


async def test_what_was_held_back_in_another_currency_stays_held_until_it_fits(
    kpi: World,
) -> None:
    """Its events were accepted and are sums now: nothing can be refused, nothing may be mixed."""
    await kpi.fold(kpi.campaign() + kpi.campaign("us", currency="USD"))
    await kpi.fold(
        kpi.metrics(
            metrics_event(9, **ENTITY, measures=MONEY, currency="USD"),
            metrics_event(10, **ENTITY, measures=MONEY, currency="CNY"),
        )
    )
    await kpi.fold(kpi.catalog(mapping()))
    assert await sums(kpi) == {("L03", "clicks"): 10, ("L03", "revenue"): 120}
    held = await kpi.rows("SELECT measure, currency FROM kpi.held ORDER BY 1")
    assert [tuple(row) for row in held] == [("clicks", ""), ("revenue", "USD")]
    moved = mapping(campaign="us")
    await kpi.fold(kpi.catalog(CatalogItem(
        kind="mapping", id="m1", version=2, effective_from=None, object=moved.object
    )))  # fmt: skip
    assert await kpi.rows("SELECT FROM kpi.held") == []


@pytest.mark.parametrize("place", [{}, ENTITY], ids=["own names", "mapped"])
@pytest.mark.parametrize("mode", ["snapshot", "delta"])
@pytest.mark.parametrize("currency", ["CNY", "USD"])
async def test_whether_money_is_summed_does_not_depend_on_which_topic_is_read_first(
    kpi: World, currency: str, mode: str, place: dict[str, object]
) -> None:
    """A rebuilt database reads topics in any order."""
    await kpi.fold(kpi.catalog(mapping()))
    line = "L03" if place else "L02"
    event = metrics_event(9, mode=mode, **place, measures=MONEY, currency=currency)
    later = metrics_event(10, mode=mode, **place, measures=MONEY, currency=currency)
    await kpi.fold(kpi.metrics(event))
    assert await sums(kpi) == {}
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(event, later))
    fits = currency == "CNY"
    assert await sums(kpi) == ({(line, "clicks"): 20, (line, "revenue"): 240} if fits else {})
    assert set(await kpi.rejected()) == (set() if fits else {"currency_differs"})
    assert bool(await kpi.rows("SELECT FROM kpi.held")) is not fits


async def test_a_held_snapshot_is_corrected_before_and_after_its_campaign_comes(
    kpi: World,
) -> None:
    first = {"measures": {"revenue": "100.00"}, "currency": "CNY"}
    await kpi.fold(kpi.metrics(metrics_event(9, **first)))
    second = {"measures": {"revenue": "110.00"}, "currency": "CNY", "revision": 2}
    await kpi.fold(kpi.metrics(metrics_event(9, **second)))
    await kpi.fold(kpi.campaign())
    assert await sums(kpi) == {("L02", "revenue"): 110}
    third = {"measures": {"revenue": "90.00"}, "currency": "CNY", "revision": 3}
    await kpi.fold(kpi.metrics(metrics_event(9, **third)))
    assert await sums(kpi) == {("L02", "revenue"): 90}
