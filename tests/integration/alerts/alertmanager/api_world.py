"""Alertmanager's API over a whole alerts service, moved by hand, and nobody who runs a broker."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from alerts.__main__ import front_of, make_app
from alerts.alertmanager.front import Front
from alerts.alertmanager.intake.endings import Endings
from alerts.alertmanager.replicas import LiveReplicas
from shared.access.tokens import generate_keys, sign_token
from shared.database.clock import Clock, ManualClock, set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at
from tests.webhook_receiver import FakeWebhook

CONFIGURATION = """\
global: {resolve_timeout: 5m}
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 30d
receivers:
  - name: hook
    locale: en
    webhook_configs: [{url_env: HOOK_URL, allow_private: true}]
"""


@dataclass
class ApiWorld:
    """`post` reports, move the clock with `flush`, ask with `client`."""

    world: World
    client: httpx.AsyncClient
    endings: Endings
    hook: FakeWebhook

    async def post(self, *alerts: dict[str, Any], status: int = 200) -> httpx.Response:
        """Sends reports."""
        answer = await self.client.post("/api/v2/alerts", json=list(alerts))
        assert answer.status_code == status, answer.text
        return answer

    async def get(self, path: str, **query: Any) -> Any:
        """What a path below /api/v2 answers."""
        answer = await self.client.get(f"/api/v2{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def move(self, now: datetime) -> int:
        """Moves the clock and ends what is over; how many are."""
        async with transaction(self.world.pool) as conn:
            await set_manual(conn, now)
            _, ended = await self.endings.end_due(conn)
        return ended

    async def flush(self, now: datetime) -> list[dict[str, Any]]:
        """Moves the clock, and lets all speak that is due; the payloads that arrive."""
        await self.move(now)
        await self.world.flush(now)
        before = len(self.hook.payloads)
        await self.world.deliver()
        return self.hook.payloads[before:]

    def credential(self, *roles: str, workspace: str = "default") -> dict[str, str]:
        """The header of somebody with these roles."""
        key = self.world.directory / "keys" / "jwt_private.pem"
        token = sign_token(key, subject="li.na", roles=list(roles), workspace=workspace)
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def make_api_world(
    database_url: str, tmp_path: Path, *, workspace: str = "default", **changes: Any
) -> AsyncIterator[ApiWorld]:
    """Callers without a credential are of `workspace`; it is START."""
    _, jwks = generate_keys(tmp_path / "keys")
    settings = {"jwks": str(jwks), "alertmanager_workspace": workspace, **changes}
    async with make_world(database_url, tmp_path, **settings) as world:
        await world.pool.execute("TRUNCATE alerts.foreign_alerts, alerts.replicas")
        async with transaction(world.pool) as conn:
            await set_manual(conn, at(0))
        with FakeWebhook() as hook:
            world.environment["HOOK_URL"] = hook.url
            world.configure(CONFIGURATION)
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app_of(world)), base_url="http://alerts"
            ) as client:
                clock, joining = ManualClock(), world.handlers.joining
                endings = Endings(world.settings, world.pool, clock, joining, _nothing)
                yield ApiWorld(world, client, endings, hook)


def app_of(world: World, clock: Clock | None = None) -> Front:
    """What HTTP answers, without background work; by default by the clock of the settings."""

    async def nothing() -> None:
        return None

    async def idle() -> dict[str, int]:
        return {"lag": 0, "outbox": 0, "due": 0}

    app = make_app(
        world.settings,
        world.pool,
        world.configurations,
        world.adoption,
        world.trials,
        checks={},
        idle=idle,
        refresh_metrics=nothing,
    )
    app.state.clock = clock or app.state.clock
    replicas = LiveReplicas(world.settings, world.pool)
    return front_of(world.settings, app, world.handlers.joining, _nothing, replicas)


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[str]:
    """The same behind a real socket, for clients of other makers: its address."""
    config = uvicorn.Config(
        app_of(world), host="127.0.0.1", port=0, log_config=None, lifespan="off", loop="none"
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


def _nothing() -> None:
    return None
