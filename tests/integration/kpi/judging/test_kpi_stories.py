"""The scenario of requirements.md D as kpi-monitor sees it, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio

from shared.events import BudgetTotals, TotalsChange
from shared.money import format_micros, format_ratio
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import budget_body, heartbeat, metrics_event, rule_body, totals

HOUR = timedelta(hours=1)


def local(text: str) -> datetime:
    """ "11-04 15:00" of 2025 at +08:00."""
    return datetime.fromisoformat(f"2025-{text}:00+08:00")


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, local("11-01 00:00")) as made:
        yield made


def pacing_high() -> dict[str, Any]:
    return budget_body(
        rule="pacing-high",
        kpi="budget.pacing_ratio",
        suppress=None,
        condition={
            "op": ">=",
            "levels": [
                {"severity": "warning", "value": "1.2"},
                {"severity": "critical", "value": "1.5"},
            ],
        },
    )


def overspend() -> dict[str, Any]:
    return budget_body(
        rule="overspend",
        suppress=None,
        condition={"op": ">", "levels": [{"severity": "critical", "value": "1.00"}]},
    )


def hourly(start: datetime, impressions: int, clicks: int, revision: int = 1) -> Any:
    return metrics_event(
        source="ads/metrics",
        period=start.strftime("%Y-%m-%dT%H"),
        period_start=start,
        period_end=start + HOUR,
        time=start + HOUR,
        revision=revision,
        measures={"impressions": impressions, "clicks": clicks},
    )


def beat(instant: datetime) -> Any:
    event = heartbeat(0, source="ads/metrics")
    return msgspec.structs.replace(
        event, data=msgspec.structs.replace(event.data, complete_through=instant)
    )


def line(name: str, seq: int, now: datetime, **figures: int) -> BudgetTotals:
    """A totals message in whole units, as budget would seal it at `now`."""
    micros = {key: value * 1_000_000 for key, value in figures.items()}
    actual, allocated = micros["actual"], micros["allocated"]
    planned = micros["planned"]
    return totals(
        seq,
        line=name,
        names={"campaign": "双十一大促", "line": name},
        allocated=format_micros(allocated),
        actual=format_micros(actual),
        remaining=format_micros(allocated - actual),
        planned_to_date=format_micros(planned),
        used_ratio=format_ratio(actual, allocated),
        pacing_ratio=format_ratio(actual, planned),
        forecast_end=format_micros(allocated * actual // planned),
        complete_through=now,
        anchor=now,
        as_of=now,
    )


async def ctr_low(kpi: World, **changes: Any) -> None:
    """Up to 11-04 14:00, with the rule in force."""
    await kpi.fold(kpi.campaign())
    await kpi.set_now(local("11-04 13:30"))
    assert (await kpi.add_rule(rule_body(**changes))).status_code == 201
    await kpi.set_now(local("11-04 14:00"))
    await kpi.fold(kpi.metrics(hourly(local("11-04 13:00"), 100_000, 2000)))
    await kpi.fold(kpi.metrics(beat(local("11-04 14:00"))))
    await kpi.evaluate()


async def test_step_4_low_ctr_fires_with_its_lever_and_is_resolved_an_hour_later(
    kpi: World,
) -> None:
    await ctr_low(kpi)
    assert await kpi.told() == []
    await kpi.set_now(local("11-04 15:00"))
    await kpi.fold(kpi.metrics(hourly(local("11-04 14:00"), 200_000, 1600)))
    await kpi.evaluate()
    assert await kpi.told() == [], "the window is open until its source is complete"
    await kpi.fold(kpi.metrics(beat(local("11-04 15:00"))))
    await kpi.evaluate()
    await kpi.set_now(local("11-04 16:00"))
    await kpi.fold(
        kpi.metrics(hourly(local("11-04 15:00"), 200_000, 3400), beat(local("11-04 16:00")))
    )
    await kpi.evaluate()
    fired, resolved = await kpi.told()
    assert (fired.transition, fired.severity, fired.value) == ("firing", "critical", "0.008000")
    assert fired.crossed == ["0.015", "0.010"]
    assert fired.numbers == {"clicks": "1600", "impressions": "200000"}
    assert fired.annotations["lever"] == "关键词/文案 keyword or copy"
    assert fired.labels == {
        "team": "search",
        "rule": "ctr-low",
        "campaign": "double11-2025",
        "line": "L02",
    }
    assert fired.names == {"campaign": "双十一大促", "line": "L02", "rule": "CTR low"}
    assert fired.window is not None
    assert fired.window.start == local("11-04 14:00")
    assert [one.source for one in fired.sources] == ["ads/metrics"]
    assert (resolved.transition, resolved.value) == ("resolved", "0.017000")
    assert resolved.event_time - resolved.since == HOUR
    assert (resolved.breach, resolved.seq) == (fired.breach, 2)


async def test_replaying_the_whole_topics_changes_nothing(kpi: World) -> None:
    await ctr_low(kpi)
    await kpi.set_now(local("11-04 15:00"))
    await kpi.fold(kpi.metrics(hourly(local("11-04 14:00"), 200_000, 1600)))
    await kpi.fold(kpi.metrics(beat(local("11-04 15:00"))))
    await kpi.fold(kpi.totals(line("L02", 1, kpi.now, actual=10, allocated=100, planned=10)))
    await kpi.evaluate()
    told, panes = await kpi.told(), await kpi.panes()
    assert len(told) == 1
    for size in (1, 3, 1000):
        for begin in range(0, len(kpi.log), size):
            await kpi.fold(kpi.log[begin : begin + size])
            await kpi.evaluate()
    assert (await kpi.told(), await kpi.panes(), await kpi.rejected()) == (told, panes, [])


async def test_a_restated_closed_window_says_nothing_and_shows_in_series_and_explain(
    kpi: World,
) -> None:
    await ctr_low(kpi)
    await kpi.set_now(local("11-04 15:00"))
    await kpi.fold(kpi.metrics(hourly(local("11-04 14:00"), 200_000, 1600)))
    await kpi.fold(kpi.metrics(beat(local("11-04 15:00"))))
    await kpi.evaluate()
    await kpi.fold(kpi.metrics(hourly(local("11-04 14:00"), 200_000, 4000, revision=2)))
    await kpi.evaluate()
    assert [one.transition for one in await kpi.told()] == ["firing"]
    series = await kpi.client.get(
        "/v1/series",
        params={
            "campaign": "double11-2025",
            "kpi": "ctr",
            "window": "60m",
            "from": local("11-04 13:00").isoformat(),
            "to": local("11-04 16:00").isoformat(),
        },
    )
    assert [(i["value"], i["restated"]) for i in series.json()["items"]] == [
        ("0.020000", False),
        ("0.020000", True),
    ]
    explained = await kpi.client.get(
        "/v1/rules/ctr-low/explain",
        params={"group": "line:L02", "window": local("11-04 14:00").isoformat()},
    )
    body = explained.json()
    assert (body["value"], body["threshold"], body["closed"]) == ("0.008000", "0.010", True)
    assert body["numbers"] == {"clicks": "1600", "impressions": "200000"}
    assert (body["current"]["value"], body["restated"]) == ("0.020000", True)
    assert [one["transition"] for one in body["told"]] == ["firing"]


async def test_explain_shows_what_was_judged_and_beside_it_what_was_told_since(
    kpi: World,
) -> None:
    """Of a window that closes three minutes after its end, restated in the fourth."""
    await ctr_low(kpi, maturity="3m")
    await kpi.set_now(local("11-04 15:10"))
    start = local("11-04 14:00")
    asked = {"group": "line:L02", "window": start.isoformat()}
    await kpi.fold(kpi.metrics(hourly(start, 200_000, 1000), beat(local("11-04 15:02"))))
    # MetricsRecord after the end, and before the window closes.
    await kpi.fold(kpi.metrics(hourly(start, 200_000, 1600, revision=2)))
    await kpi.fold(kpi.metrics(beat(local("11-04 15:04"))))
    await kpi.evaluate()
    answer = (await kpi.client.get("/v1/rules/ctr-low/explain", params=asked)).json()
    assert (answer["value"], answer["value_now"], answer["restated"]) == ("0.008000",) * 2 + (
        False,
    )
    # In one poll with a later heartbeat, and in one of its own.
    late = hourly(start, 200_000, 4000, revision=3), beat(local("11-04 15:06"))
    await kpi.fold(kpi.metrics(*late))
    await kpi.fold(kpi.metrics(hourly(start, 200_000, 6000, revision=4)))
    await kpi.evaluate()
    assert [one.value for one in await kpi.told()] == ["0.008000"]
    answer = (await kpi.client.get("/v1/rules/ctr-low/explain", params=asked)).json()
    assert (answer["value"], answer["value_now"], answer["restated"]) == (
        "0.008000",
        "0.030000",
        True,
    )
    assert answer["numbers"] == {"clicks": "1600", "impressions": "200000"}


async def test_l03_is_told_when_it_spends_too_fast_and_when_it_is_back(kpi: World) -> None:
    assert (await kpi.add_rule(pacing_high())).status_code == 201
    course = [
        ("11-02 00:00", 12_000, 12_000),
        ("11-03 00:00", 28_000, 24_000),
        ("11-03 12:00", 48_000, 30_000),
        ("11-04 00:00", 50_000, 36_000),
        ("11-05 00:00", 58_000, 48_000),
        ("11-06 00:00", 66_000, 60_000),
    ]
    for seq, (moment, actual, planned) in enumerate(course, start=1):
        await kpi.set_now(local(moment))
        await kpi.fold(
            kpi.totals(line("L03", seq, kpi.now, actual=actual, allocated=150_000, planned=planned))
        )
        await kpi.evaluate()
    told = await kpi.told()
    assert [(one.transition, one.severity, one.value) for one in told] == [
        ("firing", "critical", "1.600000"),
        ("level_changed", "warning", "1.388889"),
        ("resolved", "warning", "1.100000"),
    ]
    assert told[0].numbers == {
        "actual": "48000.00",
        "allocated": "150000.00",
        "committed": "0.00",
        "corrections": "0.00",
        "forecast_end": "240000.00",
        "pacing_ratio": "1.600000",
        "planned_to_date": "30000.00",
        "remaining": "102000.00",
        "used_ratio": "0.320000",
    }
    assert (told[0].owner, told[0].currency, told[0].plan_version) == ("wang.lei", "CNY", 1)
    assert told[2].since == told[0].event_time == local("11-03 12:00")


async def test_step_9_l10_is_told_level_by_level_each_once(kpi: World) -> None:
    for body in (pacing_high(), budget_body(), overspend()):
        assert (await kpi.add_rule(body)).status_code == 201
    course = [("09:00", 30_000), ("10:00", 40_000), ("11:00", 47_500), ("12:00", 50_000)]
    for seq, (moment, actual) in enumerate([*course, ("13:00", 51_500)], start=1):
        await kpi.set_now(local(f"11-09 {moment}"))
        message = line("L10", seq, kpi.now, actual=actual, allocated=50_000, planned=30_000)
        await kpi.fold(kpi.totals(message))
        await kpi.evaluate()
    assert {
        (one.event_time.astimezone(local("11-09 00:00").tzinfo).hour, one.rule, one.transition,
         one.severity, one.value)
        for one in await kpi.told()
    } == {
        (10, "pacing-high", "firing", "warning", "1.333333"),
        (10, "budget-used", "firing", "info", "0.800000"),
        (11, "budget-used", "level_changed", "warning", "0.950000"),
        (11, "pacing-high", "level_changed", "critical", "1.583333"),
        (12, "budget-used", "level_changed", "critical", "1.000000"),
        (13, "overspend", "firing", "critical", "1.030000"),
    }  # fmt: skip


async def test_a_gap_in_the_totals_stops_the_line_and_shows_until_it_is_closed(
    kpi: World,
) -> None:
    await kpi.add_rule(overspend())
    first = kpi.totals(line("L10", 1, kpi.now, actual=10, allocated=100, planned=10))
    missing = kpi.totals(line("L10", 2, kpi.now, actual=20, allocated=100, planned=10))
    third = kpi.totals(line("L10", 3, kpi.now, actual=200, allocated=100, planned=10))
    await kpi.fold(first)
    await kpi.fold(third)
    await kpi.evaluate()
    assert await kpi.told() == []
    shown = (await kpi.client.get("/v1/lines?campaign=double11-2025")).json()["items"][0]
    assert (shown["seq"], shown["gap"]["expected"], shown["gap"]["seen"]) == (1, 2, 3)
    await kpi.fold(missing + third)
    await kpi.evaluate()
    shown = (await kpi.client.get("/v1/lines?campaign=double11-2025")).json()["items"][0]
    assert (shown["seq"], shown["gap"]) == (3, None)
    assert [one.value for one in await kpi.told()] == ["2.000000"]


async def test_the_day_series_of_step_2_joins_spend_and_metrics(kpi: World) -> None:
    """CTR 0.02, CPC 0.75, CVR 0.035 from 12,000 spend, 800,000 / 16,000 / 560."""
    await kpi.fold(kpi.campaign())
    start, end = local("11-01 00:00"), local("11-02 00:00")
    await kpi.set_now(end)
    event = metrics_event(
        source="ads/metrics",
        line="L03",
        report="daily",
        period="2025-11-01",
        period_start=start,
        period_end=end,
        time=end,
        measures={"impressions": 800_000, "clicks": 16_000, "conversions": 560},
    )
    spent = TotalsChange(period_start=start, period_end=end, amount="12000.00")
    message = line("L03", 1, end, actual=12_000, allocated=150_000, planned=12_000)
    await kpi.fold(kpi.totals(msgspec.structs.replace(message, changes=[spent])))
    await kpi.fold(kpi.metrics(event, beat(end)))
    await kpi.evaluate()
    values = {}
    for kpi_name in ("ctr", "cpc", "cvr"):
        reply = await kpi.client.get(
            "/v1/series",
            params={
                "campaign": "double11-2025",
                "kpi": kpi_name,
                "window": "1d",
                "from": start.isoformat(),
                "to": end.isoformat(),
            },
        )
        (item,) = reply.json()["items"]
        assert item["complete_through"] == "2025-11-01T16:00:00Z"
        values[kpi_name] = item["value"]
    assert values == {"ctr": "0.020000", "cpc": "0.750000", "cvr": "0.035000"}
