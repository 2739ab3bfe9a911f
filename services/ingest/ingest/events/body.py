"""Request bodies within bounds: of one body, of all bodies being read, and of what gzip unfolds."""

import zlib
from collections.abc import Iterable

from starlette.types import Receive

from shared.errors import (
    TooLargeError,
    UnavailableError,
    UnparseableError,
    UnsupportedMediaError,
)

Headers = Iterable[tuple[bytes, bytes]]


class ClientGoneError(Exception):
    """The client closed the connection before its body was complete."""


class BodyReader:
    """Reads bodies; all that are being read at once share `reading_bytes_max`."""

    def __init__(self, reading_bytes_max: int) -> None:
        self._reading_bytes_max = reading_bytes_max
        self._reading_bytes = 0

    async def read(self, receive: Receive, headers: Headers, bytes_max: int) -> bytes:
        """The whole body, gunzipped if it says so.

        Raises TooLargeError `too_large` above `bytes_max` before and after unfolding,
        UnavailableError `overloaded`, UnparseableError, UnsupportedMediaError, ClientGoneError.
        """
        encoding = b""
        for name, value in headers:
            if name == b"content-length" and int(value) > bytes_max:
                raise _too_large(bytes_max)
            if name == b"content-encoding":
                encoding = value.strip().lower()
        if encoding not in (b"", b"identity", b"gzip"):
            raise UnsupportedMediaError("unsupported_encoding", "bodies are plain or gzip")
        body = await self._collect(receive, bytes_max)
        return gunzip(body, bytes_max) if encoding == b"gzip" else body

    async def _collect(self, receive: Receive, bytes_max: int) -> bytes:
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            body: bytes = message.get("body", b"")
            if len(body) > bytes_max:
                raise _too_large(bytes_max)
            return body
        chunks: list[bytes] = []
        size = 0
        try:
            while True:
                if message["type"] == "http.disconnect":
                    raise ClientGoneError
                chunk: bytes = message.get("body", b"")
                chunks.append(chunk)
                size += len(chunk)
                self._reading_bytes += len(chunk)
                if size > bytes_max:
                    raise _too_large(bytes_max)
                if self._reading_bytes > self._reading_bytes_max:
                    raise UnavailableError("overloaded", "too many bodies are being read")
                if not message.get("more_body"):
                    return b"".join(chunks)
                message = await receive()
        finally:
            self._reading_bytes -= size


def gunzip(body: bytes, bytes_max: int) -> bytes:
    """Unfolds at most `bytes_max` bytes, so a bomb costs no more than an honest body.

    Raises TooLargeError `too_large`, UnparseableError `unparseable` (no gzip, or cut short).
    """
    parts: list[bytes] = []
    left = bytes_max
    try:
        while body:
            member = zlib.decompressobj(wbits=31)
            parts.append(member.decompress(body, left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise _too_large(bytes_max)
            if not member.eof:
                raise UnparseableError("unparseable", "the gzip body is cut short")
            body = member.unused_data
    except zlib.error as error:
        raise UnparseableError("unparseable", "the body is no gzip") from error
    return b"".join(parts)


def _too_large(bytes_max: int) -> TooLargeError:
    return TooLargeError("too_large", f"a body has at most {bytes_max} bytes")
