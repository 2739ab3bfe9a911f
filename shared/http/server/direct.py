"""One route of a service that is answered without a task: for the one that most requests take.

The server's and the framework's way to an answer costs more than such a request itself: parsing a
head that differs from the last one in nothing, a scope, a task with its context, a queue of
messages. A direct route gets the headers and the whole body and answers when it can, or says at
once that the application has to.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

Headers = Iterable[tuple[bytes, bytes]]
Reply = Callable[[int, Headers, bytes], None]
"""Status, headers and body of the answer; to be called once, from the loop."""

HEADS_MAX = 20
"""Of a connection: the requests of a sender differ by the length of their bodies."""
HEAD_BYTES_MAX = 2048
"""Of a head that is remembered: whoever sends it has shown no credential yet."""
_END = b"\r\n\r\n"


class DirectRoute(NamedTuple):
    """Where it is, and what answers: False says that nothing was done, and the application is to
    be asked."""

    method: bytes
    url: bytes
    answer: Callable[[Headers, bytes, Reply], bool]

    def body_bytes(self, method: bytes, url: bytes, headers: Headers) -> int:
        """How long the body of a request for it is; -1 of any other request."""
        if method == self.method and url == self.url:
            for name, value in headers:
                if name == b"content-length":
                    return int(value)
        return -1


class KnownHeads:
    """Of one connection: heads that were parsed before, and what came of it. The same bytes need
    no parser; what differs in one of them is a stranger."""

    def __init__(self, route: DirectRoute) -> None:
        self.route = route
        self._known: dict[bytes, tuple[Headers, int]] = {}
        self._seen: tuple[bytes, int] | None = None
        """The head that the parser has now, and how much came with it."""

    def __len__(self) -> int:
        return len(self._known)

    def split(self, data: bytes) -> tuple[Headers, bytes] | None:
        """Headers and body of what is exactly one request with a known head. Anything else is
        for the parser."""
        head, end, body = data.partition(_END)
        known = self._known.get(head) if end else None
        if known is None:
            self._seen = (head, len(body)) if end else None
            return None
        headers, body_bytes = known
        return (headers, body) if len(body) == body_bytes else None

    def remember(self, method: bytes, url: bytes, headers: Headers, body_bytes: int) -> None:
        """What the parser made of the data that `split` saw last, if these were one request."""
        seen, self._seen = self._seen, None
        if seen is None or seen[1] != body_bytes or len(seen[0]) > HEAD_BYTES_MAX:
            return
        if self.route.body_bytes(method, url, headers) == body_bytes:
            if len(self._known) >= HEADS_MAX:
                self._known.clear()
            self._known[seen[0]] = tuple(headers), body_bytes
