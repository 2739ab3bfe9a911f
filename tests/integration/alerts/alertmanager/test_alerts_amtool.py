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

    async def __call__(self, *arguments: str, fails: bool = False, said: str = "") -> str:
        """What it writes when it is told `said`; of one that `fails`, what it complains of."""
        process = await asyncio.create_subprocess_exec(
            "amtool",
            f"--alertmanager.url={self._url}",
            "--no-version-check",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        answer, complaint = await process.communicate(said.encode())
        assert (process.returncode != 0) is fails, complaint.decode()
        return (answer + complaint if fails else answer).decode()

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
    # Alertmanager takes what follows the first sign for the value.
    assert await amtool.json("alert", "query", "alertname==Slow") == []
    assert len(await amtool.json("alert", "query", "alertname!==Slow")) == 2
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


async def test_alerts_are_added_with_their_times_and_found_by_their_state(amtool: Tool) -> None:
    link = "http://graphs.example.com/slow"
    times = ("--start=2020-01-01T10:00:00Z", "--end=2100-01-01T10:00:00Z")
    await amtool("alert", "add", "Slow", "severity=critical", f"--generator-url={link}", *times)
    await amtool("alert", "add", "Slow", "severity=warning", "instance=node-1")
    await amtool("alert", "add", "日本", "said=so 🙂")
    await amtool("alert", "add", "Past", "--end=2020-01-01T10:00:00Z")
    backwards = ("--start=2020-01-01T10:00:00Z", "--end=2019-01-01T10:00:00Z")
    said = await amtool("alert", "add", "Wrong", *backwards, fails=True)
    assert "start time must be before end time" in said
    assert "at least one label pair required" in await amtool("alert", "add", fails=True)

    async def names(*flags: str) -> list[str]:
        found = await amtool.json("alert", "query", *flags)
        return sorted(one["labels"].get("severity", "") for one in found)

    assert await names() == ["", "critical"]
    assert await names("--inhibited") == ["warning"]
    assert await names("--active", "--silenced", "--inhibited", "--unprocessed") == [
        "",
        "critical",
        "warning",
    ]
    assert await names("--unprocessed") == []
    assert await names("severity!=critical") == [""]
    assert await names("alertname=日本") == [""]
    assert await names("--receiver=h.*") == ["", "critical"]
    assert "missing )" in await amtool("alert", "query", "--receiver=(", fails=True)
    [found] = await amtool.json("alert", "query", "severity=critical")
    assert (found["startsAt"], found["endsAt"], found["generatorURL"]) == (
        "2020-01-01T10:00:00.000Z",
        "2100-01-01T10:00:00.000Z",
        link,
    )


async def test_silences_are_planned_searched_changed_and_loaded(amtool: Tool) -> None:
    async def add(*arguments: str) -> str:
        return (await amtool("silence", "add", "--comment=c", *arguments)).strip()

    async def names(*flags: str) -> set[str]:
        return {*(await amtool("silence", "query", "--quiet", *flags)).split()}

    soon = await add("Slow", "--duration=1h", "--author=li.na")
    planned = await add("Slow", "--start=2099-01-01T10:00:00Z", "--end=2099-01-02T10:00:00Z")
    others = await add("team!=search", "host!~node.*", "--duration=3d")
    for wrong in (["a=b", "--duration=0s"], ["a="], ["a=b", "--end=2020-01-01T00:00:00Z"]):
        await amtool("silence", "add", "--comment=c", *wrong, fails=True)
    assert await names() == {soon, planned, others}
    assert await names("--created-by=li.na") == {soon}
    assert await names("--within=2h") == {soon}
    assert await names("Slow") == {soon, planned}
    assert await names("team!=search") == {others}
    [changed] = await amtool.json(
        "silence", "update", "--comment=d", "--end=2100-01-01T00:00:00Z", soon
    )
    assert (changed["id"], changed["comment"]) == (soon, "d")
    await amtool(
        "silence", "update", "--start=2020-01-01T00:00:00Z", "--duration=1h", soon, fails=True
    )
    said = await amtool("silence", "query", "-o", "json")
    await amtool("silence", "expire", planned, others)
    assert await names() == {soon}
    assert await names("--expired", "--within=1h") == {planned, others}
    loaded = (await amtool("silence", "import", said=said)).split()
    assert len({*loaded} - {soon, planned, others}) == 2
    assert await names() == {*loaded}
    again = (await amtool("silence", "import", "--force", "--worker=2", said=said)).split()
    assert await names() == {*loaded, *again}
    await amtool("silence", "expire", "b2396f57-c2c3-4225-958f-70ba933a5d81", fails=True)


async def test_the_configuration_is_loaded_and_its_routes_are_shown(
    amtool: Tool, tmp_path: Path
) -> None:
    shown = await amtool("config", "routes", "show")
    assert 'team="search"' in shown
    assert "receiver: search" in shown
    tested = await amtool("config", "routes", "test", "team=search", "severity=warning")
    assert tested.split() == ["search"]
    shown = await amtool("config", "routes", "test", "--tree", "team=search", "severity=warning")
    assert "receiver: search" in shown
    verified = ("config", "routes", "test", "team=search", "--verify.receivers")
    await amtool(*verified, "search")
    assert "WARNING" in await amtool(*verified, "hook", fails=True)
    original = await amtool("config", "show")
    assert "mute_time_intervals" in original
    file = tmp_path / "alertmanager.yml"
    file.write_text(original, encoding="utf-8")
    assert "SUCCESS" in await amtool("check-config", str(file))


async def test_the_replicas_are_a_cluster(amtool: Tool, api: ApiWorld) -> None:
    await api.world.pool.execute(
        "INSERT INTO alerts.replicas VALUES ('second', '10.0.0.2:8004', now())"
    )
    shown = await amtool("--output=extended", "cluster", "show")
    assert "ready" in shown
    assert "10.0.0.2:8004" in shown
