"""An installation of alerts alone, and a story under way on it: what is said goes out in order,
whoever is away for a while."""

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer

from cli.embedded.kafka import KafkaServer
from cli.embedded.postgres import PostgresServer
from cli.stack.stack import Stack
from shared.access.tokens import sign_token
from shared.events import BREACHES_TOPIC
from tests.chaos.alert_rooms import Rooms
from tests.chaos.alert_story import Said, Story
from tests.unit.alerts.builders import encode

REST_S = 120.0
"""Far more than all needs to come to rest, on a slow machine too."""
REPEAT_S = 0.2
NOBODY_IS_HURRIED = (
    """
UPDATE alerts.deliveries SET next_attempt_at = now() WHERE position IN (
  SELECT position FROM alerts.deliveries WHERE workspace = $1 AND state = 'parked'
  FOR UPDATE SKIP LOCKED)
""",
    """
UPDATE alerts.destinations SET blocked_until = NULL, sent_at = '{}' WHERE destination IN (
  SELECT destination FROM alerts.destinations WHERE starts_with(destination, $1 || '/')
  FOR UPDATE SKIP LOCKED)
""",
)
HEARD = "SELECT breach, seq FROM alerts.episodes WHERE workspace = $1"
STANDING = """
SELECT (SELECT count(*) FROM alerts.deliveries
    WHERE workspace = $1 AND state NOT IN ('delivered', 'accepted')) AS unsent,
  (SELECT count(*) FROM alerts.notifications WHERE workspace = $1) AS decided
"""
QUIET_S = 3.0
"""Longer than any interval of a group."""


@dataclass
class Scene:
    """`state` is where the servers are, `directory` where the files of alerts are."""

    stack: Stack
    kafka: KafkaServer
    postgres: PostgresServer
    state: Path
    directory: Path
    topic_prefix: str


@dataclass
class Stage:
    """One story and its rooms, in a workspace of its own: `async with stage:` it is heard."""

    scene: Scene
    workspace: str
    rooms: Rooms
    story: Story
    dice: random.Random
    _unsaid: asyncio.Queue[Said] = field(default_factory=asyncio.Queue)
    _http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=20))

    _speaking: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, scene: Scene, seed: int, rooms: Rooms) -> Self:
        """All that happens follows from the seed, but not when."""
        dice = random.Random(seed)
        return cls(scene, f"s{seed}", rooms, Story(f"S{seed}", rooms.mailbox, dice), dice)

    async def __aenter__(self) -> Self:
        self._speaking = asyncio.create_task(self._speak())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
            await asyncio.wait([self._speaking])
        await self._http.aclose()

    def say(self, said: Sequence[Said]) -> None:
        """In this order, soon."""
        for one in said:
            self._unsaid.put_nowait(one)

    async def _speak(self) -> None:
        """Sends what is said, each until it is taken, for as long as it is let."""
        topic = self.scene.topic_prefix + BREACHES_TOPIC
        async with AIOKafkaProducer(
            bootstrap_servers=self.scene.stack.kafka,
            acks="all",
            request_timeout_ms=round(REST_S * 1000),
        ) as producer:
            while True:
                said = await self._unsaid.get()
                if said.breach is not None:
                    value = encode(said.breach, self.workspace)
                    # As kpi-monitor does it: all of a line is in one partition, in order.
                    key = f"{self.workspace}|{said.breach.breach.rpartition('/')[0]}".encode()
                    await producer.send_and_wait(topic, value, key)
                else:
                    await self.call("POST", "/api/v2/alerts", json=[said.report])
                self._unsaid.task_done()

    async def call(self, method: str, path: str, **rest: Any) -> Any:
        """Until it is answered; what was answered, if anything."""
        url = self.scene.stack.urls["alerts"] + path
        token = sign_token(
            self.scene.stack.private_key,
            subject="li.na",
            roles=["admin", "operator"],
            workspace=self.workspace,
        )
        deadline = time.monotonic() + REST_S
        while True:
            said = "no answer"
            with contextlib.suppress(httpx.HTTPError):
                answer = await self._http.request(
                    method, url, headers={"Authorization": f"Bearer {token}"}, **rest
                )
                if answer.is_success:
                    return answer.json() if answer.content else None
                said = f"{answer.status_code} {answer.text}"
                assert answer.status_code >= 500, f"{method} {path}: {said}"
            assert time.monotonic() < deadline, f"{method} {path}: {said}"
            await asyncio.sleep(REPEAT_S)

    async def edit(self, *, final: bool = False) -> None:
        """Another file is in force."""
        text = self.story.configuration(final=final)
        whole = self.scene.directory / f"{self.workspace}.new"
        whole.write_text(text, encoding="utf-8")
        # The other stories have all files read, whenever they like.
        whole.rename(whole.with_suffix(".yml"))
        await self.call("POST", "/-/reload")

    async def silence(self) -> None:
        """Something is silenced, or no longer."""
        active = [
            one["id"]
            for one in await self.call("GET", "/api/v2/silences")
            if one["status"]["state"] == "active"
        ]
        if active and self.dice.random() < 0.5:
            await self.unsilence(active[:1])
            return
        line = f"L0[{self.dice.randint(0, 4)}-{self.dice.randint(5, 9)}]"
        matcher = {"name": "line", "value": line, "isRegex": True, "isEqual": True}
        silence = {
            "matchers": [matcher],
            "startsAt": "0001-01-01T00:00:00Z",
            "endsAt": "2100-01-01T00:00:00Z",
            "createdBy": "li.na",
            "comment": "work",
        }
        await self.call("POST", "/api/v2/silences", json=silence)

    async def unsilence(self, ids: Sequence[str] | None = None) -> None:
        """These, by default all, are over."""
        if ids is None:
            found = await self.call("GET", "/api/v2/silences")
            ids = [one["id"] for one in found if one["status"]["state"] != "expired"]
        for one in ids:
            await self.call("DELETE", f"/api/v2/silence/{one}")

    async def rows(self) -> list[dict[str, Any]]:
        """All notifications, oldest first."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.call("GET", "/v1/notifications", params={"limit": 500, **cursor})
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}

    async def rest(self) -> list[dict[str, Any]]:
        """Nobody is hurried any more, and everything that was said is told: the notifications."""
        async with asyncio.timeout(REST_S):
            await self._unsaid.join()
            before, since = None, time.monotonic()
            while before is None or time.monotonic() < since + QUIET_S:
                self.rooms.recover()
                await asyncio.sleep(REPEAT_S)
                decided = await self._decided()
                if decided is None or decided != before:
                    before, since = decided, time.monotonic()
        return await self.rows()

    async def _decided(self) -> int | None:
        """How many notifications there are; None while something is unsent or unheard of. All
        pauses are over then, as if a minute had passed."""
        conn = await asyncpg.connect(self.scene.stack.database_url)
        try:
            for statement in NOBODY_IS_HURRIED:
                await conn.execute(statement, self.workspace)
            heard = await conn.fetch(HEARD, self.workspace)
            unsent, decided = await conn.fetchrow(STANDING, self.workspace) or (0, 0)
        finally:
            await conn.close()
        last = {
            one.said[-1].breach.breach: one.said[-1].breach.seq
            for one in self.story.alerts
            if one.said[-1].breach is not None
        }
        if unsent or not last.items() <= {tuple(row) for row in heard}:
            return None
        return int(decided)
