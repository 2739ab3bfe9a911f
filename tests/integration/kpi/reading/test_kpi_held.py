"""What waits is shown: entities without a mapping, campaigns that nobody judges (promise 1.9)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kpi_monitor.intake import waiting
from kpi_monitor.reading.held import PARTS_MAX
from shared import metrics
from shared.errors import UnavailableError
from shared.events import CatalogItem
from shared.http.paging import PAGE_MAX, decode_cursor
from tests.integration.kpi.kpi_world import World, reaching, world
from tests.unit.kpi.builders import at, metrics_event, totals

BARE = {"campaign": None, "line": None}


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


async def told(kpi: World, hour: int, ad: str, **changes: Any) -> None:
    entity = {"account": "123", "ad": ad}
    await kpi.fold(kpi.metrics(metrics_event(hour, **BARE, entity=entity, **changes)))


def mapping(ad: str, campaign: str = "double11-2025") -> CatalogItem:
    body = {
        "source": "ads/1",
        "match": {"ad": ad},
        "campaign": campaign,
        "line": "L03",
        "effective_from": None,
    }
    return CatalogItem(kind="mapping", id=f"m{ad}", version=1, effective_from=None, object=body)


async def held(kpi: World, **query: Any) -> Any:
    reply = await kpi.client.get("/v1/held", params=query)
    assert reply.status_code == 200
    return reply.json()


async def test_an_entity_without_a_mapping_is_listed_until_it_has_one(kpi: World) -> None:
    await told(kpi, 9, "7")
    await told(kpi, 11, "7")
    assert (await held(kpi))["items"] == [
        {
            "source": "ads/1",
            "entity": {"account": "123", "ad": "7"},
            "campaign": None,
            "line": None,
            "reason": "unmapped",
            "measures": ["clicks", "impressions"],
            "currencies": [],
            "rows": 2,
            "since": "2025-11-04T09:00:00Z",
            "last": "2025-11-04T12:00:00Z",
        }
    ]
    await kpi.fold(kpi.catalog(mapping("7")))
    assert await held(kpi) == {"items": [], "next": None}


async def test_entities_are_read_page_by_page_and_by_source(kpi: World) -> None:
    for ad in ("1", "2", "3"):
        await told(kpi, 9, ad)
    await told(kpi, 9, "4", source="ads/2")
    first = await held(kpi, limit=2)
    second = await held(kpi, limit=2, cursor=first["next"])
    found = [(one["source"], one["entity"]["ad"]) for one in first["items"] + second["items"]]
    assert found == [("ads/1", "1"), ("ads/1", "2"), ("ads/1", "3"), ("ads/2", "4")]
    assert second["next"] is None
    (only,) = (await held(kpi, source="ads/2"))["items"]
    assert only["entity"]["ad"] == "4"


async def test_a_limited_reader_gets_full_pages_whose_cursors_name_nothing_else(
    kpi: World, tmp_path: Path
) -> None:
    """In between wait entities without a mapping, and of a campaign that is out of reach, by a
    mapping that is closer than the one into reach."""
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.campaign("secret"))
    await kpi.fold(kpi.catalog(mapping("2"), mapping("4"), mapping("3", campaign="secret")))
    for ad in "12345":
        await told(kpi, 9, ad, measures={"revenue": "5.00"}, currency="USD")
    named = metrics_event(9, source="z", measures={"revenue": "5.00"}, currency="USD")
    await kpi.fold(kpi.metrics(named, metrics_event(9, source="y", entity={"ad": "9"}, **BARE)))
    kpi.client.headers.update(reaching(tmp_path, "double11-2025"))
    cursor, pages = None, []
    while not pages or cursor:
        page = await held(kpi, limit=1, **({"cursor": cursor} if cursor else {}))
        pages.append([(one["source"], (one["entity"] or {}).get("ad")) for one in page["items"]])
        cursor = page["next"]
    assert pages == [[("ads/1", "2")], [("ads/1", "4")], [("z", None)]]


@pytest.mark.parametrize("is_gone", [False, True], ids=["it waits on", "it is released meanwhile"])
async def test_a_page_looks_at_so_many_only_and_its_cursor_goes_on_after_the_last_of_them(
    kpi: World, tmp_path: Path, is_gone: bool
) -> None:
    """Nothing maps those in between, which are more than a page looks at."""
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.catalog(mapping("1"), mapping("z")))
    for ad in ("1", "z"):
        await told(kpi, 9, ad, measures={"revenue": "5.00"}, currency="USD")
    await kpi.rows(
        "INSERT INTO kpi.held (workspace, source, entity, period, start_ms, measure, end_ms,"
        " known_ms, currency, told, amount, levels, measures)"
        " SELECT workspace, source, 'account=123,ad=2' || n, period, start_ms, measure, end_ms,"
        " known_ms, currency, told, amount, jsonb_build_object('ad', '2' || n), measures"
        " FROM kpi.held, generate_series(1, $1) AS n WHERE entity LIKE '%ad=1'",
        PARTS_MAX * PAGE_MAX,
    )
    kpi.client.headers.update(reaching(tmp_path, "double11-2025"))
    first = await held(kpi)
    if is_gone:
        await kpi.rows("DELETE FROM kpi.held WHERE entity LIKE '%ad=2%'")
    second = await held(kpi, cursor=first["next"])
    pages = [[one["entity"]["ad"] for one in page["items"]] for page in (first, second)]
    assert (pages, second["next"]) == ([["1"], ["z"]], None)
    source, entity, row = decode_cursor(first["next"], str, str, int) or []
    assert (source, entity, row > 0) == ("ads/1", "account=123,ad=1", True)


async def test_money_in_another_currency_says_why_it_still_waits(kpi: World) -> None:
    await kpi.fold(kpi.campaign())
    await told(kpi, 9, "7", measures={"revenue": "5.00"}, currency="USD")
    assert [one["reason"] for one in (await held(kpi))["items"]] == ["unmapped"]
    await kpi.fold(kpi.catalog(mapping("7")))
    (one,) = (await held(kpi))["items"]
    assert (one["reason"], one["currencies"]) == ("currency_differs", ["USD"])
    assert (one["campaign"], one["line"]) == ("double11-2025", "L03")


async def test_money_named_before_its_campaign_says_so(kpi: World) -> None:
    money = {"revenue": "5.00"}
    await kpi.fold(kpi.metrics(metrics_event(9, measures=money, currency="CNY")))
    (one,) = (await held(kpi))["items"]
    assert (one["reason"], one["entity"]) == ("campaign_unknown", None)
    assert (one["campaign"], one["line"]) == ("double11-2025", "L02")
    await kpi.fold(kpi.campaign())
    assert (await held(kpi))["items"] == []


async def test_touched_campaigns_are_counted_until_they_are_judged(kpi: World) -> None:
    for line, campaign in (("L01", "a"), ("L02", "a"), ("L01", "b")):
        await kpi.fold(kpi.totals(totals(1, line=line, campaign=campaign)))
    await told(kpi, 9, "7")
    await waiting.refresh(kpi.pool)
    assert metrics.KPI_CAMPAIGNS_WAITING._value.get() == 2
    assert metrics.KPI_HELD_ROWS._value.get() == 1
    await kpi.evaluate()
    await waiting.refresh(kpi.pool)
    assert metrics.KPI_CAMPAIGNS_WAITING._value.get() == 0
    assert metrics.KPI_WAITING_AGE._value.get() == 0


async def test_a_service_that_folds_and_does_not_judge_is_not_ready(kpi: World) -> None:
    await kpi.fold(kpi.totals(totals(1)))
    await waiting.check(kpi.pool)
    await kpi.rows(
        "UPDATE kpi.touches SET touched_at = touched_at - $1::interval", timedelta(seconds=61)
    )
    with pytest.raises(UnavailableError, match=r"the oldest for \d+ s") as stuck:
        await waiting.check(kpi.pool)
    assert stuck.value.code == "evaluation_stuck"
    await kpi.evaluate()
    await waiting.check(kpi.pool)
