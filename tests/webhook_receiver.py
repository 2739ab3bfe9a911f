"""A local receiver of webhooks that is as strict as Standard Webhooks asks: what is not signed with
its secret, or is older than five minutes, is 401; what it has by its id is taken once."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from cli.fakes.server import LocalServer, RecordedRequest

TOLERANCE_S = 300
BODY_BYTES_MAX = 200_000


class FakeWebhook(LocalServer):
    """`with FakeWebhook(secret) as hook:` serves on 127.0.0.1; `hook.url` is its address."""

    def __init__(self, secret: str | None = None, *, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._key = base64.b64decode(secret.removeprefix("whsec_")) if secret else None
        self._now = now
        self._taken: dict[str, dict[str, Any]] = {}
        self.copies = 0
        """Requests with an id that it had already."""

    @property
    def url(self) -> str:
        """What goes into the environment variable that `url_env` names."""
        return f"http://127.0.0.1:{self.port}/hooks/paceline?team=search"

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """What it took so far, oldest first."""
        with self._lock:
            return list(self._taken.values())

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """204, or why not."""
        if not self._signed(asked):
            return 401, b"signature"
        if len(asked.body) > BODY_BYTES_MAX:
            return 413, b"too large"
        try:
            payload = json.loads(asked.body)
        except ValueError:
            return 400, b"no JSON"
        with self._lock:
            if asked.headers["webhook-id"] in self._taken:
                self.copies += 1
            self._taken.setdefault(asked.headers["webhook-id"], payload)
        return 204, b""

    def _signed(self, asked: RecordedRequest) -> bool:
        identity = asked.headers.get("webhook-id", "")
        seconds = asked.headers.get("webhook-timestamp", "")
        if not identity or not seconds.isdigit():
            return False
        if self._key is None:
            return True
        if abs(int(seconds) - self._now()) > TOLERANCE_S:
            return False
        content = f"{identity}.{seconds}.".encode() + asked.body
        wanted = base64.b64encode(hmac.new(self._key, content, hashlib.sha256).digest()).decode()
        given = asked.headers.get("webhook-signature", "").split()
        return any(hmac.compare_digest(one, f"v1,{wanted}") for one in given)
