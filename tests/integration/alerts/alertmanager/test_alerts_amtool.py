"""Alertmanager's own command line works with alerts, unchanged."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.database.pool import transaction
from tests.integration.alerts.alertmanager.api_world import (
    CONFIGURATION,
    ApiWorld,
    make_api_world,
    serving,
)

pytestmark = pytest.mark.skipif(
    shutil.which("amtool") is None,
    reason="amtool is not installed (Debian has it in prometheus-alertmanager)",
)
ROUTES = """\
  routes:
    - {matchers: ['team="search"', severity!=info], receiver: search, continue: true}
    - {matchers: ['instance=~"node-.*"'], receiver: hook, mute_time_intervals: [nights]}
receivers:
  - {name: search}
"""
QUIET = """\
inhibit_rules:
  - {source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [alertname]}
time_intervals:
  - name: nights
    time_intervals:
      - {times: [{start_time: "22:00", end_time: "24:00"}], weekdays: ["monday:friday"],
         days_of_month: ["1:15", "-3:-1"], months: ["november"], location: Asia/Shanghai}
"""


class Tool:
    """amtool for one address."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __call__(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "amtool",
            f"--alertmanager.url={self._url}",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complaint = await process.communicate()
        assert process.returncode == 0, complaint.decode()
        return said.decode()

    async def json(self, *arguments: str) -> Any:
        return json.loads(await self("--output=json", *arguments))


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path, alertmanager_prefix="/am") as found:
        async with transaction(found.world.pool) as conn:
            # amtool says by its own clock when something begins and ends.
            await conn.execute("DELETE FROM runtime.clock")
        found.world.configure(CONFIGURATION.replace("receivers:\n", ROUTES) + QUIET)
        yield found


@pytest.fixture
async def amtool(api: ApiWorld) -> AsyncIterator[Tool]:
    async with serving(api.world) as url:
        yield Tool(f"{url}/am")


async def test_alerts_are_added_and_found(amtool: Tool) -> None:
    await amtool("alert", "add", "Slow", "instance=node-1", "--annotation=summary=slow page")
    await amtool("alert", "add", "Other", "team=search")
    [found] = await amtool.json("alert", "query", "alertname=~S.*")
    assert found["labels"] == {"alertname": "Slow", "instance": "node-1"}
    assert found["annotations"] == {"summary": "slow page"}
    assert found["status"]["state"] == "active"
    assert len(await amtool.json("alert", "query")) == 2
    assert "slow page" in await amtool("--output=extended", "alert", "query", "Slow")
    receivers = await amtool.json("alert", "query", "--receiver=search")
    assert [one["labels"]["alertname"] for one in receivers] == ["Other"]


async def test_silences_are_added_found_changed_and_expired(amtool: Tool) -> None:
    await amtool("alert", "add", "Slow", "instance=node-1")
    name = (
        await amtool(
            "silence",
            "add",
            "alertname=Slow",
            "instance=~node-.+",
            "--duration=1h",
            "--comment=work",
            "--author=li.na",
        )
    ).strip()
    [found] = await amtool.json("silence", "query")
    assert (found["id"], found["createdBy"], found["comment"]) == (name, "li.na", "work")
    assert await amtool.json("alert", "query") == []
    [muted] = await amtool.json("alert", "query", "--silenced")
    assert muted["status"]["silencedBy"] == [name]
    [changed] = await amtool.json("silence", "update", "--duration=2h", name)
    assert changed["id"] == name
    await amtool("silence", "expire", name)
    assert await amtool.json("silence", "query") == []
    [over] = await amtool.json("silence", "query", "--expired")
    assert over["status"]["state"] == "expired"
    assert len(await amtool.json("alert", "query")) == 1


async def test_the_configuration_is_loaded_and_its_routes_are_shown(amtool: Tool) -> None:
    shown = await amtool("config", "routes", "show")
    assert 'team="search"' in shown
    assert "receiver: search" in shown
    tested = await amtool("config", "routes", "test", "team=search", "severity=warning")
    assert tested.split() == ["search"]
    assert "mute_time_intervals" in await amtool("config", "show")


async def test_the_replicas_are_a_cluster(amtool: Tool, api: ApiWorld) -> None:
    await api.world.pool.execute(
        "INSERT INTO alerts.replicas VALUES ('second', '10.0.0.2:8004', now())"
    )
    shown = await amtool("--output=extended", "cluster", "show")
    assert "ready" in shown
    assert "10.0.0.2:8004" in shown
