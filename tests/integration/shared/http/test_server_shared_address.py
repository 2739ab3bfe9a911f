"""Several processes of a service on one address: the system gives each connection to one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from cli.processes import free_port
from shared.service.process import Service, make_server, sockets_of
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import eventually

CONNECTIONS = 200
"""By chance alone one of two gets less than a quarter of so many once in 10^13 times."""


@asynccontextmanager
async def serving(name: str, shared_port: int) -> AsyncIterator[CommonSettings]:
    """A server that answers its name."""

    async def app(_: Any, __: Any, send: Any) -> None:
        length = (b"content-length", b"%d" % len(name))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": name.encode()})

    settings = CommonSettings(port=free_port(), shared_port=shared_port)
    server = make_server(settings, Service(app))
    task = asyncio.create_task(server.serve(sockets_of(settings)))

    async def listening() -> bool:
        return server.started

    await eventually(listening, what="the server")
    yield settings
    server.should_exit = True
    await task


async def answer_of(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 200"), head
    return body.decode()


async def test_each_has_its_own_address_and_its_share_of_the_connections_to_the_shared_one() -> (
    None
):
    shared_port = free_port()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(serving("first", shared_port))
        second = await stack.enter_async_context(serving("second", shared_port))
        assert await answer_of(first.port) == "first"
        assert await answer_of(second.port) == "second"
        answers = Counter([await answer_of(shared_port) for _ in range(CONNECTIONS)])
    assert answers["first"] + answers["second"] == CONNECTIONS
    assert min(answers["first"], answers["second"]) >= CONNECTIONS // 4


async def test_who_ends_leaves_the_address_to_the_others() -> None:
    shared_port = free_port()
    async with serving("stays", shared_port):
        async with serving("ends", shared_port):
            pass
        answers = {await answer_of(shared_port) for _ in range(CONNECTIONS)}
    assert answers == {"stays"}
