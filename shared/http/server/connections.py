"""What a client may hold open, and for how long: bounds of connections, heads and bodies.

Whoever opens a socket has shown no credential. So what is kept for it is bounded in bytes and in
time, and when all places are taken the oldest connection that only waits makes room: a client that
speaks is served although a thousand others do not. The decision is pure (`overdue`); the protocol
(shared/http/server/connection.py) acts on it.
"""

import asyncio
import enum
import resource
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shared import metrics
from shared.logs import get_logger
from shared.settings import CommonSettings

log = get_logger(__name__)

SWEEP_S = 1.0
LINGER_S = 5.0
"""How long a refused client may go on sending before it is cut off: at once, it would often see a
reset in place of the answer."""
DRAIN_BYTES_MAX = 16 * 1024 * 1024
"""Of a body that nobody reads any more, because it was answered already."""
CHUNK_OVERHEAD_MAX = 16
"""Bytes of chunked framing for each byte of body; chunks of one byte need five."""
OTHER_FILES = 200
"""Open files beside the connections: database, broker, logs."""


class Phase(enum.Enum):
    """What a connection is waiting for."""

    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"
    IDLE = "idle"
    ENDING = "ending"


class RefusalCause(enum.Enum):
    """Why a connection was refused or closed: the code of the answer and the metric's label."""

    UNPARSEABLE = "unparseable"
    HEAD_TOO_LARGE = "head_too_large"
    URL_TOO_LONG = "url_too_long"
    HEAD_TIMEOUT = "head_timeout"
    BODY_TIMEOUT = "body_timeout"
    BODY_NOT_WANTED = "body_not_wanted"
    IDLE = "idle"
    ANSWER_NOT_READ = "answer_not_read"
    ROOM_MADE = "room_made"
    TOO_MANY_CONNECTIONS = "too_many_connections"


for _reason in RefusalCause:
    metrics.HTTP_CONNECTIONS_CLOSED.labels(_reason.value)


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings of a connection; see .env.example."""

    head_bytes_max: int
    head_timeout_s: float
    body_timeout_s: float
    body_bytes_per_s_min: int
    idle_timeout_s: float
    connections_max: int

    @classmethod
    def of(cls, settings: CommonSettings) -> "Limits":
        """Those of a service."""
        return cls(
            settings.head_bytes_max,
            settings.head_timeout_s,
            settings.body_timeout_s,
            settings.body_bytes_per_s_min,
            settings.idle_timeout_s,
            settings.connections_max,
        )


class ConnectionState(NamedTuple):
    """A connection at one instant: its phase, for how long it is in it, the body's bytes so far,
    and for how long nothing of an answer has been read."""

    phase: Phase
    waited_s: float
    body_bytes: int
    unread_s: float


def overdue(state: ConnectionState, limits: Limits) -> RefusalCause | None:
    """Why a connection is to be closed now, or None.

    A body has `body_timeout_s` and, beyond that, a second for every `body_bytes_per_s_min` bytes:
    a slow upload that goes on is taken, one that stands still or trickles is not.
    """
    if state.unread_s > limits.body_timeout_s:
        return RefusalCause.ANSWER_NOT_READ
    match state.phase:
        case Phase.HEAD if state.waited_s > limits.head_timeout_s:
            return RefusalCause.HEAD_TIMEOUT
        case Phase.BODY:
            earned_s = state.body_bytes / limits.body_bytes_per_s_min
            if state.waited_s > limits.body_timeout_s + earned_s:
                return RefusalCause.BODY_TIMEOUT
        case Phase.IDLE if state.waited_s > limits.idle_timeout_s:
            return RefusalCause.IDLE
    return None


class Connection(Protocol):
    """What the register needs of a protocol."""

    phase: Phase

    def look(self, now_s: float) -> None:
        """Closes itself when it is overdue."""
        ...

    def refuse(self, reason: RefusalCause) -> None:
        """Answers as well as it still can, and ends."""
        ...


class Connections:
    """All connections of a server, in the order in which they began to wait."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._all: set[Connection] = set()
        self._waiting: OrderedDict[Connection, None] = OrderedDict()
        self._sending: OrderedDict[Connection, None] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Connection) -> None:
        """Takes a new one in; when there is no room, the one that has waited longest goes, and if
        all are at work, the new one."""
        self._all.add(connection)
        if len(self._all) > self.limits.connections_max:
            self._make_room(connection)
        self.entered(connection)
        metrics.HTTP_CONNECTIONS.set(len(self._all))
        if self._timer is None:
            self._sweep_later()

    def _make_room(self, new: Connection) -> None:
        for queue in (self._waiting, self._sending):
            if queue:
                oldest, _ = queue.popitem(last=False)
                oldest.refuse(RefusalCause.ROOM_MADE)
                return
        new.refuse(RefusalCause.TOO_MANY_CONNECTIONS)

    def entered(self, connection: Connection) -> None:
        """To be called whenever its phase has changed."""
        self._waiting.pop(connection, None)
        self._sending.pop(connection, None)
        if connection.phase is Phase.BODY:
            self._sending[connection] = None
        elif connection.phase is not Phase.ANSWER:
            self._waiting[connection] = None

    def remove(self, connection: Connection) -> None:
        """It is closed."""
        self._all.discard(connection)
        self._waiting.pop(connection, None)
        self._sending.pop(connection, None)
        metrics.HTTP_CONNECTIONS.set(len(self._all))

    def _sweep_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)

    def _sweep(self) -> None:
        now_s = asyncio.get_running_loop().time()
        for connection in list(self._all):
            connection.look(now_s)
        self._timer = None
        if self._all:
            self._sweep_later()


def allow_open_files(connections_max: int) -> None:
    """Raises the process's own limit as far as it may; many systems begin with 1,024."""
    wanted = connections_max + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("few_open_files", allowed=allowed, wanted=wanted)
