"""A Prometheus that was told nothing but the address sends its alerts, and their ends."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.database.pool import transaction
from tests.integration.alerts.alertmanager.api_world import ApiWorld, make_api_world, serving

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
        labels: {{severity: critical, team: search}}
        annotations: {{summary: it is slow, runbook_url: 'https://runbooks.example.com/slow'}}
"""
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


async def test_its_alert_comes_and_ends(api: ApiWorld, tmp_path: Path) -> None:
    directory = tmp_path / "prometheus"
    directory.mkdir()
    async with serving(api.world) as url, prometheus(directory, url):
        [alert] = await found_alerts(api, 1)
        assert alert["labels"] == {"alertname": "Slow", "severity": "critical", "team": "search"}
        assert alert["annotations"]["summary"] == "it is slow"
        assert alert["generatorURL"].startswith("http")
        assert alert["endsAt"] > alert["startsAt"]
        await found_alerts(api, 0)
    rows = await api.world.pool.fetch("SELECT state, severity FROM alerts.episodes")
    assert [tuple(row) for row in rows] == [("resolved", "critical")]
    reason = "SELECT signal->>'reason' FROM alerts.transitions ORDER BY seq DESC LIMIT 1"
    assert await api.world.pool.fetchval(reason) == "ended_by_sender"
