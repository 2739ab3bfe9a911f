"""While files are edited: who heard that an alert began does not hear it again, and whoever is to
hear of it does (design.md section 1.5)."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alerts.adoption.adoption import Adoption
from alerts.alertmanager.intake.reporting import report_all
from alerts.alertmanager.intake.wire import AlertReader
from alerts.configuration.configurations import Configurations
from alerts.episodes.handlers import Handlers
from alerts.telling.flush import Flusher
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import transaction
from shared.http.auth import Principal
from shared.http.reach import Reach
from tests.chaos.alert_story import Said, Story
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_history
from tests.unit.alerts.rendering.rendered import RENDERER

FIRST_SEED = int(os.environ.get("PACELINE_EDITS_SEED", "1"))
SEARCHED = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("PACELINE_EDITS_SEEDS", "0")))
SEEDS = SEARCHED or (6, 10, 14, 24)
"""In the suite those that once heard of something twice."""
STEPS = 50
ADMIN = Principal(Reach("default"), "li.na", frozenset({"admin"}))
FIRING, LOWER = make_history(("firing", "critical", "1.6"), ("level_changed", "warning", "1.3"))
NAMED = CONFIGURATION.replace("{url_env: OPS", "{name: ops-room, url_env: OPS")
CALLED = """\
  routes:
    - {matchers: ['severity="critical"'], receiver: boss, continue: true}
"""
BY_LINE = "    - {matchers: ['line=~\".+\"'], receiver: ops}\n"
BOSS = "  - {name: boss, locale: en, email_configs: [{to: [boss@example.com]}]}\n"
WITH_BOSS = CONFIGURATION.replace("receivers:\n", f"{CALLED}receivers:\n{BOSS}")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


async def hold_up(world: World, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Begins it; returns when it waits for what somebody has locked."""
    task = asyncio.create_task(work)
    for _ in range(1000):
        if await world.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            return task
        await asyncio.sleep(0.02)
    raise AssertionError("it does not wait")


async def test_a_name_that_changes_while_a_group_speaks_is_still_the_same_channel(
    world: World,
) -> None:
    await world.tell(FIRING)
    await world.flush(at(0))
    await world.tell(LOWER)
    async with transaction(world.pool) as conn:
        # A flush has looked at what is known of whom by then, and not yet at who is to be told.
        await conn.execute("LOCK TABLE alerts.told")
        speaking = await hold_up(world, world.flush(at(10)))
        world.configure(NAMED)
    await speaking
    await world.flush(at(20))
    assert [row[0] for row in await world.told()] == ["firing", "level_changed"]


async def test_what_is_being_routed_when_another_file_comes_in_force_is_routed_by_it_too(
    world: World,
) -> None:
    async with transaction(world.pool) as conn:
        await world.handlers.on_breaches(conn, world.poll(FIRING))
        world.configure(WITH_BOSS)
        adopting = await hold_up(world, world.adoption.adopt())
    await adopting
    rows = await world.pool.fetch("SELECT receiver FROM alerts.groups ORDER BY receiver")
    assert [row["receiver"] for row in rows] == ["boss", "ops"]


async def test_who_has_an_alert_by_a_route_that_is_gone_is_told_no_beginning_at_a_change(
    world: World,
) -> None:
    world.configure(WITH_BOSS.replace(CALLED, CALLED + BY_LINE))
    await world.tell(FIRING)
    await world.flush(at(0))
    world.configure(WITH_BOSS)
    await world.adoption.adopt()
    await world.tell(LOWER)
    for minute in (10, 20):
        await world.flush(at(minute))
    assert [row[0] for row in await world.told()] == ["firing", "level_changed"]


class Replica:
    """Another process over the same database, with the version of the file that it follows."""

    def __init__(self, world: World) -> None:
        clock = ManualClock()
        self.configurations = Configurations(world.directory, world.environment)
        self.handlers = Handlers(self.configurations, clock)
        self.flusher = Flusher(world.settings, world.pool, clock, self.configurations, RENDERER)
        self.adoption = Adoption(
            world.settings, world.pool, self.configurations, self.handlers.joining, clock
        )

    async def follow(self) -> None:
        """Looks for another version, and does what follows from it."""
        if await self.adoption.versions.follow():
            await self.adoption.adopt()


@dataclass
class Edits:
    """A story on two replicas, each of which looks for another version whenever it does."""

    world: World
    story: Story
    dice: random.Random
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.replicas = [Replica(self.world), Replica(self.world)]

    @property
    def somebody(self) -> Replica:
        return self.dice.choice(self.replicas)

    async def hear(self, said: list[Said]) -> None:
        """Each by one of the replicas."""
        handlers = self.somebody.handlers
        # What a story says is over is so by the real clock, which may be ahead of this one.
        self.now = max(self.now, datetime.now(UTC))
        for one in said:
            async with transaction(self.world.pool) as conn:
                if one.breach is not None:
                    await handlers.on_breaches(conn, self.world.poll(one.breach))
                    continue
                body = msgspec.json.encode([one.report])
                reports, faults = AlertReader().read(body, self.now, timedelta(hours=1))
                assert not faults
                await report_all(conn, handlers.joining, "default", reports, self.now)

    async def speak(self, replica: Replica) -> None:
        """All groups that are due."""
        self.now = max(self.now, datetime.now(UTC)) + timedelta(seconds=2)
        async with transaction(self.world.pool) as conn:
            await set_manual(conn, self.now)
        async with transaction(self.world.pool) as conn:
            await replica.flusher.flush(conn)

    async def edit(self, *, final: bool = False) -> None:
        """Another file, which one of the replicas is told to read."""
        text = self.story.configuration(final=final)
        (self.world.directory / "default.yml").write_text(text, encoding="utf-8")
        await self.somebody.adoption.reload(ADMIN)

    async def step(self) -> None:
        steps = ("begin", "begin", "change", "change", "end", "again", "edit", "follow", "speak")
        match self.dice.choice((*steps, "speak")):
            case "begin":
                await self.hear(self.story.begin())
            case "change":
                await self.hear(self.story.change())
            case "end":
                await self.hear(self.story.end())
            case "again":
                await self.hear(self.story.again())
            case "edit":
                await self.edit()
            case "follow":
                await self.somebody.follow()
            case "speak":
                await self.speak(self.somebody)

    async def settle(self) -> None:
        for replica in self.replicas:
            await replica.follow()
        for replica in self.replicas * 2:
            await self.speak(replica)


@pytest.mark.parametrize("seed", SEEDS)
async def test_each_channel_hears_each_beginning_and_each_end_once(world: World, seed: int) -> None:
    for place in ("HOOK", "DINGTALK", "WECOM", "FEISHU"):
        url = f"{world.robot.url}-{place}"
        world.environment |= {f"S_{place}": url, f"S_{place}_WRONG": f"{url}-wrong"}
    world.environment["S_SECRET"] = "SEC-of-the-story"
    dice = random.Random(seed)
    story = Story("S", "ops@example.com", dice)
    world.configure(story.configuration(final=True))
    edits = Edits(world, story, dice)
    for _ in range(STEPS):
        await edits.step()
    await edits.edit(final=True)
    await edits.settle()
    told = await heard(world)
    for alert in edits.story.open_ones:
        for kind in alert.audience:
            assert told[kind, "firing", alert.line, alert.episode], f"{kind} did not hear: {alert}"
    await edits.hear(edits.story.end_all())
    await edits.settle()
    told = await heard(world)
    for (kind, transition, line, episode), times in told.items():
        assert times == 1, f"{kind} heard {transition} of {line}/{episode} {times} times"
        if transition == "firing":
            assert told[kind, "resolved", line, episode], f"{kind} heard no end of {line}/{episode}"


async def heard(world: World) -> Counter[tuple[str, str, str, int]]:
    """How often a kind of channel, of which there is one, is told that an alert, by its line and
    episode, began or is over."""
    return Counter(
        (row["channel"], row["transition"], row["labels"]["line"], row["episode"])
        for row in await world.rows()
        if row["delivery"] is not None and row["transition"] in ("firing", "resolved")
    )
