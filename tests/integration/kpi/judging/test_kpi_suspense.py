"""Money that waits in suspense for too long is told to the owner of the workspace, and its end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from kpi_monitor.judging import store
from kpi_monitor.judging.evaluator import Evaluator
from kpi_monitor.rules.families.suspense import suspense_rule
from kpi_monitor.units import store as units
from shared.database.clock import ManualClock
from shared.events import CatalogItem
from shared.events.coders import FIGURES_DECODER
from tests.integration.kpi.kpi_world import PARTITIONS, World, world
from tests.unit.kpi.builders import at

OWNERS = "other=bob, default=li.na"


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(0)) as made:
        yield made


async def tell(kpi: World, version: int, since: Any, source: str = "ads", **changes: Any) -> None:
    """What budget says waits; `since` None: nothing does."""
    waits = since is not None
    amounts = [{"amount": "22.75", "currency": "CNY"}] if waits else []
    known = {
        "source": source,
        "items": 3 if waits else 0,
        "amounts": amounts,
        "since": since.isoformat() if waits else None,
        "reasons": {"campaign_unknown": 3} if waits else {},
        "names": ["sprng/L1"] if waits else [],
    }
    item = CatalogItem(
        kind="suspense", id=source, version=version, effective_from=None, object=known | changes
    )
    await kpi.fold(kpi.catalog(item))


def evaluator(kpi: World) -> Evaluator:
    settings = kpi.settings.model_copy(update={"workspace_owners": OWNERS})
    return Evaluator(settings, kpi.pool, ManualClock(), partitions=lambda: PARTITIONS)


async def look(kpi: World) -> list[tuple[str, str, int]]:
    """Everything told until now."""
    while await evaluator(kpi).step():
        pass
    return [(one.breach, one.transition, one.seq) for one in await kpi.told()]


async def due(kpi: World) -> int:
    async with kpi.pool.acquire() as conn:
        return await evaluator(kpi).count_due(conn)


async def test_a_day_in_suspense_is_a_breach_with_all_its_message_needs(kpi: World) -> None:
    await tell(kpi, 1, at(0))
    await look(kpi)
    await kpi.set_now(at(24) - timedelta(seconds=1))
    assert (await due(kpi), await look(kpi)) == (0, [])
    await kpi.set_now(at(25))
    assert await due(kpi) == 1
    assert await look(kpi) == [("suspense/source:ads/1", "firing", 1)]
    assert await due(kpi) == 0
    [told] = await kpi.told()
    assert (told.kind, told.rule, told.severity, told.owner) == (
        "suspense",
        "suspense",
        "warning",
        "li.na",
    )
    assert told.group == told.subject == {"source": "ads"}
    assert told.labels == {"rule": "suspense", "source": "ads"}
    assert told.numbers == {"items": "3", "amount CNY": "22.75", "hours": "25"}
    assert (told.value, told.threshold, told.op) == ("25.000000", "24.000000", ">=")
    assert (told.since, told.event_time, told.currency) == (at(0), at(25), "CNY")
    assert told.annotations["names"] == "sprng/L1"
    assert (told.unit, told.numbers_units["amount"], told.numbers_units["items"]) == (
        "hours",
        "money",
        "count",
    )


async def test_it_ends_when_nothing_waits_too_long_and_begins_again_as_another_episode(
    kpi: World,
) -> None:
    await kpi.set_now(at(30))
    await tell(kpi, 1, at(0))
    await look(kpi)
    await tell(kpi, 2, at(20))
    await look(kpi)
    await tell(kpi, 1, at(0))
    assert await look(kpi) == [
        ("suspense/source:ads/1", "firing", 1),
        ("suspense/source:ads/1", "resolved", 2),
    ], "a newer item waits, for less than a day; an older version changes nothing"
    await kpi.set_now(at(50))
    await look(kpi)
    await tell(kpi, 3, None)
    assert (await look(kpi))[2:] == [
        ("suspense/source:ads/2", "firing", 1),
        ("suspense/source:ads/2", "resolved", 2),
    ]
    first, ended = (await kpi.told())[:2]
    assert (ended.reason, ended.labels, ended.owner) == ("recovered", first.labels, first.owner)
    assert (ended.since, ended.event_time) == (first.since, at(30))
    listed = (await kpi.client.get("/v1/breaches")).json()["items"]
    assert [(one["breach"], one["open"], len(one["history"])) for one in listed] == [
        ("suspense/source:ads/2", False, 2),
        ("suspense/source:ads/1", False, 2),
    ]


async def test_time_has_only_those_sources_judged_that_are_due(kpi: World) -> None:
    for source, since in (("ads", at(0)), ("till", at(2)), ("mail", None)):
        await tell(kpi, 1, since, source=source)
    await look(kpi)
    for hours, source in ((24, "ads"), (26, "till")):
        await kpi.set_now(at(hours))
        async with kpi.pool.acquire() as conn:
            await units.touch_due(conn, at(hours))
        assert [row["line"] for row in await kpi.rows("SELECT line FROM kpi.touches")] == [source]
        assert (await look(kpi))[-1] == (f"suspense/source:{source}/1", "firing", 1)
    assert (await due(kpi), await kpi.rows("SELECT line FROM kpi.dues")) == (0, [])


async def test_a_message_has_only_its_own_source_judged_whatever_its_name(kpi: World) -> None:
    names = ("ads", "till,eu:1")
    for source in names:
        await tell(kpi, 1, at(0), source=source)
    await kpi.set_now(at(25))
    await look(kpi)
    await tell(kpi, 2, None, source="till,eu:1")
    [touch] = await kpi.rows("SELECT workspace, campaign, line FROM kpi.touches")
    touched = {(touch["workspace"], touch["campaign"]): {touch["line"]}}
    async with kpi.pool.acquire() as conn:
        [unit] = await store.find_units(conn, touched, [suspense_rule(timedelta(days=1))])
    assert unit.watched["suspense"].keys() == {"till,eu:1"}
    assert unit.standings.keys() == {("suspense", r"source:till\,eu\:1")}
    assert (await look(kpi))[2:] == [(r"suspense/source:till\,eu\:1/1", "resolved", 2)]
    await tell(kpi, 2, None)
    assert (await look(kpi))[3:] == [("suspense/source:ads/1", "resolved", 2)]


async def test_replicas_that_look_at_the_same_time_tell_it_once(kpi: World) -> None:
    for number in range(20):
        await tell(kpi, 1, at(0), source=f"ads/{number:02d}")
    await kpi.set_now(at(25))
    replicas = [evaluator(kpi) for _ in range(4)]
    for _ in range(5):
        await asyncio.gather(*(one.step() for one in replicas))
    told = await look(kpi)
    assert sorted(told) == [(f"suspense/source:ads/{n:02d}/1", "firing", 1) for n in range(20)]


async def test_several_currencies_have_no_sum_and_a_broken_object_is_set_aside(kpi: World) -> None:
    await kpi.set_now(at(25))
    two = [{"amount": "1.00", "currency": "CNY"}, {"amount": "2.00", "currency": "USD"}]
    await tell(kpi, 1, at(0), amounts=two)
    await tell(kpi, 1, at(0), source="broken", amounts="none")
    await look(kpi)
    [told] = await kpi.told()
    assert told.currency is None
    assert {"amount CNY": "1.00", "amount USD": "2.00"}.items() <= told.numbers.items()
    assert len(await kpi.rejected()) == 1


async def test_money_that_joins_what_waits_is_told_as_newer_figures_until_the_end(
    kpi: World,
) -> None:
    await tell(kpi, 1, at(0))
    await kpi.set_now(at(25))
    await look(kpi)
    more = [{"amount": "388.80", "currency": "CNY"}]
    await tell(kpi, 2, at(0), items=5, amounts=more)
    await look(kpi)
    await kpi.set_now(at(25) + timedelta(minutes=1))
    await look(kpi)
    found = await kpi.rows("SELECT value FROM kpi.outbox WHERE topic = 'breaches.figures.v1'")
    [newer] = [FIGURES_DECODER.decode(row["value"]).data for row in found]
    assert (newer.breach, newer.seq, newer.figures_at) == ("suspense/source:ads/1", 1, at(25))
    assert newer.numbers == {"items": "5", "amount CNY": "388.80", "hours": "25"}
    await tell(kpi, 3, None)
    await look(kpi)
    assert await kpi.rows("SELECT breach FROM kpi.figures") == []


async def test_money_that_waits_for_no_breach_has_no_figures(kpi: World) -> None:
    await tell(kpi, 1, at(0))
    await tell(kpi, 2, at(0), items=5)
    assert await kpi.rows("SELECT breach FROM kpi.figures") == []
