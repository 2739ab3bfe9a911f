"""Background loops rest until there is work: told by this process, or after looking again.

Another replica may have made the work, so a loop looks by itself every `idle_ms`; what this process
made is taken up at once, which saves the wait at each hop from an event to its message.
"""

import asyncio

from shared.settings import CommonSettings


class Wake:
    """The rest of one loop between two rounds."""

    def __init__(self, settings: CommonSettings) -> None:
        self._tick_s = settings.tick_ms / 1000
        self._idle_s = settings.idle_ms / 1000
        self._event = asyncio.Event()

    def set(self) -> None:
        """There is work: an idle loop begins its next round now."""
        self._event.set()

    async def rest(self, *, worked: bool) -> None:
        """Between rounds: one tick after work, so that many causes share the next round."""
        if worked:
            await asyncio.sleep(self._tick_s)
            return
        try:
            async with asyncio.timeout(self._idle_s):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()
