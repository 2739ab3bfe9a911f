"""A request's body, within its bound."""

from starlette.requests import Request

from shared.errors import TooLargeError

BODY_BYTES_MAX = 16 * 1024 * 1024
"""Some 50,000 alerts."""


async def read_body(request: Request) -> bytes:
    """All of it. Raises TooLargeError."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            raise TooLargeError("too_large", f"a body has at most {BODY_BYTES_MAX} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
