"""Destinations of different people may lie behind one address: they share nothing on the wire."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from alerts.channels.result import SendClass, SendResult
from alerts.channels.web.http import http_client
from alerts.channels.webhook import Webhook
from tests.unit.alerts.sending import answered, make_outgoing, make_tools

ANSWER = b"HTTP/1.1 204 None\r\nset-cookie: session=of-somebody; Path=/\r\n\r\n"
TARGET = {"kind": "webhook", "url_env": "URL", "allow_private": True}


class KeptAlive:
    """A server that keeps its connections open, and notes which of them a request came over."""

    def __init__(self) -> None:
        self.answer, self.closes = ANSWER, False
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
                writer.write(self.answer)
                if self.closes:
                    writer.close()
                    return
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
    async with http_client() as client:
        for host in hosts:
            assert (await send(client, host)).kind is SendClass.DELIVERED
    assert [connection for connection, _ in kept.requests] == [1, 2]
    assert [headers["host"] for _, headers in kept.requests] == hosts
    assert not any("cookie" in headers for _, headers in kept.requests)


async def test_a_connection_is_kept_for_the_next_message_to_its_host(
    server: tuple[KeptAlive, int],
) -> None:
    kept, port = server
    async with http_client() as client:
        for closes in (False, True, False):
            kept.closes = closes
            sent = await send(client, f"a.example.com:{port}")
            assert sent.kind is SendClass.DELIVERED
            await asyncio.sleep(0.05)
    assert [connection for connection, _ in kept.requests] == [1, 1, 2]


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nuntil it ends", "http_200", "until it ends"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nyes", "http_200", "yes"),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "http_200",
            "ok",
        ),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\ncut", "no_answer", "ReadError"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000, "no_answer", "RemoteProtocolError"),
        (b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "no_answer", ""),
        (b"220 mail.example.com ESMTP\r\n", "no_answer", "RemoteProtocolError"),
        (b"", "no_answer", "ReadError"),
    ],
    ids=[
        "no length",
        "continue",
        "chunks",
        "cut off",
        "endless head",
        "upgrade",
        "mail",
        "nothing",
    ],
)
async def test_every_form_of_an_answer_is_read(
    server: tuple[KeptAlive, int], answer: bytes, code: str, said: str
) -> None:
    kept, port = server
    kept.answer, kept.closes = answer, True
    async with http_client() as client:
        sent = await send(client, f"a.example.com:{port}")
    assert sent.provider_code == code
    assert said in sent.provider_message
    assert sent.maybe_delivered is (code == "no_answer")


async def send(client: httpx.AsyncClient, host: str) -> SendResult:
    tools = make_tools(client, environment={"URL": f"http://{host}/"}, resolve=here)
    return await Webhook().send(make_outgoing(Webhook(), TARGET), tools)


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
