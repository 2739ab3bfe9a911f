"""The whole process without a broker: alerts in, messages out, and SIGHUP reads the files again."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from alerts.__main__ import build
from alerts.configuration.configurations import Configurations
from alerts.settings import AlertsSettings
from shared.access.tokens import generate_keys
from tests.integration.alerts.alertmanager.api_world import CONFIGURATION
from tests.webhook_receiver import FakeWebhook

NO_BROKER = "127.0.0.1:9"


async def until(ready: Callable[[], Awaitable[bool]], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not await ready():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def test_alerts_are_taken_and_told_without_a_broker(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, jwks = generate_keys(tmp_path / "keys")
    settings = AlertsSettings(
        database_url=database_url,
        kafka_bootstrap=NO_BROKER,
        alerts_dir=tmp_path,
        jwks=str(jwks),
        alertmanager_workspace="default",
    )
    with FakeWebhook() as hook:
        monkeypatch.setenv("HOOK_URL", hook.url)
        path = tmp_path / "default.yml"
        path.write_text(CONFIGURATION, encoding="utf-8")
        configurations = Configurations(tmp_path, os.environ)
        async with build(settings, configurations) as service:
            tasks = [asyncio.create_task(part.run()) for part in service.parts]
            transport = httpx.ASGITransport(app=service.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://a") as client:

                async def told(count: int) -> bool:
                    return len(hook.payloads) == count

                async def in_force(version: int) -> bool:
                    found = configurations.in_force("default")
                    return found is not None and found.version == version

                await until(lambda: in_force(1))
                answer = await client.post(
                    "/api/v2/alerts", json=[{"labels": {"alertname": "Slow"}}]
                )
                assert answer.status_code == 200, answer.text
                await until(lambda: told(1))
                peers = (await client.get("/api/v2/status")).json()["cluster"]["peers"]
                assert peers == [{"name": "1", "address": "127.0.0.1:8004"}]

                log = "SELECT flushed_at FROM alerts.groups"
                pool = service.app._app.state.pool  # type: ignore[attr-defined]
                flushed_at = await pool.fetchval(log)
                path.write_text(CONFIGURATION.replace("30d", "7d"), encoding="utf-8")
                os.kill(os.getpid(), signal.SIGHUP)
                await until(lambda: in_force(2))

                async def looked() -> bool:
                    return bool(await pool.fetchval(log) > flushed_at)

                await until(looked)
                assert len(hook.payloads) == 1, "who was told everything hears nothing"

                path.write_text("route: {}", encoding="utf-8")
                os.kill(os.getpid(), signal.SIGHUP)
                await asyncio.sleep(0.2)
                assert (await client.get("/-/healthy")).status_code == 200
                assert await in_force(2), "a bad file changes nothing"
            for part in service.parts:
                await part.stop()
            await asyncio.gather(*tasks, return_exceptions=True)
