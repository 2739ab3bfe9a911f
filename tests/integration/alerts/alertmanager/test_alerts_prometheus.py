"""A Prometheus that was told nothing but the address sends its alerts, and their ends: people read
both in a WeCom group."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.fakes.wecom import FakeWeCom
from shared.database.pool import transaction
from tests.integration.alerts.alertmanager.api_world import (
    CONFIGURATION,
    ApiWorld,
    make_api_world,
    serving,
)

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="prometheus is not installed (Debian has it)"
)
FIRING_S = 20
"""It looks for where to send after some seconds."""
RULES = """\
groups:
  - name: g
    interval: 1s
    rules:
      - alert: Slow
        expr: vector(time()) < {until}
        labels: {{severity: critical, team: search, job: node__exporter, __owner: ops}}
        annotations: {{summary: it is slow, runbook_url: 'https://runbooks.example.com/slow'}}
"""
GROUP = CONFIGURATION.partition("    webhook_configs")[0] + (
    "    wecom_configs: [{url_env: WECOM_URL, allow_private: true}]\n"
)
FILE = """\
global: {{evaluation_interval: 1s}}
rule_files: [{directory}/rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{target}']}}]}}]}}
"""


@asynccontextmanager
async def prometheus(directory: Path, url: str) -> AsyncIterator[None]:
    """Fires its alert for FIRING_S, and sends it to this address."""
    rules = RULES.format(until=int(time.time()) + FIRING_S)
    (directory / "rules.yml").write_text(rules, encoding="utf-8")
    file = FILE.format(directory=directory, target=url.removeprefix("http://"))
    (directory / "prometheus.yml").write_text(file, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        "--web.listen-address=127.0.0.1:0",
        "--rules.alert.resend-delay=1s",
        "--log.level=error",
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[ApiWorld]:
    async with make_api_world(database_url, tmp_path) as found:
        async with transaction(found.world.pool) as conn:
            # Its alerts begin and end by its own clock.
            await conn.execute("DELETE FROM runtime.clock")
        yield found


async def found_alerts(api: ApiWorld, count: int) -> list[dict[str, Any]]:
    """What is open, once there is so much."""
    deadline = time.monotonic() + 60
    while True:
        found: list[dict[str, Any]] = await api.get("/alerts")
        if len(found) == count:
            return found
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.2)


@asynccontextmanager
async def speaking(api: ApiWorld) -> AsyncIterator[None]:
    """Whatever is due is told, while the block lasts."""

    async def speak() -> None:
        while True:
            async with transaction(api.world.pool) as conn:
                await api.world.flusher.flush(conn)
            await api.world.deliver()
            await asyncio.sleep(0.1)

    task = asyncio.create_task(speak())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_its_alert_and_its_end_are_read_in_a_group(api: ApiWorld, tmp_path: Path) -> None:
    directory = tmp_path / "prometheus"
    directory.mkdir()
    with FakeWeCom() as robot:
        api.world.environment["WECOM_URL"] = robot.url
        api.world.configure(GROUP)
        async with serving(api.world) as url, speaking(api), prometheus(directory, url):
            [alert] = await found_alerts(api, 1)
            await api.world.until(lambda: len(robot.messages) == 1)
            await found_alerts(api, 0)
            await api.world.until(lambda: len(robot.messages) == 2)
    assert alert["labels"] == {
        "alertname": "Slow",
        "severity": "critical",
        "team": "search",
        "job": "node__exporter",
        "__owner": "ops",
    }
    assert alert["annotations"]["summary"] == "it is slow"
    assert alert["generatorURL"].startswith("http")
    assert alert["endsAt"] > alert["startsAt"]
    rows = await api.world.pool.fetch("SELECT state, severity FROM alerts.episodes")
    assert [tuple(row) for row in rows] == [("resolved", "critical")]
    reason = "SELECT signal->>'reason' FROM alerts.transitions ORDER BY seq DESC LIMIT 1"
    assert await api.world.pool.fetchval(reason) == "ended_by_sender"
    opening, ending = (one.content.splitlines() for one in robot.messages)
    assert opening[:2] == ['<font color="warning">🔴 Critical · Slow</font>', "**it is slow**"]
    # What begins with two underscores is for machines, and two in a row are no markup.
    assert "> Labels: job=node＿＿exporter, team=search" in opening
    runbook = "runbooks.example.com/slow"
    assert f"> Runbook: [{runbook}](https://{runbook})" in opening
    assert ending[0] == '<font color="info">✅ Resolved · Slow</font>'
    assert ending[1] == "**it is slow (over)**"
