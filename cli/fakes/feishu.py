"""A local Feishu bot that answers as the real one does: most faults with HTTP 200 and a code.

It checks the signature in the body (19021), the keyword (19024), the rate of 5 a second and 100 a
minute (9499 with HTTP 400), the size (19036), and that a card comes as an object to an address
without a query (9499 again, in other words).
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cli.fakes.robot import FakeRobot, watch
from cli.fakes.server import RecordedRequest

TOLERANCE_S = 3_600
PER_MINUTE_MAX = 100
PER_SECOND_MAX = 5
BODY_BYTES_MAX = 20_480
TOKEN = "5c2a1f0e-9d4b-4f57-8a35-local"  # noqa: S105 - names the bot, opens nothing

OK = {
    "StatusCode": 0,
    "StatusMessage": "success",
    "code": 0,
    "data": {},
    "Extra": None,
    "msg": "success",
}
SIGN_NOT_MATCH = {
    "code": 19021,
    "msg": "sign match fail or timestamp is not within one hour from current time",
}
NO_KEYWORD = {"code": 19024, "msg": "Key Words Not Found"}
TOO_FAST = {"code": 9499, "msg": "too many request", "data": {}}
NOT_READ = {"code": 9499, "msg": "Bad Request", "data": {}}
PRESSURE = {"code": 11232, "msg": "request frequency limited"}
TOO_LONG = {"code": 19036, "msg": "request body too large"}
OF_STATUS_400 = (TOO_FAST, NOT_READ)


@dataclass(frozen=True, slots=True)
class FeishuMessage:
    received_at: float
    title: str
    text: str
    template: str | None


class FakeFeishu(FakeRobot[FeishuMessage]):
    """`with FakeFeishu(secret) as bot:` serves on 127.0.0.1; `bot.url` is its address."""

    def __init__(
        self,
        secret: str | None = None,
        *,
        keyword: str = "",
        now: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        super().__init__(per_minute_max=PER_MINUTE_MAX, now=now, port=port)
        self._secret = secret
        self._keyword = keyword

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/open-apis/bot/v2/hook/{TOKEN}"

    def answer(self, asked: RecordedRequest) -> dict[str, Any]:
        """What the real bot says to this request; keeps the message when it takes it."""
        now = self._now()
        if self.hurried(now, per_second_max=PER_SECOND_MAX):
            return TOO_FAST
        if len(asked.body) > BODY_BYTES_MAX:
            return TOO_LONG
        try:
            sent = json.loads(asked.body)
        except ValueError:
            return NOT_READ
        if self._secret is not None and not self._signed(sent, self._secret):
            return SIGN_NOT_MATCH
        message = _parse(sent, now)
        if message is None or asked.query:
            return NOT_READ
        if self._keyword not in message.text:
            return NO_KEYWORD
        self.keep(message)
        return OK

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """404 for another bot's address, else one of its answers."""
        if not asked.path.endswith(f"/{TOKEN}"):
            return 404, b"404 page not found"
        answer = self.answer(asked)
        self.note(answer)
        return 400 if answer in OF_STATUS_400 else 200, json.dumps(answer).encode()

    def _signed(self, sent: dict[str, Any], secret: str) -> bool:
        timestamp = str(sent.get("timestamp", ""))
        if not timestamp.isdigit() or abs(int(timestamp) - self._now()) > TOLERANCE_S:
            return False
        digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
        return hmac.compare_digest(base64.b64encode(digest).decode(), str(sent.get("sign", "")))


def _parse(sent: Any, now: float) -> FeishuMessage | None:
    try:
        header, elements = sent["card"]["header"], sent["card"]["elements"]
        texts = [one["text"]["content"] for one in elements if one["text"]["tag"] == "lark_md"]
        title = header["title"]["content"]
    except (KeyError, TypeError):
        return None
    return FeishuMessage(now, title, "\n".join(texts), header.get("template"))


if __name__ == "__main__":
    SECRET = "local"  # noqa: S105 - the bot is local
    watch(
        lambda port: FakeFeishu(SECRET, port=port),
        lambda bot: f"OPS_FEISHU_URL='{bot.url}' OPS_FEISHU_SECRET={SECRET}",
        lambda message: f"{message.title}\n{message.text}",
        "cli.fakes.feishu",
    )
