"""Pictures of messages as PNG, each made by a process of its own (`worker`): one at a time, bounded
in time, memory and size. Without the extra `charts` or without a font there are none, and the log
says so once, at the start.
"""

import asyncio
import contextlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from alerts.channels.contract import Draw
from shared import metrics
from shared.logs import get_logger

log = get_logger(__name__)

WORKER = Path(__file__).with_name("worker.py")
LIBRARY = "resvg_py"
PICTURES_S = 4.0
"""For all pictures of a message, with what waits before them: the message itself must go."""
PNG_BYTES_MAX = 200_000
PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>'
PNG = b"\x89PNG\r\n\x1a\n"


class Drawing:
    """What channels draw with."""

    def __init__(self, worker: Path = WORKER, pictures_s: float = PICTURES_S) -> None:
        self._worker = worker
        self._pictures_s = pictures_s
        self._free = asyncio.Semaphore(1)

    async def begin(self) -> bool:
        """Whether there will be pictures, by making one."""
        if importlib.util.find_spec(LIBRARY) is None:
            log.warning("no_pictures", reason="the extra 'charts' is not installed")
            return False
        try:
            async with asyncio.timeout(self._pictures_s):
                made = await self._picture(PROBE, "zh-CN", "probe")
        except TimeoutError:
            made = None
        if made is None:
            log.warning("no_pictures", reason="none can be made here, or no font has Chinese")
        return made is not None

    async def draw(self, charts: Sequence[str], locale: str) -> list[bytes | None]:
        """One PNG for each; None for what could not be made, and for all that come too late."""
        found: list[bytes | None] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pictures_s), self._free:
                for chart in charts:
                    found += [await self._picture(chart, locale)]
        found += [None] * (len(charts) - len(found))
        for one in found:
            metrics.PICTURES.labels("failed" if one is None else "made").inc()
        return found

    async def _picture(self, chart: str, *arguments: str) -> bytes | None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(self._worker),
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(chart.encode())
            process.stdin.write_eof()
            made = b""
            while len(made) <= PNG_BYTES_MAX and (more := await process.stdout.read(65_536)):
                made += more
        except OSError:
            made = b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        whole = made.startswith(PNG) and made.endswith(b"IEND\xaeB`\x82")
        return made if whole and len(made) <= PNG_BYTES_MAX else None


async def start_drawing() -> Draw | None:
    """What a service draws with; None where there will be no pictures."""
    drawing = Drawing()
    return drawing.draw if await drawing.begin() else None
