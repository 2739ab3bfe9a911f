"""A local Slack that answers as the real one does: an incoming webhook with words, the Web API with
HTTP 200 and `ok`. It keeps what it takes and holds it against Slack's limits (alerting.md A1)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.fakes.server import LocalServer, RecordedRequest

CHANNEL = "C0PACELINE"
TOKEN = "xoxb-2400-of-the-test-only"  # noqa: S105 - opens nothing else
WEBHOOK = "opens-the-webhook"
BLOCKS_MAX = 50
HEADER_CHARACTERS_MAX = 150
SECTION_CHARACTERS_MAX = 3_000
TOTAL_CHARACTERS_MAX = 13_200
_BARE = re.compile(r"&(?!(?:amp|lt|gt);)")


@dataclass
class SlackMessage:
    """A message as it now stands; `versions` are its contents, the first as it was sent."""

    ts: str
    thread_ts: str | None
    versions: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False

    @property
    def title(self) -> str:
        return str(self.versions[-1]["blocks"][0]["text"]["text"])


class FakeSlack(LocalServer):
    """`with FakeSlack() as slack:` serves on 127.0.0.1: `slack.url` is its webhook, `slack.api_url`
    its Web API for `TOKEN` in `CHANNEL`."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[SlackMessage] = []
        """What it took, oldest first."""
        self.calls: list[str] = []
        """`webhook` or the method of the Web API, oldest first."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/services/T0/B0/{WEBHOOK}"

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """Words of the webhook with the statuses it is seen with, HTTP 200 of the Web API."""
        method = asked.path.rpartition("/")[2]
        sent = json.loads(asked.body)
        with self._lock:
            if asked.path.startswith("/services/"):
                self.calls.append("webhook")
                return self._webhook(method, sent)
            self.calls.append(method)
            if asked.headers.get("authorization") != f"Bearer {TOKEN}":
                return _no("invalid_auth")
            if sent.get("channel") != CHANNEL:
                return _no("channel_not_found")
            if wrong := fault_of(sent):
                return _no(wrong)
            return self._update(sent) if method == "chat.update" else self._post(sent)

    def _webhook(self, opening: str, sent: dict[str, Any]) -> tuple[int, bytes]:
        if opening != WEBHOOK:
            return 404, b"no_service"
        if wrong := fault_of(sent):
            return 400, b"invalid_blocks" if wrong == "invalid_blocks" else b"invalid_payload"
        self._keep(sent)
        return 200, b"ok"

    def _post(self, sent: dict[str, Any]) -> tuple[int, bytes]:
        if (root := sent.get("thread_ts")) and not self._found(root):
            return _no("thread_not_found")
        return _yes(self._keep(sent))

    def _update(self, sent: dict[str, Any]) -> tuple[int, bytes]:
        message = self._found(sent["ts"])
        if message is None:
            return _no("message_not_found")
        # What is not in the request would stay as it was.
        message.versions.append({**message.versions[-1], **sent})
        return _yes(message)

    def _found(self, ts: str) -> SlackMessage | None:
        found = [one for one in self.messages if one.ts == ts and not one.deleted]
        return found[0] if found else None

    def _keep(self, sent: dict[str, Any]) -> SlackMessage:
        ts = f"1764556800.{len(self.messages) + 1:06}"
        self.messages.append(SlackMessage(ts, sent.get("thread_ts"), [sent]))
        return self.messages[-1]


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text that people see, with its type: `plain_text`, `mrkdwn`."""
    if isinstance(value, Mapping):
        if value.get("type") in ("plain_text", "mrkdwn"):
            yield value["type"], value["text"]
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def fault_of(sent: Mapping[str, Any]) -> str | None:
    """What Slack would find wrong with a message."""
    attached = [one for part in sent.get("attachments", []) for one in part["blocks"]]
    blocks = [*sent.get("blocks", []), *attached]
    shown = list(texts(blocks))
    if not sent.get("text"):
        return "no_text"
    if len(blocks) > BLOCKS_MAX:
        return "invalid_blocks"
    for kind, text in shown:
        limit = HEADER_CHARACTERS_MAX if kind == "plain_text" else SECTION_CHARACTERS_MAX
        if not 0 < len(text) <= limit:
            return "invalid_blocks"
        if kind == "mrkdwn" and (_BARE.search(text) or text.count("<") != text.count(">")):
            return "invalid_blocks"
    fallbacks = [part.get("fallback", "") for part in sent.get("attachments", [])]
    total = sum(map(len, [sent["text"], *fallbacks, *(text for _, text in shown)]))
    return "msg_blocks_too_long" if total > TOTAL_CHARACTERS_MAX else None


def _yes(message: SlackMessage) -> tuple[int, bytes]:
    return 200, json.dumps({"ok": True, "channel": CHANNEL, "ts": message.ts}).encode()


def _no(error: str) -> tuple[int, bytes]:
    return 200, json.dumps({"ok": False, "error": error}).encode()
