"""A world whose mail can be left, its pages, and what arrives."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from alerts.pages.routes import add_pages
from alerts.rendering.render import Renderer
from alerts.response.links import MailLink
from alerts.telling.flush import Flusher
from cli.fakes.mail import ReceivedMail
from shared.access.tokens import generate_keys
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alerts_client import client_of
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import at, make_breach, make_history
from tests.unit.alerts.response.pages import BASE, LINKS, token_of

FILE = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 2h
receivers:
  - name: ops
    locale: LOCALE
    email_configs:
      - {to: [ann@example.com, bob@example.com], from: p@example.com, unsubscribe: true}
"""
ENGLISH = FILE.replace("LOCALE", "en")
ON_CALL = """
people: [{name: eve, locale: en, email_configs: [{to: [eve@example.com], unsubscribe: true}]}]
schedules:
  - name: duty
    location: Asia/Shanghai
    rotations: [{people: [eve], every: 1w, handoff: "2025-11-03T09:00"}]
"""
ESCALATION = """
escalations:
  - {name: chain, steps: [{after: 10m, to: [duty]}]}
"""
WARNING, RAISED, RESOLVED = make_history(
    ("firing", "warning", "1.3"),
    ("level_changed", "critical", "1.6"),
    ("resolved", "critical", "1.0"),
)
OTHER = make_breach(
    breach="pacing-high/line:L04/1",
    severity="warning",
    group={"line": "L04"},
    labels={"campaign": "double11-2025", "line": "L04", "rule": "pacing-high"},
)


def routed(route: str) -> str:
    """The file with a person on call, and all by this route."""
    routes = f"repeat_interval: 2h\n  routes: [{{{route}}}]"
    return ENGLISH.replace("repeat_interval: 2h", routes) + ON_CALL + ESCALATION


ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BOUND = "You cannot unsubscribe from this mail"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    _, jwks = generate_keys(tmp_path / "keys")
    async with make_world(database_url, tmp_path, jwks=str(jwks)) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        clock, renderer = ManualClock(), Renderer(LINKS)
        found.flusher = Flusher(found.settings, found.pool, clock, found.configurations, renderer)
        found.configure(ENGLISH)
        yield found


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The pages are in no document of the API."""
    async with client_of(world) as found:
        found.event_hooks = {"request": [], "response": []}
        transport = found._transport
        assert isinstance(transport, httpx.ASGITransport)
        assert isinstance(transport.app, FastAPI)
        add_pages(transport.app, LINKS, Renderer(LINKS))
        yield found


async def mails(world: World, minute: float) -> dict[str, ReceivedMail]:
    """The last that each gets at this minute, by name."""
    before = len(world.inbox.mails)
    await world.flush(at(minute))
    await world.deliver()
    found = world.inbox.mails[before:]
    return {one.to[0].partition("@")[0]: one for one in found}


def link_of(mail: ReceivedMail) -> str:
    """The path of the page that its header leads to."""
    [address] = re.findall(r"^<(https://\S+)>$", str(mail.message["List-Unsubscribe"]))
    assert address.startswith(f"{BASE}/respond/unsubscribe/")
    return str(address.removeprefix(BASE))


def path_of(name: str, workspace: str = "default", receiver: str = "ops") -> str:
    link = MailLink(workspace, receiver, f"email:{name}@example.com")
    return f"/respond/unsubscribe/{token_of(LINKS.unsubscribe(link))}"


async def leave(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, data=ONE_CLICK)
    assert answer.status_code == 200, "a mail program follows no redirect"


async def rows(world: World) -> list[tuple[str, str, bool]]:
    found = await world.pool.fetch("SELECT * FROM alerts.unsubscriptions ORDER BY unsubscription")
    return [(one["mailbox"], one["left_by"], one["returned_at"] is None) for one in found]
