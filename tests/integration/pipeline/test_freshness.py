"""Ingest, budget and kpi-monitor give one answer to whether a source is live."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.kafka.consumer import Received
from tests.integration.budget.budget_helpers import (
    Service,
    approve,
    create_campaign,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at
from tests.integration.ingest.ingest_world import World as Ingest
from tests.integration.ingest.ingest_world import running, settings_for, until_ready
from tests.integration.kpi.kpi_world import World as Monitor
from tests.integration.kpi.kpi_world import world as monitor_world

HOUR = dt.timedelta(hours=1)
NOW = at("11-03 12:00")
WHERE = {"campaign": "c1", "line": "L1"}


@pytest_asyncio.fixture
async def house(
    kafka: str, topic_prefix: str, database_url: str, tmp_path: Path
) -> AsyncIterator[tuple[Ingest, Service, Monitor]]:
    settings = settings_for(kafka, topic_prefix, database_url, tmp_path / "keys", clock="manual")
    async with (
        running_service(database_url, tmp_path / "budget") as budget,
        monitor_world(database_url, tmp_path / "kpi", NOW) as monitor,
        running(settings, tmp_path / "keys") as ingest,
    ):
        await until_ready(ingest)
        yield ingest, budget, monitor


async def deliver(house: tuple[Ingest, Service, Monitor], *events: dict[str, Any]) -> None:
    """Sends events, and has the two consumers read what the topics hold then."""
    ingest, budget, monitor = house
    answer = await ingest.post(*events)
    assert answer.status_code == 202, answer.text
    for topic, read in (("spend.v1", budget.post_records), ("metrics.v1", monitor.fold)):
        records = [
            Received(topic, partition, offset, None, json.dumps(event).encode())
            for partition, found in (await ingest.stored(topic)).items()
            for offset, event in enumerate(found)
        ]
        await read(records)
    await monitor.evaluate()


async def answers(
    house: tuple[Ingest, Service, Monitor], source: str, now: dt.datetime
) -> set[str]:
    """What the three say of the source, or of the line that it feeds."""
    ingest, budget, monitor = house
    await monitor.set_now(now)
    async with budget.caller("chen.yu", "viewer") as caller:
        totals = await caller.get("/v1/campaigns/c1/totals")
    [line] = (await monitor.client.get("/v1/lines", params={"campaign": "c1"})).json()["items"]
    return {
        (await ingest.get(f"/v1/sources/{source}"))["state"],
        totals["lines"][0]["freshness"],
        next(one["state"] for one in line["sources"] if one["source"] == source),
    }


@pytest.mark.parametrize("heartbeats", [False, True])
async def test_three_services_answer_the_same_of_one_source(
    house: tuple[Ingest, Service, Monitor], heartbeats: bool
) -> None:
    _, budget, monitor = house
    source = f"tap/{heartbeats}"
    await budget.empty()
    await monitor.set_now(NOW)
    await create_campaign(budget, "c1")
    await approve(budget, "c1", plan_body(), effective_from="2025-11-01T00:00:00+08:00")
    told = {"specversion": "1.0", "source": source, "time": NOW.isoformat()}
    money = {**told, "id": "m", "type": "paceline.spend.v1", "data": {**WHERE, "amount": "1.00"}}
    clicks = {
        **told,
        "id": "c",
        "type": "paceline.metrics.v1",
        "data": {**WHERE, "measures": {"clicks": 1}},
    }
    beat = {
        **told,
        "id": "b",
        "type": "paceline.source.v1",
        "data": {"complete_through": NOW.isoformat()},
    }
    await deliver(house, money, clicks, *([beat] if heartbeats else []))
    assert await answers(house, source, NOW) == {"live"}
    assert await answers(house, source, NOW + HOUR) == {"live"}
    assert await answers(house, source, NOW + 3 * HOUR) == {"late"}
    assert await answers(house, source, NOW + 5 * HOUR) == {"silent"}
