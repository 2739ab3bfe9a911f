"""Runs one service: HTTP and background work in one loop; if any part ends, the process ends.

SIGTERM and SIGINT close HTTP first, then the parts in the order given (consumer, relay, …), then
the resources, all within STOP_TIMEOUT_S: what still hangs then is cut off, as a kill would do, and
every write is made for that.
"""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

import uvicorn
import uvloop
from starlette.types import ASGIApp

from shared import logs
from shared.errors import DeadLettersError, OffsetGapError
from shared.http.server.connection import BoundedConfig
from shared.http.server.connections import Connections, Limits, allow_open_files
from shared.http.server.direct import DirectRoute
from shared.settings import CommonSettings

BACKLOG = 2048
"""Connections that the system holds until they are accepted."""
STOP_TIMEOUT_S = 10.0
PARTS_TIMEOUT_S = 7.0
CANCEL_TIMEOUT_S = 1.0
EXIT_OK, EXIT_FAILED, EXIT_BROKEN = 0, 1, 5
GC_OBJECTS = 100_000

log = logs.get_logger(__name__)


class BackgroundWork(Protocol):
    """`run` lasts until `stop` is called; ending by itself is a failure."""

    @property
    def name(self) -> str:
        """What the log calls it."""
        ...

    def run(self) -> Awaitable[None]:
        """Works until `stop`; raises what ends the process."""
        ...

    def stop(self) -> Awaitable[None]:
        """Asks `run` to end soon."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """What `__main__` wires: the HTTP app and the parts, in the order in which they stop."""

    app: ASGIApp
    parts: Sequence[BackgroundWork] = field(default_factory=list)
    direct: DirectRoute | None = None


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: the service decides when it stops."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(
    settings: CommonSettings,
    build: Callable[[], AbstractAsyncContextManager[Service]],
) -> None:
    """Runs until a signal or a failure and exits: 0 stopped, 1 a part failed, 5 a gap in
    the offsets or a topic that cannot be read: starting again would hide it."""
    logs.configure(settings)
    _quieten_collector()
    allow_open_files(settings.connections_max)
    sys.exit(uvloop.run(_run(settings, build)))


def _quieten_collector() -> None:
    """What was made so far stays, and requests and polls leave no cycles but some 100,000 objects
    that live until their commit: at the default of 700 the collector took a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_OBJECTS, 20, 50)


async def _run(
    settings: CommonSettings, build: Callable[[], AbstractAsyncContextManager[Service]]
) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with build() as service:
        server = make_server(settings, service)
        http = asyncio.create_task(server.serve(sockets_of(settings)), name="http")
        tasks = {
            part.name: asyncio.create_task(_as_task(part), name=part.name) for part in service.parts
        }
        stopping = asyncio.create_task(_until(stop))
        log.info("started", port=settings.port, parts=list(tasks))
        done, _ = await asyncio.wait(
            [http, stopping, *tasks.values()], return_when=asyncio.FIRST_COMPLETED
        )
        code = _judge(done - {stopping})
        stopping.cancel()
        _cut_off_after(STOP_TIMEOUT_S, code)
        await _shut_down(server, http, service, tasks)
    log.info("stopped", code=code)
    return code


def make_server(settings: CommonSettings, service: Service) -> uvicorn.Server:
    """The HTTP server of a service; `serve()` lasts until its `should_exit`."""
    return _Server(
        BoundedConfig(
            Connections(Limits.of(settings)),
            service.direct,
            app=service.app,
            host=settings.host,
            port=settings.port,
            # The loop that runs already; named, so that uvicorn looks for no other.
            loop="uvloop",
            access_log=False,
            log_config=None,
            lifespan="off",
            # The register closes idle connections; this is uvicorn's own way, and later.
            timeout_keep_alive=int(settings.idle_timeout_s) + 60,
            timeout_graceful_shutdown=5,
            backlog=BACKLOG,
        )
    )


def sockets_of(settings: CommonSettings) -> list[socket.socket] | None:
    """Its own address, and the one it shares with other processes: the system gives each new
    connection to one of those that listen. None without a shared one: uvicorn then listens."""
    if not settings.shared_port:
        return None
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    own, shared = ((settings.host, port) for port in (settings.port, settings.shared_port))
    return [
        socket.create_server(own, family=family, backlog=BACKLOG),
        socket.create_server(shared, family=family, backlog=BACKLOG, reuse_port=True),
    ]


def _cut_off_after(timeout_s: float, code: int) -> None:
    """Ends the process from a thread, because a loop that hangs runs no timer of its own."""

    def cut_off() -> None:
        log.error("stop_timed_out", timeout_s=timeout_s)
        os._exit(code)

    timer = threading.Timer(timeout_s, cut_off)
    timer.daemon = True
    timer.start()


async def _until(event: asyncio.Event) -> None:
    await event.wait()


async def _as_task(part: BackgroundWork) -> None:
    await part.run()


def _judge(ended: set[asyncio.Task[None]]) -> int:
    """Exit code for the parts that ended by themselves."""
    code = EXIT_OK
    for task in ended:
        error = task.exception()
        log.critical("part_ended", part=task.get_name(), exc_info=error, error=repr(error))
        lost = isinstance(error, OffsetGapError | DeadLettersError)
        code = EXIT_BROKEN if lost else max(code, EXIT_FAILED)
    return code


async def _shut_down(
    server: uvicorn.Server,
    http: asyncio.Task[None],
    service: Service,
    tasks: dict[str, asyncio.Task[None]],
) -> None:
    try:
        async with asyncio.timeout(PARTS_TIMEOUT_S):
            server.should_exit = True
            # `wait`, because a cancelled `gather` would itself wait for a task that ignores it.
            await asyncio.wait([http])
            for part in service.parts:
                await part.stop()
                await asyncio.wait([tasks[part.name]])
    except TimeoutError:
        unfinished = [name for name, task in tasks.items() if not task.done()]
        log.error("parts_cancelled", parts=unfinished)
        for task in tasks.values():
            task.cancel()
        if tasks:
            await asyncio.wait(tasks.values(), timeout=CANCEL_TIMEOUT_S)


@contextlib.asynccontextmanager
async def closing(close: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Runs `close` when the block ends: for resources a service's `build` opens."""
    try:
        yield
    finally:
        await close()
