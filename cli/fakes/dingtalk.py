"""A local DingTalk robot that answers as the real one does: faults with HTTP 200 and an errcode.

The demo shows what it took; tests also tell it how to fail. It checks the signature (310000), the
rate of 20 a minute (130101), the size (460101) and the title (400402).
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import uvicorn

TOLERANCE_MS = 3_600_000
PER_MINUTE_MAX = 20
BODY_BYTES_MAX = 20_000
START_TIMEOUT_S = 60.0

OK = {"errcode": 0, "errmsg": "ok"}
SIGN_NOT_MATCH = {"errcode": 310000, "errmsg": "sign not match"}
TOO_FAST = {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
TOO_LONG = {"errcode": 460101, "errmsg": "message too long, exceed 20000 bytes"}
NO_TITLE = {"errcode": 400402, "errmsg": "miss param : markdown->title"}
NO_TOKEN = {"errcode": 300005, "errmsg": "token is not exist"}

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Message:
    """A message the group would see."""

    received_at: float
    title: str
    text: str
    at_mobiles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer instead of the usual one. `taken`: the message arrives all the same."""

    status: int = 200
    body: bytes = b""
    taken: bool = False
    delay_s: float = 0.0


class FakeDingTalk:
    """`with FakeDingTalk(secret) as robot:` serves on 127.0.0.1; `robot.url` is its address."""

    def __init__(
        self,
        secret: str | None = None,
        *,
        token: str = "local",  # noqa: S107 - names the robot, opens nothing
        now: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self._token = token
        self._now = now
        self._recent: deque[float] = deque(maxlen=PER_MINUTE_MAX)
        self._lock = threading.Lock()
        self._messages: list[Message] = []
        self._answers: list[dict[str, Any]] = []
        self._faults: deque[Fault] = deque()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            self._serve, interface="asgi3", log_config=None, access_log=False, lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    @property
    def url(self) -> str:
        """What goes into the environment variable that `url_env` names."""
        return f"http://127.0.0.1:{self.port}/robot/send?access_token={self._token}"

    @property
    def messages(self) -> list[Message]:
        """What it took so far, oldest first."""
        with self._lock:
            return list(self._messages)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Every answer with a JSON body it gave so far, faults included."""
        with self._lock:
            return list(self._answers)

    def fail_next(self, *faults: Fault) -> None:
        """The next requests are answered like this, one each."""
        with self._lock:
            self._faults.extend(faults)

    def forget_rate(self) -> None:
        """As if a minute had passed."""
        with self._lock:
            self._recent.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._server.started:
            if time.monotonic() > deadline:
                raise TimeoutError("the local DingTalk did not start")
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(START_TIMEOUT_S)
        self._socket.close()

    def answer(self, query: dict[str, str], body: bytes) -> dict[str, Any]:
        """What the real robot says to this request; keeps the message when it takes it."""
        if query.get("access_token") != self._token:
            return NO_TOKEN
        if self._secret is not None and not self._signed(query, self._secret):
            return SIGN_NOT_MATCH
        now = self._now()
        with self._lock:
            if len(self._recent) == PER_MINUTE_MAX and now - self._recent[0] < 60:
                return TOO_FAST
            self._recent.append(now)
        if len(body) > BODY_BYTES_MAX:
            return TOO_LONG
        message = _parse(body, now)
        if message is None:
            return NO_TITLE
        with self._lock:
            self._messages.append(message)
        return OK

    def _signed(self, query: dict[str, str], secret: str) -> bool:
        timestamp = query.get("timestamp", "")
        if not timestamp.isdigit() or abs(int(timestamp) - self._now() * 1000) > TOLERANCE_MS:
            return False
        digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
        expected = base64.b64encode(digest.digest()).decode()
        return hmac.compare_digest(expected, query.get("sign", ""))

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        fields = parse_qs(scope["query_string"].decode())
        query = {name: values[0] for name, values in fields.items()}
        with self._lock:
            fault = self._faults.popleft() if self._faults else None
        if fault is None:
            answer = self.answer(query, body)
            with self._lock:
                self._answers.append(answer)
            await _reply(send, 200, json.dumps(answer).encode())
            return
        if fault.taken:
            self.answer(query, body)
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        await _reply(send, fault.status, fault.body)


def _parse(body: bytes, now: float) -> Message | None:
    try:
        sent = json.loads(body)
        markdown = sent["markdown"]
        title, text = str(markdown["title"]), str(markdown["text"])
    except (ValueError, KeyError, TypeError):
        return None
    return Message(now, title, text, tuple(sent.get("at", {}).get("atMobiles", ())))


async def _reply(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """`python -m cli.fakes.dingtalk`: prints its settings, then what a group would see."""
    secret = "SEClocal"  # noqa: S105 - the robot is local
    with FakeDingTalk(secret) as robot, contextlib.suppress(KeyboardInterrupt):
        print(f"export OPS_DINGTALK_URL='{robot.url}' OPS_DINGTALK_SECRET={secret}", flush=True)
        shown = 0
        while True:
            for message in robot.messages[shown:]:
                print(f"\n{message.text}", flush=True)
                shown += 1
            time.sleep(0.2)


if __name__ == "__main__":
    main()
