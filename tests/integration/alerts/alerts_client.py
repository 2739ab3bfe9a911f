"""The HTTP side of a world, and tokens for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from alerts.__main__ import make_app
from shared.access.tokens import sign_token
from tests.documented import documented
from tests.integration.alerts.alerts_world import World


def app_of(world: World) -> FastAPI:
    """Without its background work."""

    async def nothing() -> None:
        return None

    async def idle() -> dict[str, int]:
        return {"lag": 0, "outbox": 0, "due": 0}

    return make_app(
        world.settings,
        world.pool,
        world.configurations,
        world.adoption,
        world.trials,
        checks={},
        idle=idle,
        refresh_metrics=nothing,
    )


@asynccontextmanager
async def client_of(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Its answers are held against the committed document."""
    transport = httpx.ASGITransport(app=app_of(world))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://alerts", event_hooks=documented("alerts")
    ) as found:
        yield found


def as_role(world: World, role: str, workspace: str = "default") -> dict[str, str]:
    """The header of who has this role; the world's keys are in its folder."""
    key = world.directory / "keys" / "jwt_private.pem"
    token = sign_token(key, subject="li.na", roles=[role], workspace=workspace)
    return {"Authorization": f"Bearer {token}"}
