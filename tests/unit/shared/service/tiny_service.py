"""A service as small as can be, run by the tests of the runner in a process of its own.

Argument 1: how its parts behave. Argument 2: the port. It writes what happens to stdout.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from shared.errors import DeadLettersError, OffsetGapError
from shared.service.process import Service, closing, main
from shared.settings import CommonSettings


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Worker:
    """A part that does what `kind` says until it is stopped."""

    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self._kind = kind
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        await BEHAVIOURS.get(self._kind, Worker._work)(self)
        say(f"ended {self.name}")

    async def stop(self) -> None:
        say(f"stop {self.name}")
        self._stopping.set()

    async def _work(self) -> None:
        await self._stopping.wait()

    async def _return(self) -> None:
        await asyncio.sleep(0.2)

    async def _fail(self) -> None:
        await asyncio.sleep(0.2)
        raise KeyError("a bug")

    async def _gap(self) -> None:
        await asyncio.sleep(0.2)
        raise OffsetGapError("offset 7 is not in the log")

    async def _dead_letters(self) -> None:
        await asyncio.sleep(0.2)
        raise DeadLettersError("120 of 120 records of spend.v1 cannot be read")

    async def _hang(self) -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                say("ignored a cancellation")


BEHAVIOURS: dict[str, Callable[[Worker], Awaitable[None]]] = {
    "returns": Worker._return,
    "fails": Worker._fail,
    "gap": Worker._gap,
    "dead letters": Worker._dead_letters,
    "hangs": Worker._hang,
}


@asynccontextmanager
async def build(kind: str) -> AsyncIterator[Service]:
    app = FastAPI()

    @app.get("/slow")
    async def slow() -> str:
        say("request began")
        await asyncio.sleep(1.0)
        say("request ended")
        return "done"

    async def close_pool() -> None:
        say("closed pool")

    async def close_producer() -> None:
        say("closed producer")

    async with closing(close_pool), closing(close_producer):
        workers = [Worker("consumer", kind), Worker("relay", "works")]
        yield Service(app, workers)


if __name__ == "__main__":
    main(CommonSettings(port=int(sys.argv[2])), lambda: build(sys.argv[1]))
