"""The server's HTTP/1.1 protocol with bounds: what comes before any route is answered here.

uvicorn collects a head of any length in memory, keeps half of one for ever, and answers what it
cannot parse as plain text. This subclass counts bytes as they come (the parser is fed once, so the
cost stays in proportion), knows what the connection waits for, and answers problem+json.
"""

import asyncio
import logging
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
)
from uvicorn.server import ServerState

from shared import metrics
from shared.http.server.connections import (
    CHUNK_OVERHEAD_MAX,
    DRAIN_BYTES_MAX,
    LINGER_S,
    Connections,
    ConnectionState,
    Phase,
    RefusalCause,
    overdue,
)
from shared.http.server.direct import DirectRoute, Headers, KnownHeads
from shared.http.server.refusals import refusal

_LOGGER = logging.getLogger("uvicorn.connection")
_LOGGER.setLevel(logging.ERROR)
"""What anybody may cause without a credential is counted, not logged line by line."""
LINE_BYTES = len(b"  HTTP/1.1\r\n\r\n")
"""Of a head, beside its method, address and header lines."""
_SILENT = (
    RefusalCause.IDLE,
    RefusalCause.ANSWER_NOT_READ,
    RefusalCause.BODY_NOT_WANTED,
    RefusalCause.ROOM_MADE,
)
"""Whoever is closed for these is told nothing, and its place is free at once."""


class BoundedConfig(uvicorn.Config):
    """uvicorn's configuration, with the register that its protocols share."""

    def __init__(
        self, connections: Connections, direct: DirectRoute | None = None, **options: Any
    ) -> None:
        super().__init__(http=BoundedProtocol, ws="none", **options)
        self.connections = connections
        self.direct = direct


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `phase` is what it waits for, as far as incoming bytes are concerned."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(config, BoundedConfig)
        self.logger = _LOGGER
        self._register = config.connections
        self._limits = config.connections.limits
        self._heads = None if config.direct is None else KnownHeads(config.direct)
        self.phase = Phase.HEAD
        self._phase_is_new = False
        self._since_s = self.loop.time()
        self._loose_bytes = 0
        """Of the message that comes in, what is not body: its head, trailers, chunks' framing."""
        self._head_bytes = 0
        self._message_open = False
        self._body_bytes = 0
        self._unwanted_bytes = 0
        self._unread = (0, 0.0)
        """Bytes of answers that the client has not taken, and since when there are as many."""
        self._refusal: RefusalCause | None = None

    # What the transport says.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes a place in the register."""
        super().connection_made(transport)
        self._register.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Gives the place back."""
        self._register.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feeds the parser, and counts what it does not make a body of."""
        if self._is_refused():
            return
        if self.phase is Phase.IDLE:
            if self._heads is not None and self._take_directly(data):
                return
            self._enter(Phase.HEAD)
        self._loose_bytes += len(data)
        super().data_received(data)
        self._register_phase()
        allowed = self._limits.head_bytes_max + CHUNK_OVERHEAD_MAX * self._body_bytes
        if self._loose_bytes > allowed and not self._is_refused():
            self.refuse(self._too_large())

    # What the parser says.

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._message_open = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line, or a trailer: these come after the head was judged, and as headers they
        could say anything."""
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes + len(self.url) > self._limits.head_bytes_max:
            self._refuse_while_parsing(self._too_large())
        if self.phase is not Phase.BODY:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: the app begins."""
        line = len(self.parser.get_method()) + len(self.url) + LINE_BYTES
        if self._head_bytes + line > self._limits.head_bytes_max:
            self._refuse_while_parsing(self._too_large())
        super().on_headers_complete()
        self._enter(Phase.BODY)

    def on_body(self, body: bytes) -> None:
        """A piece of the body, wanted or not."""
        self._loose_bytes -= len(body)
        self._body_bytes += len(body)
        super().on_body(body)
        if self.cycle.response_complete:
            self._unwanted_bytes += len(body)
            if self._unwanted_bytes > DRAIN_BYTES_MAX:
                self._refuse_while_parsing(RefusalCause.BODY_NOT_WANTED)

    def on_message_complete(self) -> None:
        """The request is whole."""
        super().on_message_complete()
        if self._heads is not None and self._answering() and self.cycle.keep_alive:
            method, url = self.parser.get_method(), self.url
            self._heads.remember(method, url, self.cycle.scope["headers"], self._body_bytes)
        self._message_open = False
        self._loose_bytes = self._head_bytes = self._body_bytes = self._unwanted_bytes = 0
        self._enter(Phase.ANSWER if self._answering() else Phase.IDLE)

    # What the direct route answers.

    def _take_directly(self, data: bytes) -> bool:
        """Whether it is a whole request with a head that came before, and the route answers it."""
        heads = self._heads
        assert heads is not None
        known = heads.split(data)
        if known is None:
            return False
        before, cycle = self.cycle, _DirectCycle()
        self.cycle = cycle  # type: ignore[assignment]
        self._enter(Phase.ANSWER)
        if not heads.route.answer(*known, partial(self._reply, cycle)):
            self.cycle = before
            return False
        self._unset_keepalive_if_required()
        self._register_phase()
        return True

    def _reply(self, cycle: "_DirectCycle", status: int, headers: Headers, body: bytes) -> None:
        if cycle.disconnected or self.transport.is_closing():
            return
        parts = [STATUS_LINE[status]]
        for name, value in (*self.server_state.default_headers, *headers):
            parts += name, b": ", value, b"\r\n"
        if not cycle.keep_alive:
            parts.append(b"connection: close\r\n")
        parts += b"\r\n", body
        cycle.response_complete = True
        self.transport.write(b"".join(parts))
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def on_response_complete(self) -> None:
        """The answer is whole."""
        super().on_response_complete()
        if self.phase is Phase.ANSWER and not self._answering():
            self._enter(Phase.HEAD if self._message_open else Phase.IDLE)
            self._register_phase()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's sentence
        """The parser has stopped, by itself or because we stopped it."""
        reason, self._refusal = self._refusal or RefusalCause.UNPARSEABLE, None
        self.refuse(reason)

    def _refuse_while_parsing(self, reason: RefusalCause) -> None:
        """Stops the parser, which then calls `send_400_response`."""
        self._refusal = reason
        raise ValueError(reason)

    # What becomes of it.

    def look(self, now_s: float) -> None:
        """Closes itself when it is overdue (once a second)."""
        if self.phase is Phase.ENDING:
            if now_s - self._since_s > LINGER_S:
                self._cut_off()
            return
        if self.flow.read_paused:
            self._since_s = now_s  # We do not read: the client is not to blame.
        unread = self.transport.get_write_buffer_size()
        if not unread or unread != self._unread[0]:
            self._unread = unread, now_s
        state = ConnectionState(
            self.phase, now_s - self._since_s, self._body_bytes, now_s - self._unread[1]
        )
        reason = overdue(state, self._limits)
        if reason is not None:
            self.refuse(reason)

    def refuse(self, reason: RefusalCause) -> None:
        """Answers as well as it still can, and ends."""
        if self.phase is Phase.ENDING:
            self._cut_off()
            return
        metrics.HTTP_CONNECTIONS_CLOSED.labels(reason.value).inc()
        self._unset_keepalive_if_required()
        if self.phase is Phase.ANSWER and reason not in _SILENT:
            # The request before is being answered: that goes first, and is the last.
            self._refusal = reason
            self.cycle.keep_alive = False
            return
        told = self._can_be_told(reason)
        if told:
            self.transport.write(refusal(reason, self._limits.head_bytes_max))
        self._let_go_of_the_app()
        self._enter(Phase.ENDING)
        self._register_phase()
        if reason is RefusalCause.TOO_MANY_CONNECTIONS:
            self.transport.close()
        elif told and self.transport.can_write_eof():
            self.flow.resume_reading()
            self.transport.write_eof()
        else:
            self._cut_off()

    def _can_be_told(self, reason: RefusalCause) -> bool:
        """Whether an answer of ours can be taken for the answer to what the client began."""
        if reason in _SILENT or self.pipeline or self.transport.is_closing():
            return False
        if reason is RefusalCause.TOO_MANY_CONNECTIONS:
            return True
        if self.phase is Phase.BODY:
            return not self.cycle.response_started
        # Browsers open connections ahead: where nothing was asked, nothing is answered.
        return self.phase is Phase.HEAD and self._loose_bytes > 0

    def _cut_off(self) -> None:
        self._register.remove(self)
        self.transport.abort()

    def _let_go_of_the_app(self) -> None:
        cycles = [cycle for cycle, _ in self.pipeline]
        self.pipeline.clear()
        if self.cycle is not None:
            cycles.append(self.cycle)
        for cycle in cycles:
            if not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self._phase_is_new = True

    def _register_phase(self) -> None:
        """After a piece of data, not for each phase it leads through: a request that comes whole
        has four."""
        if self._phase_is_new:
            self._phase_is_new = False
            self._since_s = self.loop.time()
            self._register.entered(self)

    def _is_refused(self) -> bool:
        return self.phase is Phase.ENDING or self._refusal is not None

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _too_large(self) -> RefusalCause:
        """A URL that fills most of the head is what is too long."""
        url = self.url if self._message_open and self.phase is not Phase.BODY else b""
        too_long = 2 * len(url) > self._limits.head_bytes_max
        return RefusalCause.URL_TOO_LONG if too_long else RefusalCause.HEAD_TOO_LARGE


class _DirectCycle:
    """Stands where uvicorn keeps the request that is being answered: what comes meanwhile waits."""

    __slots__ = ("disconnected", "keep_alive", "response_complete")
    response_started = False
    message_event = asyncio.Event()

    def __init__(self) -> None:
        self.keep_alive = True
        self.disconnected = self.response_complete = False
