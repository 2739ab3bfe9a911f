"""Requests that wait for each other are answered when they are written, and only then."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from alerts.alertmanager.intake.reporting import REPORTS_MAX, Reporting
from alerts.alertmanager.intake.store import lock
from alerts.alertmanager.intake.wire import AlertReader, AlertReport
from shared.database.pool import transaction
from tests.integration.alerts.alertmanager.api_world import ApiWorld, make_api_world
from tests.unit.alerts.builders import at

MANY = REPORTS_MAX // 2 + 1
"""Two such requests are more than one transaction has."""


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path) as found:
        yield found


def reports(name: str, count: int) -> Sequence[AlertReport]:
    body = [{"labels": {"alertname": name, "instance": str(n)}} for n in range(count)]
    found, _ = AlertReader().read(msgspec.json.encode(body), at(0), timedelta(minutes=5))
    return found


async def test_who_waited_behind_a_request_that_was_cut_off_is_written(api: ApiWorld) -> None:
    pool = api.world.pool
    reporting = Reporting(pool, api.world.handlers.joining, lambda: None)
    async with transaction(pool) as conn:
        await lock(conn, "default")
        first, cut_off, last = (
            asyncio.create_task(reporting.put("default", reports(name, count), at(0)))
            for name, count in (("First", 1), ("CutOff", MANY), ("Last", MANY))
        )
        await asyncio.sleep(0)
        cut_off.cancel()
        with suppress(asyncio.CancelledError):
            await cut_off
    await asyncio.gather(first, last)
    rows = await pool.fetch(
        "SELECT labels->>'alertname' AS name, count(*) FROM alerts.alerts GROUP BY 1"
    )
    assert dict(map(tuple, rows)) == {"First": 1, "Last": MANY}
