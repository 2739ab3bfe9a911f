"""What a client is told that is refused before any route."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from shared.http.problems import StatusError, problem
from shared.http.server.connections import RefusalCause


def refusal(reason: RefusalCause, head_bytes_max: int) -> bytes:
    """A whole response, after which the connection ends."""
    status, detail = _SENTENCES[reason]
    error = StatusError(status, reason.value, detail.format(head_bytes_max=head_bytes_max))
    error.retry_after_s = 2 if status == 503 else None
    response = problem(error, {"Connection": "close"})
    head = b"".join(b"%b: %b\r\n" % header for header in response.raw_headers)
    return STATUS_LINE[status] + head + b"\r\n" + bytes(response.body)


_SENTENCES = {
    RefusalCause.UNPARSEABLE: (400, "the request is not HTTP/1.1"),
    RefusalCause.HEAD_TOO_LARGE: (
        431,
        "request line, headers and trailers together have at most {head_bytes_max} bytes",
    ),
    RefusalCause.URL_TOO_LONG: (
        414,
        "an address and its headers have at most {head_bytes_max} bytes",
    ),
    RefusalCause.HEAD_TIMEOUT: (408, "the head of the request did not come in time"),
    RefusalCause.BODY_TIMEOUT: (408, "the body of the request stood still or came too slowly"),
    RefusalCause.TOO_MANY_CONNECTIONS: (503, "too many connections are at work; send it again"),
}
