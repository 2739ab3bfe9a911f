"""The direct route of a server: what it is asked about, and what goes to the application."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uvicorn.server import ServerState

from shared.http.server.connection import BoundedConfig, BoundedProtocol
from shared.http.server.connections import Connections, Limits, Phase
from shared.http.server.direct import HEAD_BYTES_MAX, HEADS_MAX, DirectRoute, Headers, Reply

LIMITS = Limits(65_536, 10, 30, 1024, 75, 10)
OK = (b"content-length", b"2")


class Transport:
    """A connection of which what was written is kept."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, _: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Server:
    """One connection; the application answers `app`, the direct route `direct` when it is told."""

    def __init__(self) -> None:
        self.transport = Transport()
        self.replies: list[Reply] = []
        self.bodies: list[bytes] = []
        self.willing = True
        config = BoundedConfig(
            Connections(LIMITS),
            DirectRoute(b"POST", b"/direct", self._answer),
            app=self._app,
            interface="asgi3",
            loop="uvloop",
            access_log=False,
            log_config=None,
            lifespan="off",
        )
        config.load()
        self.protocol = BoundedProtocol(config, ServerState(), {})
        self.protocol.connection_made(self.transport)  # type: ignore[arg-type]

    def _answer(self, headers: Headers, body: bytes, reply: Reply) -> bool:
        assert (b"content-type", b"text/plain") in list(headers)
        self.bodies.append(body)
        self.replies.append(reply)
        return self.willing

    async def _app(self, _: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [OK]})
        await send({"type": "http.response.body", "body": b"ap"})

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.protocol.data_received(piece)
            for _ in range(5):
                await asyncio.sleep(0)

    def reply(self, body: bytes = b"di") -> None:
        self.replies.pop(0)(202, (OK,), body)

    @property
    def answers(self) -> list[bytes]:
        """The bodies of what was answered, in order."""
        return [part[:2] for part in self.transport.written.split(b"\r\n\r\n")[1:]]


@pytest.fixture
async def server() -> Server:
    made = Server()
    # The first request of a connection, and the first with its head.
    await made.send(request(), request())
    assert (made.answers, made.bodies) == ([b"ap", b"ap"], [])
    made.transport.written = b""
    return made


def request(body: bytes = b"xyz", path: bytes = b"/direct", *, more: bytes = b"") -> bytes:
    return (
        b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n%bContent-Length: %d\r\n\r\n%b"
        % (path, more, len(body), body)
    )


async def test_a_head_that_came_before_is_for_the_route(server: Server) -> None:
    await server.send(request(b"abc"))
    assert server.bodies == [b"abc"]
    assert server.protocol.phase is Phase.ANSWER
    server.reply()
    assert server.answers == [b"di"]
    assert server.transport.written.startswith(b"HTTP/1.1 202 Accepted\r\n")
    assert server.protocol.phase is Phase.IDLE


@pytest.mark.parametrize(
    ("why", "sent"),
    [
        ("another path", request(path=b"/other")),
        ("a header more", request(more=b"X: 1\r\n")),
        ("another length", request(b"longer")),
        ("a connection that ends", request(more=b"Connection: close\r\n")),
    ],
)
async def test_every_other_head_is_for_the_application(
    server: Server, why: str, sent: bytes
) -> None:
    await server.send(sent)
    assert (server.answers, server.bodies) == ([b"ap"], []), why


async def test_a_connection_that_ends_is_not_remembered(server: Server) -> None:
    assert server.protocol._heads is not None
    before = len(server.protocol._heads)
    await server.send(request(more=b"Connection: close\r\n"))
    assert server.transport.closed
    assert len(server.protocol._heads) == before


async def test_a_request_in_pieces_is_for_the_application(server: Server) -> None:
    whole = request()
    await server.send(whole[:40], whole[40:-1], whole[-1:])
    await server.send(request(more=b"A: 1\r\n")[:-3], b"xyz", request(more=b"A: 1\r\n"))
    assert (server.answers, server.bodies) == ([b"ap"] * 3, [])


async def test_what_the_route_does_not_want_is_for_the_application(server: Server) -> None:
    server.willing = False
    await server.send(request())
    assert (server.answers, server.bodies) == ([b"ap"], [b"xyz"])


async def test_answers_keep_the_order_of_their_requests(server: Server) -> None:
    await server.send(request(b"abc"), request(b"def"), request(path=b"/other"))
    assert server.answers == []
    server.reply()
    await server.send()
    for _ in range(20):
        await asyncio.sleep(0)
    assert server.answers == [b"di", b"ap", b"ap"]
    assert server.bodies == [b"abc"], "what waits in line is the application's"
    await server.send(request(b"ghi"))
    server.replies.pop(0)(202, (OK,), b"d2")
    assert server.answers[-1] == b"d2"


async def test_two_requests_in_one_piece_are_for_the_application(server: Server) -> None:
    await server.send(request() + request())
    for _ in range(20):
        await asyncio.sleep(0)
    assert (server.answers, server.bodies) == ([b"ap", b"ap"], [])


async def test_a_client_that_has_gone_is_not_answered(server: Server) -> None:
    await server.send(request())
    server.protocol.connection_lost(None)
    server.reply()
    assert server.transport.written == b""


async def test_a_server_that_stops_answers_and_closes(server: Server) -> None:
    await server.send(request())
    server.protocol.shutdown()
    assert not server.transport.closed
    server.reply()
    assert b"connection: close\r\n" in server.transport.written
    assert server.transport.closed


async def test_a_head_too_long_to_be_kept_is_for_the_application(server: Server) -> None:
    sent = request(more=b"X-Long: %b\r\n" % (b"x" * HEAD_BYTES_MAX))
    await server.send(sent, sent)
    assert (server.answers, server.bodies) == ([b"ap", b"ap"], [])


async def test_as_many_heads_are_remembered_as_are_bounded(server: Server) -> None:
    for number in range(3 * HEADS_MAX):
        await server.send(request(more=b"X-Trace: %d\r\n" % number))
        assert len(server.protocol._heads or ()) <= HEADS_MAX
    assert server.bodies == []
