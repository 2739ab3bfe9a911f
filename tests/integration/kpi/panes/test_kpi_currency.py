"""Money is only summed in the campaign's currency; counts have none, and count."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.events import CatalogItem
from tests.integration.kpi.kpi_world import World, world
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
async def test_revenue_in_another_currency_is_held_by_name_and_the_clicks_beside_it_count(
    kpi: World, mode: str
) -> None:
    await kpi.fold(kpi.campaign())
    wrong = metrics_event(9, mode=mode, measures=MONEY, currency="USD")
    await kpi.fold(kpi.metrics(wrong))
    assert await kpi.rejected() == []
    assert await sums(kpi) == {("L02", "clicks"): 10}
    [held] = (await kpi.client.get("/v1/held")).json()["items"]
    assert (held["reason"], held["measures"], held["currencies"], held["campaign"]) == (
        "currency_differs",
        ["revenue"],
        ["USD"],
        "double11-2025",
    )


async def test_revenue_in_another_currency_is_taken_once_it_is_corrected(kpi: World) -> None:
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(metrics_event(9, measures=MONEY, currency="USD")))
    right = metrics_event(9, measures=MONEY, currency="CNY", revision=2)
    await kpi.fold(kpi.metrics(right))
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
    assert await sums(kpi) == {("L02", "clicks"): 10}


async def test_the_clicks_of_a_mapped_entity_in_another_currency_count(kpi: World) -> None:
    await kpi.fold(kpi.campaign() + kpi.catalog(mapping()))
    await kpi.fold(kpi.metrics(metrics_event(9, **ENTITY, measures=MONEY, currency="USD")))
    assert await sums(kpi) == {("L03", "clicks"): 10}
    assert await kpi.rejected() == []


async def test_what_was_held_back_in_another_currency_stays_held_until_it_fits(
    kpi: World,
) -> None:
    """Its events were accepted: a campaign in their currency may yet come, nothing may be mixed."""
    await kpi.fold(kpi.campaign() + kpi.campaign("us", currency="USD"))
    await kpi.fold(
        kpi.metrics(
            metrics_event(9, **ENTITY, measures=MONEY, currency="USD"),
            metrics_event(10, **ENTITY, measures=MONEY, currency="CNY"),
        )
    )
    await kpi.fold(kpi.catalog(mapping()))
    assert await sums(kpi) == {("L03", "clicks"): 20, ("L03", "revenue"): 120}
    held = await kpi.rows("SELECT measures, currency FROM kpi.held ORDER BY 1")
    assert [tuple(row) for row in held] == [("revenue", "USD")]
    moved = mapping(campaign="us")
    await kpi.fold(kpi.catalog(CatalogItem(
        kind="mapping", id="m1", version=2, effective_from=None, object=moved.object
    )))  # fmt: skip
    # All of it follows the mapping, so what fits and what waits change places.
    held = await kpi.rows("SELECT measures, currency FROM kpi.held ORDER BY 1")
    assert [tuple(row) for row in held] == [("revenue", "CNY")]
    booked = await kpi.rows(
        "SELECT campaign, measure, sum(amount) / 1000000 AS amount"
        " FROM kpi.panes JOIN kpi.series USING (series) GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [tuple(row) for row in booked] == [("us", "clicks", 20), ("us", "revenue", 120)]


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
    # Which revision of a fact counts is known with its campaign; a count of a delta counts.
    assert await sums(kpi) == ({} if mode == "snapshot" else {(line, "clicks"): 10})
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(event, later))
    fits = currency == "CNY"
    money = {(line, "revenue"): 240} if fits else {}
    assert await sums(kpi) == {(line, "clicks"): 20, **money}
    assert await kpi.rejected() == []
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


R1 = {"measures": {"clicks": 10, "revenue": "100.00"}, "currency": "USD", "revision": 1}
R2 = {"measures": {"clicks": 12, "revenue": "700.00"}, "currency": "CNY", "revision": 2}
R3 = {"measures": {"clicks": 13, "revenue": "710.00"}, "currency": "CNY", "revision": 3}


@pytest.mark.parametrize("before", range(4))
async def test_a_snapshot_corrected_into_the_right_currency_counts_wherever_its_campaign_comes(
    kpi: World, before: int
) -> None:
    for number, told in enumerate((R1, R2, R3)):
        if number == before:
            await kpi.fold(kpi.campaign())
        await kpi.fold(kpi.metrics(metrics_event(9, **told)))
    await kpi.fold(kpi.campaign(version=2))
    assert await sums(kpi) == {("L02", "clicks"): 13, ("L02", "revenue"): 710}


async def test_a_placed_snapshot_gains_no_foreign_money_before_its_campaign_is_known(
    kpi: World,
) -> None:
    await kpi.fold(kpi.metrics(metrics_event(9, measures={"clicks": 10})))
    await kpi.fold(kpi.metrics(metrics_event(9, **R1 | {"revision": 2})))
    await kpi.fold(kpi.campaign())
    assert await sums(kpi) == {("L02", "clicks"): 10}
    await kpi.fold(kpi.metrics(metrics_event(9, **R3)))
    assert await sums(kpi) == {("L02", "clicks"): 13, ("L02", "revenue"): 710}


async def test_a_snapshot_without_money_waits_beside_one_with_money_that_it_restates(
    kpi: World,
) -> None:
    await kpi.fold(kpi.metrics(metrics_event(9, **R2)))
    await kpi.fold(kpi.metrics(metrics_event(9, measures={"clicks": 14}, revision=3)))
    assert await sums(kpi) == {}
    await kpi.fold(kpi.campaign())
    assert await sums(kpi) == {("L02", "clicks"): 14, ("L02", "revenue"): 0}


async def test_a_fact_that_followed_its_mapping_takes_the_money_of_where_it_stands(
    kpi: World,
) -> None:
    """As if the mapping had led there from the beginning; money in yuan waits for one that fits."""
    await kpi.fold(kpi.campaign() + kpi.campaign("us", currency="USD") + kpi.catalog(mapping()))
    await kpi.fold(kpi.metrics(metrics_event(9, **ENTITY, **R2)))
    await kpi.fold(kpi.metrics(metrics_event(10, **ENTITY, measures={"clicks": 1})))
    moved = mapping(campaign="us").object
    await kpi.fold(kpi.catalog(CatalogItem(
        kind="mapping", id="m1", version=2, effective_from=None, object=moved
    )))  # fmt: skip
    dollars = {"measures": {"revenue": "9.00"}, "currency": "USD", "revision": 3}
    await kpi.fold(kpi.metrics(*(metrics_event(hour, **ENTITY, **dollars) for hour in (9, 10))))
    assert await kpi.rejected() == []
    assert await sums(kpi) == {("L03", "clicks"): 0, ("L03", "revenue"): 18}
    held = await kpi.rows("SELECT measures, currency FROM kpi.held")
    assert [tuple(row) for row in held] == [("revenue", "CNY")]
