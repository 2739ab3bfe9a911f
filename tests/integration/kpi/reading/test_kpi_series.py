"""Series over HTTP at their limits: lost records, impossible times, too much at once."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.integration.kpi.kpi_world import World, world
from tests.unit.kpi.builders import at, metrics_event, rule_body

PANE = timedelta(minutes=5)


@pytest_asyncio.fixture
async def kpi(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(database_url, tmp_path, at(24)) as made:
        yield made


async def series(kpi: World, **changes: Any) -> httpx.Response:
    asked = {
        "campaign": "double11-2025",
        "kpi": "ctr",
        "window": "60m",
        "from": at(8).isoformat(),
        "to": at(14).isoformat(),
    }
    return await kpi.client.get("/v1/series", params=asked | changes)


async def lose(kpi: World, start: datetime | None, end: datetime, records: int = 1) -> None:
    """A gap that a person accepted, as `paceline offsets accept-gap` stores it."""
    await kpi.rows(
        "INSERT INTO kpi.offset_gaps (group_id, topic, partition, from_offset, to_offset,"
        " lost_from, lost_to, reason)"
        " VALUES ('kpi-monitor', 'metrics.v1', 0, 0, $3, $1, $2, 'disk')",
        start, end, records,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "incomplete", "reason"),
    [
        (10.5, 10.75, [9, 10], "the hour itself, and the one before, which is told within an hour"),
        (None, 9.5, [8, 9], "nobody knows since when"),
        (13.5, 20, [12, 13], "an hour later than the range"),
        (14.5, 20, [13], "it ends within the last hour's telling"),
        (15.5, 20, [], "long after"),
    ],
)
async def test_windows_that_lost_records_may_concern_are_marked_incomplete(
    kpi: World, start: float | None, end: float, incomplete: list[int], reason: str
) -> None:
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(*(metrics_event(hour) for hour in range(8, 14))))
    await lose(kpi, None if start is None else at(start), at(end))
    items = (await series(kpi)).json()["items"]
    assert len(items) == 6
    marked = [datetime.fromisoformat(one["start"]).hour for one in items if one["incomplete"]]
    expected = [hour for hour in range(8, 14) if hour in incomplete]
    assert marked == expected, reason
    assert (await kpi.add_rule(rule_body())).status_code == 201
    for hour in range(8, 14):
        asked = {"group": "line:L02", "window": at(hour).isoformat()}
        explained = (await kpi.client.get("/v1/rules/ctr-low/explain", params=asked)).json()
        assert explained["incomplete"] is (hour in incomplete), reason


async def test_a_gap_of_no_records_marks_nothing(kpi: World) -> None:
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(metrics_event(9)))
    await lose(kpi, at(8), at(12), records=0)
    assert [one["incomplete"] for one in (await series(kpi)).json()["items"]] == [False]


@pytest.mark.parametrize("year", ["0001", "1969", "2200", "9999"])
async def test_times_that_no_campaign_has_are_refused_by_name(kpi: World, year: str) -> None:
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(metrics_event(9)))
    await kpi.add_rule(rule_body())
    begin, end = f"{year}-12-30T00:00:00+14:00", f"{year}-12-31T23:00:00-12:00"
    replies = [
        await series(kpi, **{"from": begin, "to": end}),
        await kpi.client.post(
            "/v1/rules/test", json={"rule": rule_body(), "from": begin, "to": end}
        ),
        await kpi.client.get(
            "/v1/rules/ctr-low/explain", params={"group": "line:L02", "window": begin}
        ),
    ]
    assert [(one.status_code, one.json()["code"]) for one in replies] == [
        (422, "range_invalid")
    ] * 3


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({}, 200, "720 hours of 27 lines"),
        ({"to": "2025-12-06T00:00:00Z"}, 422, "and a day more"),
        ({"to": "2025-12-06T00:00:00Z", "group_by": "campaign"}, 200, "a value for all lines"),
        ({"to": "2025-12-06T00:00:00Z", "window": "2h"}, 200, "half as many windows"),
    ],
)
async def test_a_series_has_a_bounded_number_of_values(
    kpi: World, changes: dict[str, str], status: int, reason: str
) -> None:
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(*(metrics_event(9, line=f"L{n:02}") for n in range(27))))
    month = {"from": "2025-11-04T00:00:00Z", "to": "2025-12-04T00:00:00Z"}
    reply = await series(kpi, **month | changes)
    assert reply.status_code == status, reason
    body = reply.json()
    if status == 422:
        assert (body["code"], "20000 values" in body["detail"]) == ("range_too_large", True)
    else:
        assert len(body["items"]) == (1 if "group_by" in changes else 27)
    limits = {"from": month["from"], "to": changes.get("to", month["to"])}
    if "group_by" not in changes and "window" not in changes:
        asked = {"rule": rule_body(scope={"campaign": "double11-2025"}), **limits}
        tested = await kpi.client.post("/v1/rules/test", json=asked)
        assert tested.status_code == status, reason


async def test_a_series_reads_a_bounded_number_of_periods(kpi: World) -> None:
    """Days of deltas: few values of many panes."""
    lines = [
        metrics_event(9, id=f"d{n}", mode="delta", line=f"L{n:02}", period_end=at(9) + PANE)
        for n in range(10)
    ]
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(*lines))
    asked = {"window": "1d", "group_by": "campaign", "from": at(0).isoformat()}
    year = await series(kpi, **asked, to=(at(0) + timedelta(days=365)).isoformat())
    assert (year.status_code, year.json()["code"]) == (422, "range_too_large")
    assert "2000000" in year.json()["detail"]
    (quarter,) = (await series(kpi, **asked, to=at(90 * 24).isoformat())).json()["items"]
    assert quarter["numbers"] == {"clicks": "30000", "impressions": "2000000"}


async def test_what_was_told_of_the_whole_last_window_is_in_it(kpi: World) -> None:
    await kpi.fold(kpi.campaign())
    await kpi.fold(kpi.metrics(metrics_event(8), metrics_event(11)))
    (one,) = (await series(kpi, window="4h", to=at(9).isoformat())).json()["items"]
    assert one["numbers"]["clicks"] == "6000"
