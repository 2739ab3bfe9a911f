"""Whoever has an address may speak: no log, row, metric, answer or event has one, whatever a
provider repeats and whatever goes wrong (alerting.md 2.10)."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI
from msgspec.structs import replace
from prometheus_client import generate_latest

from alerts.pages.routes import add_pages
from alerts.rendering.render import Renderer
from cli.fakes.server import Fault, LocalServer, RecordedRequest
from shared.access.tokens import generate_keys
from shared.database.clock import set_manual
from shared.database.pool import transaction
from tests.integration.alerts.alertmanager.api_world import app_of
from tests.integration.alerts.alerts_client import as_role, client_of
from tests.integration.alerts.alerts_world import TABLES, World, make_world
from tests.unit.alerts.builders import at, make_history
from tests.unit.alerts.response.pages import LINKS, token_of

pytestmark = pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")
TOKEN = "a7f3-opens-it"
SIGNATURE = "Zk%2Fsigned-by-it"
SECRETS = {
    "DING_SECRET": "SEC-of-dingtalk",
    "FEISHU_SECRET": "secret-of-feishu",
    "HOOK_SECRET": "whsec_" + base64.b64encode(b"secret-of-the-webhook-itself").decode(),
    "SLACK_TOKEN": "xoxb-2400-token-of-slack",
    "TELEGRAM_TOKEN": "2400000000:AA-token-of-telegram",
}
PATHS = {
    "DING_URL": f"robot/send?access_token={TOKEN}",
    "DISCORD_URL": f"api/webhooks/223344556677889900/{TOKEN}",
    "FEISHU_URL": f"open-apis/bot/v2/hook/{TOKEN}",
    "SLACK_API": "slack/api",
    "SLACK_URL": f"services/T0/B0/{TOKEN}",
    "TELEGRAM_API": "telegram",
    "TEAMS_URL": f"workflows/w/triggers/manual/paths/invoke?sp=%2Frun&sig={SIGNATURE}",
    "WECOM_URL": f"cgi-bin/webhook/send?key={TOKEN}",
    "HOOK_URL": f"hooks/{TOKEN}?team=search",
}
CONFIGURATION = """\
route: {receiver: all, group_by: [campaign], group_wait: 0s, group_interval: 1s}
receivers:
  - name: all
    dingtalk_configs: [{url_env: DING_URL, secret_env: DING_SECRET}]
    discord_configs: [{url_env: DISCORD_URL, allow_private: true}]
    feishu_configs: [{url_env: FEISHU_URL, secret_env: FEISHU_SECRET, allow_private: true}]
    slack_configs:
      - {url_env: SLACK_URL, allow_private: true, mentions: [U012ABCDEF]}
      - {token_env: SLACK_TOKEN, channel: C0PACELINE, api_url_env: SLACK_API, allow_private: true}
    telegram_configs:
      - {token_env: TELEGRAM_TOKEN, chat_id: 7, api_url_env: TELEGRAM_API, allow_private: true}
    teams_configs: [{url_env: TEAMS_URL, allow_private: true, mentions: {Ann: ann@example.com}}]
    wecom_configs: [{url_env: WECOM_URL, allow_private: true, mentioned: [wang.lei]}]
    webhook_configs: [{url_env: HOOK_URL, secret_env: HOOK_SECRET, allow_private: true}]
    apprise_configs: [{url_env: APPRISE_URL}]
"""
CHANNELS = 10
MAIL = CONFIGURATION.partition("    dingtalk")[0] + "    email_configs: [{to: [a@example.com]}]\n"
FIRING, RESOLVED = make_history(("firing", "critical", "1.6"), ("resolved", "critical", "1.1"))


class Parrot(LocalServer):
    """Answers in every provider's way at once, and repeats the address that it was asked at."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 403
        self.asked: list[str] = []

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        address = f"http://127.0.0.1:{self.port}{asked.path}?{asked.query}"
        self.asked.append(address)
        opened_by = asked.headers.get("authorization", "nothing")
        said = f"nobody is at {address}, that is {unquote(address)}, with {opened_by}"
        if asked.path.startswith("/services/"):
            return self.status, b"ok" if self.status < 300 else said.encode()
        ok = self.status < 300
        code = 0 if ok else 93000
        answer: dict[str, object] = {"errcode": code, "errmsg": said, "code": code, "msg": said}
        answer |= {"ok": ok, "description": said, "id": "7", "channel": "C0PACELINE", "ts": "1.2"}
        return self.status, json.dumps({**answer, "error": {"message": said}}).encode()


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    _, jwks = generate_keys(tmp_path / "keys")
    async with make_world(database_url, tmp_path, jwks=str(jwks)) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def everything(world: World) -> str:
    """All that is stored, measured and answered."""
    found = [generate_latest().decode()]
    for table in TABLES.split(", "):
        rows = await world.pool.fetch(f"SELECT t::text FROM alerts.{table} t")
        found += [str(row["t"]) for row in rows]
    async with client_of(world) as client:
        transport = client._transport
        assert isinstance(transport, httpx.ASGITransport)
        assert isinstance(transport.app, FastAPI)
        add_pages(transport.app, LINKS, Renderer(LINKS))
        headers = as_role(world, "admin")
        tried = await client.post("/v1/receivers/all/test", headers=headers)
        assert tried.json()["results"]
        found.append(tried.text)
        paths = ["/v1/configuration", "/v1/notifications", "/v1/alerts", "/metrics"]
        alert = await world.pool.fetchval("SELECT max(alert) FROM alerts.alerts")
        address = LINKS.address("default", alert, "all", at(0))
        found += [await text_of(client, path, headers) for path in paths]
    # The page is for people, and in no document.
    async with httpx.AsyncClient(transport=transport, base_url="http://alerts") as browser:
        page = await text_of(browser, f"/respond/{token_of(address)}", {})
    assert "<form" in page
    found.append(page)
    found += [await text_of_front(world, path) for path in ("status", "receivers", "alerts/groups")]
    return "\n".join(found)


async def refused_file(world: World) -> str:
    """What is said of an address of plain HTTP without allow_private."""
    text = CONFIGURATION.replace("TEAMS_URL, allow_private: true", "TEAMS_URL")
    (world.directory / "default.yml").write_text(text, encoding="utf-8")
    async with client_of(world) as client:
        refused = await client.post("/-/reload", headers=as_role(world, "admin"))
    assert refused.status_code == 422
    return refused.text


async def text_of(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> str:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


async def text_of_front(world: World, path: str) -> str:
    """What a path of Alertmanager's API answers."""
    transport = httpx.ASGITransport(app=app_of(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://alerts") as client:
        return await text_of(client, f"/api/v2/{path}", as_role(world, "viewer"))


async def test_no_secret_is_anywhere(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with Parrot() as parrot:
        urls = {name: f"http://127.0.0.1:{parrot.port}/{path}" for name, path in PATHS.items()}
        urls["APPRISE_URL"] = f"json://127.0.0.1:{parrot.port}/{TOKEN}/{TOKEN}"
        world.environment.update({**urls, **SECRETS})
        world.configure(CONFIGURATION)
        await world.tell(FIRING)
        await world.flush(at(0))
        gateway = [Fault(status=502, body=b"<html>")] * CHANNELS
        for faults, status in (([], 403), (gateway, 200), ([], 429)):
            parrot.status = status
            parrot.fail_next(*faults)
            await world.due_again()
            assert await world.deliver() == CHANNELS
        parrot.status = 200
        await world.tell(RESOLVED)
        await world.flush(at(10))
        await world.due_again()
        assert await world.deliver() == 2 * CHANNELS
        states = {row["channel"]: row["state"] for row in await world.rows()}
        said = await everything(world)
        addresses = list(parrot.asked)
    assert states == {
        **dict.fromkeys(
            ["dingtalk", "discord", "feishu", "slack", "telegram", "wecom", "webhook"], "delivered"
        ),
        **dict.fromkeys(["apprise", "teams"], "accepted"),
    }
    said += await refused_file(world) + "".join(capsys.readouterr())
    assert "v2/hook/***" in said, "what is repeated was there to be hidden"
    assert "delivery_attempted" in said
    opening = [url for name, url in urls.items() if not name.endswith("_API")]
    secrets = [*addresses, *opening, *SECRETS.values(), TOKEN, SIGNATURE, unquote(SIGNATURE)]
    assert [one for one in secrets if one in said] == []


async def test_no_password_of_the_mail_server_is_anywhere(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """It repeats what it was told of it, and refuses it."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            asked.append(line)
            answer = "250-here\r\n250 AUTH PLAIN\r\n"
            if line.startswith("AUTH"):
                opened = base64.b64decode(line.split()[-1]).decode()
                answer = f"535 {line} {opened!r} is nobody\r\n"
            writer.write(answer.encode())
            await writer.drain()
        writer.close()

    password = "password-of-the-mail-server"
    found = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with found:
        port = found.sockets[0].getsockname()[1]
        server = replace(world.tools.server, port=port, username="paceline", password=password)
        world.tools = replace(world.tools, server=server)
        world.configure(MAIL)
        await world.tell(FIRING)
        await world.flush(at(0))
        assert await world.deliver(world.courier_with()) == 1
        [row] = await world.rows()
        said = await everything(world) + "".join(capsys.readouterr())
    assert row["attempts"][-1]["provider_code"] == "535"
    opening = [password, *(line for line in asked if line.startswith("AUTH"))]
    assert len(opening) > 1
    assert [one for one in opening if one in said] == []
