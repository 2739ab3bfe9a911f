"""What a mapping that comes late moves: cost ratios on both lines, marks, money, large amounts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from kpi_monitor.intake.handlers import Intake
from kpi_monitor.intake.mover import Mover
from kpi_monitor.intake.placement.placing import MOVED_MAX
from shared.database.clock import ManualClock
from shared.database.pool import transaction
from shared.events import CatalogItem, MetricsEvent
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, change, heartbeat, metrics_event, rule_body, totals

M = 1_000_000
BARE = {"campaign": None, "line": None}
CAMPAIGN = "double11-2025"


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(11 * 24)) as made:
        await made.fold(made.campaign())
        yield made


def mapping(
    name: str, line: str, since: int | None = None, *, version: int = 1, **changes: Any
) -> CatalogItem:
    """The platform's campaign 130 to a line; `since` in days."""
    known = {
        "source": "ads/1",
        "match": {"campaign": "130"},
        "campaign": CAMPAIGN,
        "line": line,
        "effective_from": None if since is None else at(24 * since).isoformat(),
    }
    deleted = changes.pop("deleted", False)
    return CatalogItem(
        kind="mapping",
        id=name,
        version=version,
        effective_from=None,
        deleted=deleted,
        object=known | changes,
    )


def day(number: int, revision: int = 1, **changes: Any) -> MetricsEvent:
    """A row of a report by day."""
    begin = 24 * number
    stated: dict[str, Any] = {
        **BARE,
        "entity": {"account": "1", "campaign": "130"},
        "report": "daily",
        "period": (at(begin)).strftime("%Y-%m-%d"),
        "period_start": at(begin),
        "period_end": at(begin + 24),
        "revision": revision,
        "measures": {"impressions": 100, "clicks": 5},
    }
    return metrics_event(begin, **(stated | changes))


async def values(kpi: World, name: str, line: str) -> list[str]:
    asked = {
        "campaign": CAMPAIGN,
        "kpi": name,
        "window": "1d",
        "group_by": "line",
        "from": at(-8).isoformat(),
        "to": at(10 * 24 - 8).isoformat(),
    }
    reply = await kpi.client.get("/v1/series", params=asked)
    assert reply.status_code == 200, reply.text
    items = reply.json()["items"]
    return [one["value"] for one in items if one["group"] == f"line:{line}" and one["value"]]


async def test_ten_days_of_clicks_follow_a_mapping_from_the_sixth(kpi: World) -> None:
    """Clicks of a line and its cost are of the same days, so that their ratio is right."""
    await kpi.fold(kpi.catalog(mapping("m1", "L01")))
    hours = {"period_start": -8, "period_end": 16}
    for number in range(10):
        bounds = {name: at(24 * number + hour) for name, hour in hours.items()}
        await kpi.fold(kpi.metrics(day(number, **bounds)))
    await kpi.fold(kpi.catalog(mapping("m2", "L02", since=5, effective_from=at(112).isoformat())))
    spent = [change(24 * number - 8, "10.00", hours=24) for number in range(10)]
    await kpi.fold(
        kpi.totals(
            totals(1, line="L01", changes=spent[:5]), totals(1, line="L02", changes=spent[5:])
        )
    )
    for line in ("L01", "L02"):
        assert await values(kpi, "cpc", line) == ["2.000000"] * 5, line
    sums = await kpi.rows(
        "SELECT line, sum(amount) / 1000000 FROM kpi.panes JOIN kpi.series USING (series)"
        " WHERE measure = 'clicks' GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in sums] == [("L01", 25), ("L02", 25)]
    await kpi.fold(kpi.catalog(mapping("m2", "L02", since=5, version=2, deleted=True)))
    assert {row[0] for row in await kpi.panes() if row[1] == "clicks"} == {"L01"}


async def test_a_corrected_mapping_takes_deltas_and_facts_with_their_marks(kpi: World) -> None:
    await kpi.fold(kpi.catalog(mapping("m1", "L01")))
    pane = {"period_start": at(1), "period_end": at(1) + timedelta(minutes=5)}
    deltas = [
        day(0, mode="delta", id=f"d{number}", measures={"taps": 2}, **pane) for number in range(3)
    ]
    await kpi.fold(kpi.metrics(*deltas, day(0), heartbeat(30), day(0, 2)))
    await kpi.fold(kpi.metrics(day(0, revision=3, measures={"impressions": 100, "clicks": 7})))
    before = await kpi.panes()
    assert [row[-1] // M for row in before if row[1] == "taps"] == [6]
    marks = {row[4]: row[-1] // M for row in before if row[1] == "clicks"}
    assert sorted(marks.values()) == [2, 5]
    await kpi.fold(kpi.catalog(mapping("m1", "L02", version=2)))
    assert await kpi.panes() == [("L02", *row[1:]) for row in before]
    await kpi.fold(kpi.catalog(mapping("m1", "L02", version=3, deleted=True)))
    assert await kpi.panes() == []
    assert len(await kpi.rows("SELECT FROM kpi.held")) == 3
    assert await kpi.rows("SELECT FROM kpi.placed") == []
    await kpi.fold(kpi.metrics(*deltas))
    await kpi.fold(kpi.catalog(mapping("m3", "L03")))
    assert await kpi.panes() == [("L03", *row[1:]) for row in before]
    assert await kpi.rejected() == []


async def test_what_names_its_line_itself_stays(kpi: World) -> None:
    await kpi.fold(kpi.metrics(metrics_event(9, line="L01"), day(0)))
    own = await kpi.panes()
    for version, line in enumerate(("L01", "L02", "L01"), start=1):
        await kpi.fold(kpi.catalog(mapping("m1", line, version=version)))
    await kpi.fold(kpi.catalog(mapping("m1", "L01", version=9, deleted=True)))
    assert await kpi.panes() == own


async def test_a_fact_told_before_this_was_remembered_is_moved_as_if_in_time(kpi: World) -> None:
    """Facts of an earlier version have no marks, their deltas no sums by entity: those stay."""
    await kpi.fold(kpi.catalog(mapping("m1", "L01")))
    delta = day(1, mode="delta", measures={"taps": 2})
    await kpi.fold(kpi.metrics(day(0), delta))
    await kpi.rows("UPDATE kpi.facts SET complete_ms = 0, earlier = ''")
    await kpi.rows("DELETE FROM kpi.placed")
    await kpi.fold(kpi.catalog(mapping("m1", "L02", version=2)))
    assert [(row[0], row[1]) for row in await kpi.panes()] == [
        ("L01", "taps"),
        ("L02", "clicks"),
        ("L02", "impressions"),
    ]


async def test_money_whose_mapping_leads_to_another_currency_waits_and_comes_back(
    kpi: World,
) -> None:
    """The counts follow; the money is one fact with them again when it is in its own currency."""
    await kpi.fold(kpi.campaign("us", currency="USD"))
    await kpi.fold(kpi.catalog(mapping("m1", "L01")))
    whole = {"clicks": 5, "revenue": "7.00"}
    await kpi.fold(kpi.metrics(day(0, measures=whole, currency="CNY")))
    delta = {"mode": "delta", "id": "d", "measures": whole, "currency": "CNY"}
    await kpi.fold(kpi.metrics(day(1, **delta)))
    before = await kpi.panes()
    await kpi.fold(kpi.catalog(mapping("m1", "L01", version=2, campaign="us")))
    assert {row[1] for row in await kpi.panes()} == {"clicks"}
    reply = (await kpi.client.get("/v1/held")).json()["items"]
    assert [one["reason"] for one in reply] == ["currency_differs"]
    await kpi.fold(kpi.catalog(mapping("m1", "L01", version=3)))
    assert await kpi.panes() == before
    assert (await kpi.client.get("/v1/held")).json()["items"] == []
    restated = {"clicks": 6, "revenue": "9.00"}
    await kpi.fold(kpi.metrics(day(0, 2, measures=restated, currency="CNY")))
    sums = {row[1]: row[-1] // M for row in await kpi.panes() if row[2] == before[0][2]}
    assert sums == restated | {"revenue": 9}
    assert await kpi.rejected() == []


async def test_a_line_that_everything_has_left_has_no_windows_of_zeros(kpi: World) -> None:
    """A rule for too little would be broken by what never belonged there."""
    body = rule_body(
        rule="roas-low",
        kpi="roas",
        condition={"op": "<", "levels": [{"severity": "warning", "value": "3"}]},
        min={},
        scope={"campaign": CAMPAIGN},
    )
    await kpi.set_now(at(2))
    assert (await kpi.add_rule(body)).status_code == 201
    await kpi.fold(kpi.catalog(mapping("m1", "L01")))
    spent = {"changes": [change(9, "10.00")], "complete_through": at(12)}
    await kpi.fold(kpi.totals(totals(1, line="L01", **spent)))
    revenue = {"measures": {"revenue": "90.00"}, "currency": "CNY"}
    await kpi.fold(kpi.metrics(metrics_event(9, **BARE, entity={"campaign": "130"}, **revenue)))
    await kpi.fold(kpi.catalog(mapping("m1", "L02", version=2)))
    await kpi.set_now(at(13))
    await kpi.fold(kpi.metrics(heartbeat(12)))
    await kpi.evaluate()
    assert await kpi.told() == []
    assert {row[:2] for row in await kpi.panes()} == {("L01", "spend"), ("L02", "revenue")}


async def test_windows_that_were_judged_are_not_judged_again(kpi: World) -> None:
    await kpi.set_now(at(2))
    assert (await kpi.add_rule(rule_body(scope={"campaign": CAMPAIGN}))).status_code == 201
    await kpi.fold(kpi.catalog(mapping("m1", "L01")))
    bad = {"impressions": 200_000, "clicks": 1600}
    event = metrics_event(9, **BARE, entity={"campaign": "130"}, measures=bad)
    await kpi.set_now(at(11))
    await kpi.fold(kpi.metrics(event, heartbeat(10)))
    await kpi.evaluate()
    (told,) = await kpi.told()
    assert (told.transition, told.group) == ("firing", {"line": "L01"})
    await kpi.fold(kpi.catalog(mapping("m1", "L02", version=2)))
    await kpi.evaluate()
    groups = [(one.transition, one.group["line"]) for one in await kpi.told()]
    assert groups == [("firing", "L01"), ("firing", "L02")], "L02 had not been judged there"


async def count_due(kpi: World, mover: Mover) -> int:
    async with kpi.pool.acquire() as conn:
        return await mover.count_due(conn)


async def test_more_than_one_transaction_may_move_is_moved_by_the_next_ones(kpi: World) -> None:
    """Each ends whole: a process that dies between two of them loses nothing."""
    await kpi.fold(kpi.catalog(mapping("m1", "L01")))
    count = 3 * MOVED_MAX // 2
    entities = [{"campaign": "130", "ad": str(number)} for number in range(count)]
    await kpi.fold(kpi.metrics(*(day(1, entity=entity) for entity in entities)))
    pane = {"mode": "delta", "measures": {"taps": 1}}
    await kpi.fold(
        kpi.metrics(*(day(2, entity=one, id=one["ad"], **pane) for one in entities[:3000]))
    )
    await kpi.fold(kpi.catalog(mapping("m1", "L02", version=2)))
    mover = Mover(kpi.settings, kpi.pool, ManualClock())
    assert await count_due(kpi, mover) == 1
    held = await kpi.rows("SELECT DISTINCT line FROM kpi.facts ORDER BY 1")
    assert len(held) >= 1
    # Half-way the mapping is corrected once more, and one of the steps is lost.
    async with transaction(kpi.pool) as conn:
        await Intake(kpi.settings, ManualClock()).move_on(conn)
    await kpi.fold(kpi.catalog(mapping("m1", "L03", version=3)))
    steps = 0
    while await mover.step():
        steps += 1
        assert steps < 100
    assert await count_due(kpi, mover) == 0
    sums = {row[:2]: int(row[-1]) // M for row in await kpi.panes()}
    assert sums == {
        ("L03", "clicks"): 5 * count,
        ("L03", "impressions"): 100 * count,
        ("L03", "taps"): 3000,
    }
