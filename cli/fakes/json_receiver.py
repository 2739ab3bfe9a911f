"""A local receiver of the JSON that the library apprise sends to `json://` addresses."""

import json
from typing import Any

from cli.fakes.server import LocalServer, RecordedRequest

SECRET = "opens-the-receiver-of-the-test"  # noqa: S105 - opens nothing else


class FakeJsonReceiver(LocalServer):
    """`with FakeJsonReceiver() as receiver:` serves on 127.0.0.1; `receiver.url` is apprise's."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        """What it took, oldest first."""

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/{SECRET}"

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """200, or 403 without its secret."""
        if asked.path.strip("/") != SECRET:
            return 403, b"no"
        with self._lock:
            self.messages.append(json.loads(asked.body))
        return 200, b"{}"
