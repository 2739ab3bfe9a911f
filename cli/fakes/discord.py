"""A local Discord that answers as the real one does: a webhook with `wait=true` gets the message,
one without gets 204 and no word of what was not saved (alerting.md A6)."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from cli.fakes.server import LocalServer, RecordedRequest

SECRET = "opens-the-webhook-of-the-test"  # noqa: S105 - opens nothing else
EMBEDS_MAX = 10
TITLE_CHARACTERS_MAX = 256
DESCRIPTION_CHARACTERS_MAX = 4_096
TOTAL_CHARACTERS_MAX = 6_000
CONTENT_CHARACTERS_MAX = 2_000
_CALLED = re.compile(r"<@(&?[0-9]+)>")


class FakeDiscord(LocalServer):
    """`with FakeDiscord() as discord:` serves on 127.0.0.1; `discord.url` is its webhook."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        """What it saved, oldest first."""
        self.queries: list[dict[str, list[str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/webhooks/223344556677889900/{SECRET}"

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """The message, or a code and a sentence."""
        query = parse_qs(asked.query)
        with self._lock:
            self.queries.append(query)
            if not asked.path.endswith(f"/{SECRET}"):
                return 404, _fault("Unknown Webhook", 10015)
            sent = json.loads(asked.body)
            wrong = fault_of(sent)
            if query.get("wait") != ["true"]:
                # Not saved, and nobody is told.
                return 204, b""
            if wrong:
                errors = {
                    "embeds": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": wrong}]}
                }
                return 400, json.dumps(
                    {"message": "Invalid Form Body", "code": 50035, "errors": errors}
                ).encode()
            self.messages.append(sent)
            identity = str(112233445566778000 + len(self.messages))
            return 200, json.dumps({"id": identity, "type": 0, **sent}).encode()


def fault_of(sent: Mapping[str, Any]) -> str | None:
    """What Discord would find wrong with a message."""
    embeds = sent.get("embeds", [])
    shown = [one.get(key, "") for one in embeds for key in ("title", "description")]
    called = set(_CALLED.findall(sent.get("content", "")))
    allowed = sent.get("allowed_mentions", {})
    named = {*allowed.get("users", []), *(f"&{one}" for one in allowed.get("roles", []))}
    if not 0 < len(embeds) <= EMBEDS_MAX:
        return "Must be between 1 and 10 in length."
    if not all(one.get("title") or one.get("description") for one in embeds):
        return "Cannot send an empty message"
    if any(len(one.get("title", "")) > TITLE_CHARACTERS_MAX for one in embeds):
        return "Must be 256 or fewer in length."
    if any(len(one.get("description", "")) > DESCRIPTION_CHARACTERS_MAX for one in embeds):
        return "Must be 4096 or fewer in length."
    if sum(map(len, shown)) > TOTAL_CHARACTERS_MAX:
        return "Embed size exceeds maximum size of 6000"
    if len(sent.get("content", "")) > CONTENT_CHARACTERS_MAX:
        return "Must be 2000 or fewer in length."
    return "not what is mentioned" if called != named or allowed.get("parse") != [] else None


def _fault(message: str, code: int) -> bytes:
    return json.dumps({"message": message, "code": code}).encode()
