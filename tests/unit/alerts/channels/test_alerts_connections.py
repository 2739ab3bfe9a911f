"""Destinations of different people may lie behind one address: they share nothing on the wire."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from alerts.channels.result import SendClass
from alerts.channels.web.http import http_client
from alerts.channels.webhook import Webhook
from tests.unit.alerts.sending import answered, make_outgoing, make_tools

ANSWER = b"HTTP/1.1 204 None\r\nset-cookie: session=of-somebody; Path=/\r\n\r\n"


class KeptAlive:
    """A server that keeps its connections open, and notes which of them a request came over."""

    def __init__(self) -> None:
        self.requests: list[tuple[int, dict[str, str]]] = []
        self._connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        connection = self._connections
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().strip().split("\r\n")[1:]
                headers = {name.lower(): text for name, text in (one.split(": ") for one in lines)}
                await reader.readexactly(int(headers["content-length"]))
                self.requests.append((connection, headers))
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[tuple[KeptAlive, int]]:
    found = KeptAlive()
    async with await asyncio.start_server(found.serve, "127.0.0.1", 0) as listening:
        yield found, listening.sockets[0].getsockname()[1]


async def here(_: str, __: int) -> list[str]:
    return ["127.0.0.1"]


async def test_neither_a_connection_nor_a_cookie_of_one_host_serves_another(
    server: tuple[KeptAlive, int],
) -> None:
    """A kept connection to the address of `a` would carry what is for `b`, whose certificate
    nobody has looked at."""
    kept, port = server
    hosts = [f"a.example.com:{port}", f"b.example.com:{port}"]
    channel, target = Webhook(), {"kind": "webhook", "url_env": "URL", "allow_private": True}
    async with http_client() as client:
        for host in hosts:
            tools = make_tools(client, environment={"URL": f"http://{host}/"}, resolve=here)
            sent = await channel.send(make_outgoing(channel, target), tools)
            assert sent.kind is SendClass.DELIVERED
    assert [connection for connection, _ in kept.requests] == [1, 2]
    assert [headers["host"] for _, headers in kept.requests] == hosts
    assert not any("cookie" in headers for _, headers in kept.requests)


async def test_what_an_answer_has_packed_is_not_unpacked() -> None:
    """A few kilobytes may stand for gigabytes: nobody asks for them, and nobody opens them."""
    packed = gzip.compress(b"a" * 1_000_000)

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        return answered(200, packed, **{"content-encoding": "gzip"})

    target = {"kind": "webhook", "url_env": "URL", "allow_private": True}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        tools = make_tools(client, environment={"URL": "http://127.0.0.1/"})
        sent = await Webhook().send(make_outgoing(Webhook(), target), tools)
    assert sent.kind is SendClass.DELIVERED
    assert "aaaa" not in sent.provider_message
