"""The system's Chromium without a window, moved by its own protocol over two pipes."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

TIMEOUT_S = 60.0
MESSAGE_BYTES_MAX = 64 << 20
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--no-first-run",
    "--remote-debugging-pipe",
)

AS_THREE_AND_FOUR = """
import os, sys
to_read, answers_write, *program = sys.argv[1:]
os.dup2(int(to_read), 50)
os.dup2(int(answers_write), 4)
os.dup2(50, 3)
os.execv(program[0], program)
"""
"""The descriptors that the protocol of the browser is spoken over."""


class Browser:
    """One page. `open` an address, `evaluate` in it, `press` what a person presses."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self._session: dict[str, str] = {}

    async def begin(self) -> None:
        made = await self.call("Target.createTarget", url="about:blank")
        found = await self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        self._session = {"sessionId": found["sessionId"]}
        await self.call("Page.enable")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """What the browser answers; its events in between are left out."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": params, **self._session}
        self._writer.write(json.dumps(asked).encode() + b"\0")
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                said = await self._said()
                if said.get("id") == self._number:
                    assert "error" not in said, said
                    result: dict[str, Any] = said["result"]
                    return result

    async def loaded(self) -> None:
        """Waits for the page that comes now."""
        async with asyncio.timeout(TIMEOUT_S):
            while (await self._said()).get("method") != "Page.loadEventFired":
                pass

    async def open(self, address: str, *, width: int, scheme: str = "light") -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.call("Emulation.setEmulatedMedia", features=features)
        await self.call("Page.navigate", url=address)
        await self.loaded()

    async def evaluate(self, expression: str) -> Any:
        said = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    async def press(self, selector: str) -> None:
        """And waits for the page that follows."""
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")
        await self.loaded()

    async def _said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((await self._reader.readuntil(b"\0"))[:-1])
        return found


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Browser]:
    """Skips the test where there is none; ended with the block."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no chromium: apt install chromium")
    to_read, to_write = os.pipe()
    answers_read, answers_write = os.pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        AS_THREE_AND_FOUR,
        str(to_read),
        str(answers_write),
        program,
        *OPTIONS,
        f"--user-data-dir={profile}",
        pass_fds=(to_read, answers_write),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(answers_write)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=MESSAGE_BYTES_MAX)
    protocol = asyncio.StreamReaderProtocol(reader)
    reading, _ = await loop.connect_read_pipe(
        lambda: protocol, os.fdopen(answers_read, "rb", buffering=0)
    )
    writing, flow = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(to_write, "wb", buffering=0)
    )
    browser = Browser(reader, asyncio.StreamWriter(writing, flow, None, loop))
    try:
        await browser.begin()
        yield browser
    finally:
        process.kill()
        await process.wait()
        reading.close()
        writing.close()
