"""A local DingTalk robot that answers as the real one does: faults with HTTP 200 and an errcode.

The demo shows what it took; tests also tell it how to fail. It checks the signature (310000), the
rate of 20 a minute (130101), the size (460101) and the title (400402).
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from cli.fakes.robot import FakeRobot, watch
from cli.fakes.server import RecordedRequest

TOLERANCE_MS = 3_600_000
PER_MINUTE_MAX = 20
BODY_BYTES_MAX = 20_000

OK = {"errcode": 0, "errmsg": "ok"}
SIGN_NOT_MATCH = {"errcode": 310000, "errmsg": "sign not match"}
TOO_FAST = {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
TOO_LONG = {"errcode": 460101, "errmsg": "message too long, exceed 20000 bytes"}
NO_TITLE = {"errcode": 400402, "errmsg": "miss param : markdown->title"}
NO_TOKEN = {"errcode": 300005, "errmsg": "token is not exist"}


@dataclass(frozen=True, slots=True)
class RobotMessage:
    received_at: float
    title: str
    text: str
    at_mobiles: tuple[str, ...]


class FakeDingTalk(FakeRobot[RobotMessage]):
    """`with FakeDingTalk(secret) as robot:` serves on 127.0.0.1; `robot.url` is its address."""

    def __init__(
        self,
        secret: str | None = None,
        *,
        token: str = "local",  # noqa: S107 - names the robot, opens nothing
        now: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        super().__init__(per_minute_max=PER_MINUTE_MAX, now=now, port=port)
        self._secret = secret
        self._token = token

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/robot/send?access_token={self._token}"

    def answer(self, query: dict[str, str], body: bytes) -> dict[str, Any]:
        """What the real robot says to this request; keeps the message when it takes it."""
        if query.get("access_token") != self._token:
            return NO_TOKEN
        if self._secret is not None and not self._signed(query, self._secret):
            return SIGN_NOT_MATCH
        now = self._now()
        if self.hurried(now):
            return TOO_FAST
        if len(body) > BODY_BYTES_MAX:
            return TOO_LONG
        message = _parse(body, now)
        if message is None:
            return NO_TITLE
        self.keep(message)
        return OK

    def _signed(self, query: dict[str, str], secret: str) -> bool:
        timestamp = query.get("timestamp", "")
        if not timestamp.isdigit() or abs(int(timestamp) - self._now() * 1000) > TOLERANCE_MS:
            return False
        digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
        expected = base64.b64encode(digest.digest()).decode()
        return hmac.compare_digest(expected, query.get("sign", ""))

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """Every answer of its own is HTTP 200."""
        fields = parse_qs(asked.query)
        answer = self.answer({name: values[0] for name, values in fields.items()}, asked.body)
        self.note(answer)
        return 200, json.dumps(answer).encode()


def _parse(body: bytes, now: float) -> RobotMessage | None:
    try:
        sent = json.loads(body)
        markdown = sent["markdown"]
        title, text = str(markdown["title"]), str(markdown["text"])
    except (ValueError, KeyError, TypeError):
        return None
    return RobotMessage(now, title, text, tuple(sent.get("at", {}).get("atMobiles", ())))


if __name__ == "__main__":
    SECRET = "SEClocal"  # noqa: S105 - the robot is local
    watch(
        lambda port: FakeDingTalk(SECRET, port=port),
        lambda robot: f"OPS_DINGTALK_URL='{robot.url}' OPS_DINGTALK_SECRET={SECRET}",
        lambda message: message.text,
        "cli.fakes.dingtalk",
    )
