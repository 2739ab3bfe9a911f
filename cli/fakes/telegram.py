"""A local Telegram that answers as the real one does: `ok: true`, or a code and a sentence.

It reads the tags of a text and counts what is left (alerting.md A7).
"""

import json
from html.parser import HTMLParser
from typing import Any

from cli.fakes.server import LocalServer, RecordedRequest

TOKEN = "2400000000:AA-of-the-test-only-and-long-enough"  # noqa: S105 - opens nothing else
CHAT = -1001234567890
TEXT_CHARACTERS_MAX = 4_096
TAGS = ("a", "b")


class FakeTelegram(LocalServer):
    """`with FakeTelegram() as telegram:` serves on 127.0.0.1 a bot with `TOKEN` in `CHAT`."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        """What it took, oldest first."""
        self.chat = CHAT
        self.moved_to: int | None = None
        """The chat's id since it is a supergroup."""

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """The status is that of the answer's own code."""
        if asked.path != f"/bot{TOKEN}/sendMessage":
            return _no(401, "Unauthorized")
        sent = json.loads(asked.body)
        with self._lock:
            if sent.get("chat_id") != self.chat:
                return _no(400, "Bad Request: chat not found")
            if self.moved_to is not None:
                said = "Bad Request: group chat was upgraded to a supergroup chat"
                return _no(400, said, migrate_to_chat_id=self.moved_to)
            if wrong := fault_of(sent):
                return _no(400, f"Bad Request: {wrong}")
            self.messages.append(sent)
            result = {"message_id": len(self.messages), "chat": {"id": self.chat}}
            return 200, json.dumps({"ok": True, "result": result}).encode()


class ShownText(HTMLParser):
    """What is shown of a text, its links, and whether a tag is wrong."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []
        self.wrong = False
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.wrong = self.wrong or bool(self._open) or bool(self.rawdata)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.wrong = self.wrong or tag not in TAGS

    def handle_endtag(self, tag: str) -> None:
        self.wrong = self.wrong or not self._open or self._open.pop() != tag

    def handle_data(self, data: str) -> None:
        self.text += data


def fault_of(sent: dict[str, Any]) -> str | None:
    """What Telegram would find wrong with a text."""
    shown = ShownText(sent["text"])
    if sent.get("parse_mode") != "HTML" or shown.wrong:
        return "can't parse entities: Unsupported start tag"
    if not shown.text.strip():
        return "message text is empty"
    units = len(shown.text.encode("utf-16-le")) // 2
    return "message is too long" if units > TEXT_CHARACTERS_MAX else None


def _no(code: int, description: str, **parameters: Any) -> tuple[int, bytes]:
    said = {"ok": False, "error_code": code, "description": description}
    return code, json.dumps(said | ({"parameters": parameters} if parameters else {})).encode()
