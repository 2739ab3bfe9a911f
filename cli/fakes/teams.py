"""A local Teams workflow that answers as the real one does: 202 for whatever it has, posted or not.

It checks the signature in its address, and loses what is too large after it has said 202, as its
history alone would tell: `lost` counts these.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from cli.fakes.robot import FakeRobot, watch
from cli.fakes.server import RecordedRequest

CARD_BYTES_MAX = 24_000
"""A request of 24,453 bytes was more than Teams takes."""
SIGNATURE = "local-xjBpC0tVnI3Vd5qkzO2cXb4s"
PATH = "/workflows/0f1e2d3c4b5a/triggers/manual/paths/invoke"
QUERY = f"api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={SIGNATURE}"
REFUSED = {"error": {"code": "AuthorizationFailed", "message": "The signature is not valid."}}
TOO_FAST = {"error": {"code": "TooManyRequests", "message": "Rate limit is exceeded."}}
NO_CARD = {"error": {"code": "InvalidRequestContent", "message": "The content is no card."}}


@dataclass(frozen=True, slots=True)
class TeamsCard:
    received_at: float
    title: str
    text: str
    colors: tuple[str, ...]
    mentions: tuple[str, ...]


class FakeTeams(FakeRobot[TeamsCard]):
    """`with FakeTeams() as flow:` serves on 127.0.0.1; `flow.url` is its address."""

    def __init__(self, *, now: Callable[[], float] = time.time, port: int = 0) -> None:
        super().__init__(now=now, port=port)
        self.lost = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}?{QUERY}"

    def reply(self, asked: RecordedRequest) -> tuple[int, bytes]:
        """202 without a body, or an error with one."""
        status, answer = self.answer(asked)
        if answer:
            self.note(answer)
        return status, json.dumps(answer).encode() if answer else b""

    def answer(self, asked: RecordedRequest) -> tuple[int, dict[str, Any]]:
        """What the real workflow says to this request; keeps the card that it posts."""
        if parse_qs(asked.query).get("sig") != [SIGNATURE]:
            return 401, REFUSED
        try:
            card = json.loads(asked.body)["attachments"][0]["content"]
            found = _parse(card, self._now())
        except (ValueError, KeyError, IndexError, TypeError):
            return 400, NO_CARD
        if len(asked.body) > CARD_BYTES_MAX:
            self.lost += 1
        else:
            self.keep(found)
        return 202, {}


def _parse(card: dict[str, Any], now: float) -> TeamsCard:
    texts = list(_texts(card["body"]))
    return TeamsCard(
        received_at=now,
        title=texts[0],
        text="\n".join(texts[1:]),
        colors=tuple(one["color"] for one in card["body"] if "color" in one),
        mentions=tuple(one["mentioned"]["id"] for one in card["msteams"]["entities"]),
    )


def _texts(elements: list[dict[str, Any]]) -> Iterator[str]:
    for one in elements:
        if one["type"] == "FactSet":
            yield from (f"{fact['title']}: {fact['value']}" for fact in one["facts"])
        else:
            yield str(one["text"])


if __name__ == "__main__":
    watch(
        lambda port: FakeTeams(port=port),
        lambda flow: f"OPS_TEAMS_URL='{flow.url}'",
        lambda card: f"{card.title}\n{card.text}",
        "cli.fakes.teams",
    )
