"""A local HTTP server that a fake answers with; tests tell it how to fail."""

import asyncio
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import uvicorn

START_TIMEOUT_S = 60.0
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer instead of the usual one. `taken`: the message arrives all the same."""

    status: int = 200
    body: bytes = b""
    taken: bool = False
    delay_s: float = 0.0
    headers: tuple[tuple[bytes, bytes], ...] = ()


class RecordedRequest(NamedTuple):
    """A request as it came: header names in small letters."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class LocalServer(ABC):
    """Serves on 127.0.0.1 while its block lasts; `reply` is the fake's own."""

    def __init__(self, port: int = 0) -> None:
        self._lock = threading.Lock()
        self._faults: deque[Fault] = deque()
        self._socket = socket.socket()
        # A start after a stop: connections of before are still in TIME_WAIT.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            self._serve, interface="asgi3", log_config=None, access_log=False, lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    @abstractmethod
    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """Status and body for a request; keeps what it takes."""

    def fail_next(self, *faults: Fault) -> None:
        """The next requests are answered like this, one each."""
        with self._lock:
            self._faults.extend(faults)

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._server.started:
            if time.monotonic() > deadline:
                raise TimeoutError("the local server did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(START_TIMEOUT_S)
        self._socket.close()

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        asked = RecordedRequest(scope["path"], scope["query_string"].decode(), headers, body)
        with self._lock:
            fault = self._faults.popleft() if self._faults else None
        if fault is None:
            status, answer = self.reply(asked)
            await _answer(send, status, answer, ())
            return
        if fault.taken:
            self.reply(asked)
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        await _answer(send, fault.status, fault.body, fault.headers)


async def _answer(
    send: Send, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    found = [(b"content-type", b"application/json"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": found})
    await send({"type": "http.response.body", "body": body})
