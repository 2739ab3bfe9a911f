"""A local WeCom group robot that answers as the real one does: faults with HTTP 200 and an errcode.

It checks its key (93000), the rate of 20 a minute (45009), the type (40008) and the length of the
markdown (40058). As the real one it says more than the code: a hint and who asked.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from cli.fakes.robot import FakeRobot, watch
from cli.fakes.server import RecordedRequest

PER_MINUTE_MAX = 20
CONTENT_BYTES_MAX = 4_096
KEY = "693a91f6-7aab-4bc1-97a0-0ec2a6fa73c5"
_HINT = "hint: [1764549000_13_local], from ip: 127.0.0.1"

OK = {"errcode": 0, "errmsg": "ok"}
BUSY = {"errcode": -1, "errmsg": f"system busy, {_HINT}"}
NO_ROBOT = {"errcode": 93000, "errmsg": f"invalid webhook url, {_HINT}"}
TOO_FAST = {"errcode": 45009, "errmsg": f"api freq out of limit, {_HINT}"}
TOO_LONG = {"errcode": 40058, "errmsg": f"markdown.content exceed max length 4096, {_HINT}"}
NO_TYPE = {
    "errcode": 40008,
    "errmsg": f"invalid message type, {_HINT}. Warning: wrong json format.",
}


@dataclass(frozen=True, slots=True)
class WeComMessage:
    received_at: float
    content: str


class FakeWeCom(FakeRobot[WeComMessage]):
    """`with FakeWeCom() as robot:` serves on 127.0.0.1; `robot.url` is its address."""

    def __init__(
        self, key: str = KEY, *, now: Callable[[], float] = time.time, port: int = 0
    ) -> None:
        super().__init__(per_minute_max=PER_MINUTE_MAX, now=now, port=port)
        self._key = key

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/cgi-bin/webhook/send?key={self._key}"

    def answer(self, key: str, body: bytes) -> dict[str, Any]:
        """What the real robot says to this request; keeps the message when it takes it."""
        if key != self._key:
            return NO_ROBOT
        now = self._now()
        if self.hurried(now):
            return TOO_FAST
        try:
            sent = json.loads(body)
            content = str(sent["markdown"]["content"]) if sent["msgtype"] == "markdown" else None
        except (ValueError, KeyError, TypeError):
            content = None
        if content is None:
            return NO_TYPE
        if len(content.encode()) > CONTENT_BYTES_MAX:
            return TOO_LONG
        self.keep(WeComMessage(now, content))
        return OK

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """Every answer of its own is HTTP 200."""
        answer = self.answer(parse_qs(asked.query).get("key", [""])[0], asked.body)
        self.note(answer)
        return 200, json.dumps(answer).encode()


if __name__ == "__main__":
    watch(
        lambda port: FakeWeCom(port=port),
        lambda robot: f"OPS_WECOM_URL='{robot.url}'",
        lambda message: message.content,
        "cli.fakes.wecom",
    )
