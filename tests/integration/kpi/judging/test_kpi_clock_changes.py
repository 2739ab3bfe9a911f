"""A day of 23.5 hours and an hour of 30 minutes are judged like any other."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio

from shared.events import MetricsEvent, SourceData, SourceEvent
from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import metrics_event, rule_body

ZONE = ZoneInfo("Australia/Lord_Howe")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, utc("2026-10-01T00:00+11:00")) as made:
        await made.fold(made.campaign(time_zone="Australia/Lord_Howe"))
        yield made


def told(label: str, start: datetime, length: timedelta, clicks: int) -> MetricsEvent:
    return metrics_event(
        report="daily" if len(label) == 10 else "hourly",
        period=label,
        period_start=start,
        period_end=start + length,
        time=start + length,
        measures={"impressions": 100_000, "clicks": clicks},
    )


def beat(at: datetime) -> SourceEvent:
    return SourceEvent(
        specversion="1.0",
        id=f"hb-{at}",
        source="ads/1",
        time=at,
        workspace="default",
        receivedat=at,
        bodyhash="0" * 32,
        data=SourceData(complete_through=at),
    )


async def judged(kpi: World, window: str, *events: MetricsEvent) -> list[Any]:
    """Windows that the rule told of: start on the local clock, value."""
    now = events[-1].time
    await kpi.set_now(now)
    await kpi.fold(kpi.metrics(*events, beat(now)))
    # Made once the source's periods are known: they are held against the window.
    body = rule_body(window={"kind": "tumbling", "size": window})
    tested = {"rule": body, "from": events[0].data.period_start, "to": now}
    await kpi.evaluate()
    answer = await kpi.client.post(
        "/v1/rules/test",
        json={**tested, "from": tested["from"].isoformat(), "to": now.isoformat()},
    )
    assert answer.status_code == 200, answer.text
    assert (await kpi.add_rule(body)).status_code == 201
    return [
        (f"{utc(one['window']['start']).astimezone(ZONE):%d %H:%M}", one["transition"])
        for one in answer.json()["transitions"]
    ]


async def test_days_of_half_an_hour_less_and_more_are_windows_of_a_day(kpi: World) -> None:
    short, rest = timedelta(hours=23.5), timedelta(days=1)
    first, second = utc("2026-10-04T00:00+10:30"), utc("2026-10-05T00:00+11:00")
    events = told("2026-10-04", first, short, 500), told("2026-10-05", second, rest, 5000)
    assert await judged(kpi, "1d", *events) == [("04 00:00", "firing"), ("05 00:00", "resolved")]


async def test_an_hour_of_which_the_clock_leaves_half_is_judged_and_so_are_those_after_it(
    kpi: World,
) -> None:
    half, hour = timedelta(minutes=30), timedelta(hours=1)
    events = (
        told("2026-10-04T01", utc("2026-10-03T14:30Z"), hour, 5000),
        told("2026-10-04T02", utc("2026-10-03T15:30Z"), half, 500),
        told("2026-10-04T03", utc("2026-10-03T16:00Z"), hour, 5000),
    )
    assert await judged(kpi, "60m", *events) == [("04 02:30", "firing"), ("04 03:00", "resolved")]
