"""How requests of channels go over the wire: HTTP/1.1, one request after the other over a
connection that is kept for a moment.

The library's own way costs as much CPU as everything else that a message needs. Connections are
kept by host and by what it was resolved to: what is connected to may be an address that several
hosts share, and each of them is to be asked for its own certificate.
"""

import asyncio
from typing import Any, NamedTuple

import httpx
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

KEPT_S = 2.0
"""How long a connection waits for the next message: hardly a server closes one as early, and what
goes over one that is being closed may or may not have arrived."""
ANSWER_BYTES_MAX = 65_536
"""An answer has a hundred bytes; the rest of a longer page is not read."""
HEAD_BYTES_MAX = 65_536


class _Place(NamedTuple):
    scheme: str
    number: str
    port: int
    host: str


class HttpTransport(httpx.AsyncBaseTransport):
    """Raises what the library's own transport raises."""

    def __init__(self) -> None:
        self._certificates = httpx.create_ssl_context(trust_env=False)
        self._certificates.set_alpn_protocols(["http/1.1"])
        self._kept: dict[_Place, list[_Connection]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, and the beginning of its answer."""
        url, waits = request.url, request.extensions.get("timeout", {})
        name = request.extensions.get("sni_hostname", url.host)
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        place = _Place(url.scheme, url.host, port, name)
        data = _written(request)
        connection = self._take(place) or await self._connect(place, waits.get("connect"))
        try:
            async with asyncio.timeout(waits.get("read")):
                answer = await connection.ask(data)
        except TimeoutError as error:
            connection.close()
            raise httpx.ReadTimeout("no answer in time") from error
        except BaseException:
            connection.close()
            raise
        if connection.may_go_on:
            self._keep(place, connection)
        else:
            connection.close()
        return answer

    async def aclose(self) -> None:
        """Closes what waits for another message."""
        for one in [one for kept in self._kept.values() for one in kept]:
            one.expiry.cancel()
            one.close()
        self._kept.clear()

    async def _connect(self, place: _Place, timeout_s: float | None) -> "_Connection":
        secure = place.scheme == "https"
        try:
            async with asyncio.timeout(timeout_s):
                _, made = await asyncio.get_running_loop().create_connection(
                    _Connection,
                    place.number,
                    place.port,
                    ssl=self._certificates if secure else None,
                    server_hostname=place.host if secure else None,
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout("not connected in time") from error
        except OSError as error:
            raise httpx.ConnectError(type(error).__name__) from error
        return made

    def _take(self, place: _Place) -> "_Connection | None":
        kept = self._kept.pop(place, [])
        while kept:
            found = kept.pop()
            found.expiry.cancel()
            if found.may_go_on:
                if kept:
                    self._kept[place] = kept
                return found
        return None

    def _keep(self, place: _Place, connection: "_Connection") -> None:
        def expire() -> None:
            kept = self._kept[place]
            kept.remove(connection)
            connection.close()
            if not kept:
                del self._kept[place]

        connection.expiry = asyncio.get_running_loop().call_later(KEPT_S, expire)
        self._kept.setdefault(place, []).append(connection)


class _Connection(asyncio.Protocol):
    """One request at a time; what comes unasked ends it."""

    expiry: asyncio.TimerHandle

    def __init__(self) -> None:
        self.may_go_on = False
        self._answer: asyncio.Future[httpx.Response] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    async def ask(self, data: bytes) -> httpx.Response:
        """Raises httpx.ReadError or RemoteProtocolError."""
        self.may_go_on = False
        self._begin()
        self._read = 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return await self._answer

    def close(self) -> None:
        self.may_go_on = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """At most so much is kept, whatever comes."""
        if self._answer is None or self._answer.done():
            self.close()
            return
        self._read += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._fail(httpx.RemoteProtocolError(type(error).__name__))
        if not self._is_body and self._read > HEAD_BYTES_MAX:
            self._fail(httpx.RemoteProtocolError("the head is too long"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Where nothing said how long the body is, that was all of it."""
        self.may_go_on = False
        if self._answer is None or self._answer.done():
            return
        if self._is_body and exc is None and not self._has_length:
            self._finish()
        else:
            self._fail(httpx.ReadError("the connection was closed"))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._is_body = self._parser.get_status_code() >= 200
        self._has_length = any(
            name.lower() in {b"content-length", b"transfer-encoding"} for name, _ in self._headers
        )

    def on_body(self, body: bytes) -> None:
        self._body += body[: ANSWER_BYTES_MAX - len(self._body)]
        if len(self._body) >= ANSWER_BYTES_MAX:
            self._finish()

    def on_message_complete(self) -> None:
        if not self._is_body:
            # "100 Continue" and the like: the answer follows.
            self._headers.clear()
            return
        self.may_go_on = self._parser.should_keep_alive()
        self._finish()

    def _begin(self) -> None:
        self._parser = HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._is_body = self._has_length = False

    def _finish(self) -> None:
        if self._answer is not None and not self._answer.done():
            stream = httpx.ByteStream(bytes(self._body))
            status = self._parser.get_status_code()
            self._answer.set_result(httpx.Response(status, headers=self._headers, stream=stream))

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


def _written(request: httpx.Request) -> bytes:
    """Raises httpx.InvalidURL for what would end a line of the head."""
    target, headers = request.url.raw_path, request.headers.raw
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), target)]
    lines += [b"%s: %s" % one for one in headers]
    if any(b"\r" in one or b"\n" in one for one in lines):
        raise httpx.InvalidURL("a line of the head has a line break")
    return b"\r\n".join([*lines, b"", request.content])
