"""The outermost layer of an app: the bounds of a body, its keys, metrics, and the last line."""

import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import metrics
from shared.errors import InvalidError, PacelineError, TooLargeError, UnparseableError
from shared.http.json_keys import json_fault
from shared.http.problems import as_problem, problem

BODY_BYTES_MAX = 5 * 1024 * 1024
SINGLE_HEADERS = frozenset({b"idempotency-key", b"if-match", b"content-type", b"content-encoding"})
_OFFSET = re.compile(
    rb"([Tt]\d\d(?::|%3[Aa])\d\d(?:(?::|%3[Aa])\d\d(?:\.\d+)?)?)\+(?=\d\d(?::|%3[Aa])?\d\d(?:&|$))"
)


def tidy_query(query: bytes) -> bytes:
    """A query string as its writer meant it, where the standard reads it otherwise.

    The + of a time's offset ("…T14:00:00+08:00") would be read as a space, although the offset is
    what people copy from our own answers; a parameter that is sent empty is not sent.
    """
    stated = [part for part in query.split(b"&") if part.partition(b"=")[2]]
    return _OFFSET.sub(rb"\1%2B", b"&".join(stated))


class Edge:
    """The outermost ASGI layer: body limit, repeated keys, metrics, and the last line against
    exceptions."""

    def __init__(self, app: ASGIApp, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        self._app = app
        self._body_bytes_max = body_bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["query_string"]:
            scope["query_string"] = tidy_query(scope["query_string"])
        began = time.perf_counter()
        body = _Body(receive, self._body_bytes_max, is_json=_is_json(scope))
        status = 0
        replaced = False

        async def noted_send(message: Message) -> None:
            nonlocal status, replaced
            if message["type"] == "http.response.start":
                status = message["status"]
                if body.fault is not None:
                    # A framework that caught our exception answers another 400; say what it was.
                    replaced = True
                    status = body.fault.status
                    await problem(body.fault)(scope, receive, send)
            if not replaced:
                await send(message)

        try:
            if "\0" in scope["path"] or b"%00" in scope["query_string"]:
                raise InvalidError("invalid_request", "an address holds no U+0000")
            _refuse_repeated_headers(scope)
            await self._app(scope, body.receive, noted_send)
        except Exception as error:
            if status:
                raise
            await problem(as_problem(error))(scope, receive, noted_send)
        route = scope.get("route")
        path = getattr(route, "path", "other")
        metrics.HTTP_REQUESTS.labels(scope["method"], path, str(status)).inc()
        metrics.HTTP_DURATION.labels(path).observe(time.perf_counter() - began)


class _Body:
    """A body on its way to the app; `fault` is why it was refused, once it was."""

    def __init__(self, receive: Receive, bytes_max: int, *, is_json: bool) -> None:
        self.fault: PacelineError | None = None
        self._receive = receive
        self._bytes_max = bytes_max
        self._bytes = 0
        self._chunks: list[bytes] | None = [] if is_json else None

    async def receive(self) -> Message:
        """The next message. Raises TooLargeError, UnparseableError for a repeated key."""
        message = await self._receive()
        chunk: bytes = message.get("body", b"")
        self._bytes += len(chunk)
        if self._bytes > self._bytes_max:
            self._chunks = None
            detail = f"a body has at most {self._bytes_max} bytes"
            self.fault = TooLargeError("too_large", detail)
            raise self.fault
        if self._chunks is not None and message["type"] == "http.request":
            self._chunks.append(chunk)
            if not message.get("more_body"):
                self._refuse_faulty_json()
        return message

    def _refuse_faulty_json(self) -> None:
        assert self._chunks is not None
        self.fault = json_fault(b"".join(self._chunks))
        self._chunks = None
        if self.fault is not None:
            raise self.fault


def _refuse_repeated_headers(scope: Scope) -> None:
    """Of those we read one value, and which one would be chance. Raises UnparseableError."""
    names = [name for name, _ in scope["headers"] if name in SINGLE_HEADERS]
    if len(set(names)) < len(names):
        name = next(name for name in names if names.count(name) > 1).decode()
        raise UnparseableError("header_repeated", f"send the header {name} once")


def _is_json(scope: Scope) -> bool:
    """Whether the app may read the body as JSON; what is packed is looked at when unpacked."""
    media_type = b""
    for name, value in scope["headers"]:
        if name == b"content-encoding":
            return False
        if name == b"content-type":
            media_type = value
    return b"json" in media_type.lower()
