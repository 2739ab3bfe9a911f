"""The background loop of relay, evaluator, flusher, courier and sweeper: a step, a rest, again.

Another replica may have made the work, so a loop looks by itself every `idle_ms`; what this process
made is taken up at once, which saves the wait at each hop from an event to its message.
"""

import asyncio
from collections.abc import Awaitable, Callable

from shared.backoff import backoff_s
from shared.database.pool import is_transient
from shared.errors import UnavailableError
from shared.logs import get_logger
from shared.settings import CommonSettings

log = get_logger(__name__)


class Rounds:
    """Runs `step` until `stop`. `step` returns True when there may be more to do at once; else it
    rests for `rest_s`, by default `idle_ms`.

    A transient fault waits, longer each time up to `backoff_max_s`; anything else ends `run` and
    with it the process, for a dead loop must not leave a live-looking service.
    """

    def __init__(
        self,
        settings: CommonSettings,
        name: str,
        step: Callable[[], Awaitable[bool]],
        *,
        rest_s: float | None = None,
    ) -> None:
        self.name = name
        self._step = step
        self._idle_s = settings.idle_ms / 1000 if rest_s is None else rest_s
        self._backoff_max_s = settings.backoff_max_s
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()

    @property
    def stopping(self) -> bool:
        """True once `stop` was called: a step that lasts ends soon."""
        return self._stopping.is_set()

    async def run(self) -> None:
        """Lasts until `stop`; raises what is not transient."""
        failures = 0
        while not self.stopping:
            try:
                again = await self._step()
                failures = 0
            except Exception as error:
                if not (is_transient(error) or isinstance(error, UnavailableError)):
                    raise
                log.warning("round_retried", loop=self.name, error=repr(error))
                failures += 1
                await asyncio.sleep(backoff_s(failures, self._backoff_max_s))
                continue
            if not again:
                await self.rest()

    async def stop(self) -> None:
        """Asks `run` to end after the step in hand."""
        self._stopping.set()
        self._woken.set()

    def wake(self) -> None:
        """There is work: a resting loop begins its next round now."""
        self._woken.set()

    async def rest(self, rest_s: float | None = None) -> None:
        """Until woken, at most `rest_s`, by default as long as between two rounds."""
        try:
            async with asyncio.timeout(self._idle_s if rest_s is None else rest_s):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()
