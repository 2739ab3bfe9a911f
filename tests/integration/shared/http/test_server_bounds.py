"""Heads without end, half-sent requests and floods of connections against a running ingest."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from cli.processes import end, free_port
from cli.stack.replica import python_path
from shared.access.tokens import generate_keys, sign_token
from tests.unit.ingest.ingest_builders import spend

PATIENCE_S = 120.0
MEGABYTE = 1024 * 1024
FLOOD_BYTES = 100 * MEGABYTE
GROWTH_BYTES_MAX = 60 * MEGABYTE
"""Of the process, over a whole test: a fraction of what one client tried to send."""
HEAD_TIMEOUT_S = BODY_TIMEOUT_S = 4.0
CONNECTIONS_MAX = 1100
ANSWERED_S = 15.0
"""A bound that a machine much slower keeps; speed itself is measured elsewhere."""


@dataclass
class Running:
    """A started service, and who may send to it."""

    port: int
    process: "subprocess.Popen[bytes]"
    token: str

    def memory(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)

    async def ask(self, path: str = "/healthz") -> httpx.Response:
        """Another client, on a connection of its own."""
        async with httpx.AsyncClient(timeout=ANSWERED_S, verify=False) as client:  # noqa: S501 - plain HTTP
            return await client.get(f"http://127.0.0.1:{self.port}{path}")

    async def closed(self, reason: str) -> float:
        """How many connections were closed for a reason."""
        name = f'paceline_http_connections_closed_total{{reason="{reason}"}} '
        text = (await self.ask("/metrics")).text
        return float(next(line for line in text.splitlines() if line.startswith(name)).split()[1])


@pytest.fixture(scope="module")
def service(
    kafka: str, topic_prefix: str, database_url: str, tmp_path_factory: Any
) -> Iterator[Running]:
    keys: Path = tmp_path_factory.mktemp("keys")
    private, jwks = generate_keys(keys)
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": python_path(),
        "PACELINE_PORT": str(port),
        "PACELINE_KAFKA_BOOTSTRAP": kafka,
        "PACELINE_TOPIC_PREFIX": topic_prefix,
        "PACELINE_DATABASE_URL": database_url,
        "PACELINE_JWKS": str(jwks),
        "PACELINE_HEAD_TIMEOUT_S": str(HEAD_TIMEOUT_S),
        "PACELINE_BODY_TIMEOUT_S": str(BODY_TIMEOUT_S),
        "PACELINE_IDLE_TIMEOUT_S": "4",
        "PACELINE_CONNECTIONS_MAX": str(CONNECTIONS_MAX),
    }
    with (keys / "ingest.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ingest"], env=environment, stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + PATIENCE_S
            while not _is_ready(port):
                assert process.poll() is None, (keys / "ingest.log").read_text()
                assert time.monotonic() < until, "the service did not become ready"
                time.sleep(0.1)
            yield Running(port, process, sign_token(private, subject="li.na", roles=["operator"]))
        finally:
            assert end(process, signal.SIGTERM, 30) == 0


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def connected(
    service: Running,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def answer_to(
    reader: asyncio.StreamReader,
) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and problem of one answer, after which the connection is closed."""
    async with asyncio.timeout(PATIENCE_S):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
    return int(head[0].split()[1]), headers, json.loads(body)


async def send_without_end(writer: asyncio.StreamWriter, piece: bytes) -> None:
    """Up to a hundred megabytes, as fast as they are taken."""
    pieces = FLOOD_BYTES // len(piece)
    try:
        for _ in range(pieces):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass


KILOBYTES = b"x" * 65_536
CHUNKED = (
    b"POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"Authorization: Bearer x\r\nContent-Type: application/json\r\n\r\n"
)
FLOODS: list[tuple[str, bytes, bytes, int, str]] = [
    ("a header's value", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", KILOBYTES, 431,
     "head_too_large"),
    ("a header's name", b"GET /healthz HTTP/1.1\r\n", KILOBYTES, 431, "head_too_large"),
    ("an address", b"GET /", KILOBYTES, 414, "url_too_long"),
    ("many lines", b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"X-Line: value\r\n" * 4000, 431,
     "head_too_large"),
    ("a chunk's extension", CHUNKED + b"5;", KILOBYTES, 431, "head_too_large"),
    ("empty lines before a request", b"", b"\r\n" * 32_768, 431, "head_too_large"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "begin", "piece", "status", "code"), FLOODS, ids=[row[0] for row in FLOODS]
)
async def test_a_head_without_end_is_refused_and_another_client_is_answered(  # noqa: PLR0917
    service: Running, why: str, begin: bytes, piece: bytes, status: int, code: str
) -> None:
    before = service.memory()
    async with connected(service) as (reader, writer):
        writer.write(begin.replace(b"Bearer x", b"Bearer " + service.token.encode()))
        answered = asyncio.create_task(answer_to(reader))
        sending = asyncio.create_task(send_without_end(writer, piece))
        assert (await service.ask()).status_code == 200
        got, headers, problem = await answered
        await sending
    assert (got, problem["code"], problem["status"]) == (status, code, status), why
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert service.memory() - before < GROWTH_BYTES_MAX


async def test_trailers_without_end_are_cut_off_and_never_become_headers(service: Running) -> None:
    """The request may be answered before its trailers come: then the connection just ends."""
    before = service.memory()
    start = CHUNKED.replace(b"Bearer x", b"Bearer " + service.token.encode())
    async with connected(service) as (reader, writer):
        writer.write(start + b"2\r\n[]\r\n0\r\n")
        answered = asyncio.create_task(answer_to(reader))
        sending = asyncio.create_task(send_without_end(writer, b"X-Trailer: value\r\n" * 4000))
        assert (await service.ask()).status_code == 200
        got, _, problem = await answered
        await sending
    assert (got, problem["code"]) == (431, "head_too_large")
    async with connected(service) as (reader, writer):
        trailer = b"Authorization: Bearer " + service.token.encode()
        head = CHUNKED.replace(b"Authorization: Bearer x\r\n", b"")
        writer.write(head + b"2\r\n[]\r\n0\r\n" + trailer + b"\r\n\r\n")
        got, _, problem = await answer_to(reader)
    assert (got, problem["code"]) == (401, "credential_missing")
    assert service.memory() - before < GROWTH_BYTES_MAX


EDGES: list[tuple[str, int, int]] = [
    ("as large as allowed", 65_536, 200),
    ("one byte more", 65_537, 431),
]


@pytest.mark.parametrize(("why", "size", "status"), EDGES, ids=[row[0] for row in EDGES])
@pytest.mark.parametrize("step", [100_000, 1000], ids=["at once", "in pieces"])
async def test_the_bound_of_a_head_is_exact(
    service: Running, why: str, size: int, status: int, step: int
) -> None:
    start, stop = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", b"\r\n\r\n"
    head = start + b"x" * (size - len(start) - len(stop)) + stop
    async with connected(service) as (reader, writer):
        for at in range(0, size, step):
            writer.write(head[at : at + step])
            await writer.drain()
        got, _, _ = await answer_to(reader)
    assert got == status, why


GARBAGE: list[tuple[str, bytes]] = [
    ("no HTTP", b"hello\r\n\r\n"),
    ("another protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("two lengths", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                    b"Content-Length: 2\r\n\r\nx"),
    ("a length and chunks", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("a length that is none", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
    ("a chunk that is none", CHUNKED + b"zz\r\n"),
    ("an address that is none", b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("a tunnel", b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "sent"), GARBAGE, ids=[row[0] for row in GARBAGE])
async def test_what_is_no_request_is_answered_with_a_problem(
    service: Running, why: str, sent: bytes
) -> None:
    async with connected(service) as (reader, writer):
        writer.write(sent)
        got, headers, problem = await answer_to(reader)
    assert (got, problem["code"]) == (400, "unparseable"), why
    assert headers["content-type"] == "application/problem+json"


async def test_a_thousand_half_open_connections_leave_room_for_a_client_that_speaks(
    service: Running,
) -> None:
    before = service.memory()
    halves = [b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 1000,
              b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              b"Authorization: Bearer %b\r\nContent-Length: 100\r\n\r\n["
              % service.token.encode()]  # fmt: skip
    opened = []
    try:
        for number in range(2000):
            reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
            writer.write(halves[number % len(halves)])
            opened.append((reader, writer))
            if number % 500 == 499:
                assert (await service.ask()).status_code == 200
        assert (await service.ask()).status_code == 200
        assert await service.closed("room_made") >= 2000 - CONNECTIONS_MAX
        # Each is closed in the end, those that said something with a 408.
        said = [await asyncio.wait_for(reader.read(), PATIENCE_S) for reader, _ in opened[-8:]]
    finally:
        for _, writer in opened:
            writer.transport.abort()
    statuses = [answer.split()[1] if answer else b"" for answer in said]
    assert statuses == [b"", b"408", b"408", b"408"] * 2
    codes = [json.loads(answer.split(b"\r\n\r\n")[1])["code"] for answer in said[1:4]]
    assert codes == ["head_timeout", "head_timeout", "body_timeout"]
    assert service.memory() - before < GROWTH_BYTES_MAX


async def test_a_slow_upload_that_goes_on_is_taken_whole(service: Running) -> None:
    """Five megabytes over longer than a body may stand still."""
    event = json.dumps([spend(id="slow-upload")]).encode()
    body = event + b" " * (5 * MEGABYTE - len(event))
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {service.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    step = len(body) // 64
    async with connected(service) as (reader, writer):
        writer.write(head)
        for at in range(0, len(body), step):
            writer.write(body[at : at + step])
            await writer.drain()
            await asyncio.sleep(1.5 * BODY_TIMEOUT_S / 64)
        got, _, reply = await answer_to(reader)
    assert (got, reply["accepted"]) == (202, 1)


async def test_an_idle_connection_is_closed_and_one_in_use_is_kept(service: Running) -> None:
    ask = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    async with connected(service) as (reader, writer):
        for _ in range(3):
            writer.write(ask)
            assert (await answer_to(reader))[0] == 200
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
    assert await service.closed("idle") >= 1


async def test_pipelined_requests_are_answered_in_order_and_what_follows_ends_it(
    service: Running,
) -> None:
    ask = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    async with connected(service) as (reader, writer):
        writer.write(ask * 3)
        assert [(await answer_to(reader))[0] for _ in range(3)] == [200, 200, 200]
        writer.write(ask + b"nonsense\r\n\r\n")
        assert (await answer_to(reader))[0] == 200
        async with asyncio.timeout(PATIENCE_S):
            rest = await reader.read()
    assert rest == b""
