"""Writes that come while one is on its way go together in the next transaction: a commit costs as
much for a thousand rows as for one. Where nothing is on its way nothing waits.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class _Waiting(NamedTuple, Generic[T]):
    item: T
    written: asyncio.Future[None]


class Together(Generic[T]):
    """`put` returns when its item is written, in the order of the calls. `write` writes some, in a
    transaction of its own; of `size_max` together, or one that is larger by itself."""

    def __init__(
        self,
        write: Callable[[Sequence[T]], Awaitable[None]],
        *,
        size_max: int,
        size: Callable[[T], int] = lambda _: 1,
    ) -> None:
        self._write = write
        self._size_max = size_max
        self._size = size
        self._waiting: deque[_Waiting[T]] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def put(self, item: T) -> None:
        """Raises what kept this item from being written. Who is cut off before it is written has
        not put it."""
        await self.submit(item)

    def submit(self, item: T) -> asyncio.Future[None]:
        """The same for who has no task: done when it is written."""
        mine = _Waiting(item, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return mine.written

    async def _write_all(self) -> None:
        taken: list[_Waiting[T]] = []
        try:
            while taken := self._take():
                await self._write_some(taken)
        finally:
            # Whoever ends the loop does not leave others waiting for ever.
            for one in (*taken, *self._waiting):
                one.written.cancel()
            self._waiting.clear()

    def _take(self) -> list[_Waiting[T]]:
        """From the first on, as many as go together."""
        taken: list[_Waiting[T]] = []
        room = self._size_max
        while self._waiting:
            if self._waiting[0].written.done():
                self._waiting.popleft()
                continue
            room -= self._size(self._waiting[0].item)
            if taken and room < 0:
                break
            taken.append(self._waiting.popleft())
        return taken

    async def _write_some(self, taken: Sequence[_Waiting[T]]) -> None:
        try:
            await self._write([one.item for one in taken])
        except Exception as error:
            if len(taken) > 1:
                # One of them cannot be written; which one, and the others without it:
                for one in taken:
                    await self._write_some([one])
                return
            if not taken[0].written.done():
                taken[0].written.set_exception(error)
            return
        for one in taken:
            if not one.written.done():
                one.written.set_result(None)
