"""SIGKILL of alerts, restarts of broker and database, the log told again, files edited, providers
that fail: who heard of an alert hears of its end, in order, and a second copy says that it is one.

Each seed is a story in a workspace of its own, and all are told at once. PACELINE_CHAOS_SEED is the
first one, PACELINE_CHAOS_SEEDS how many there are (three in the suite), PACELINE_CHAOS_STORY_S how
long they last.
"""

import asyncio
import os
import random
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest

from cli.embedded.kafka import KafkaServer
from cli.embedded.postgres import PostgresServer
from cli.fakes.mail import FakeMail
from cli.stack.replica import SERVICES
from cli.stack.stack import Stack, StackOptions
from tests.chaos.alert_rooms import LATE_S, Copy, Rooms
from tests.chaos.alert_stage import Scene, Stage
from tests.chaos.alert_story import Alert, Story

FIRST_SEED = int(os.environ.get("PACELINE_CHAOS_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("PACELINE_CHAOS_SEEDS", "3")))
STORY_S = float(os.environ.get("PACELINE_CHAOS_STORY_S", "6"))
ARRIVED = ("delivered", "accepted")
MUTED = ("silenced", "inhibited", "mute time")
IN_FLIGHT = 2 * 16
"""Messages that two replicas send at once, of which nobody knows after a crash who has them."""
WITHHELD = (*MUTED, "over before it was told", "joined later")
"""Why an alert may be told to nobody."""


@pytest.fixture(scope="module")
def rooms() -> Iterator[dict[int, Rooms]]:
    with ExitStack() as opened:
        inbox = opened.enter_context(FakeMail())
        yield {
            seed: opened.enter_context(Rooms(f"S{seed}", random.Random(seed), inbox))
            for seed in SEEDS
        }


@pytest.fixture(scope="module")
def scene(
    *,
    kafka_server: KafkaServer,
    postgres_server: PostgresServer,
    state_dir: Path,
    database_url: str,
    topic_prefix: str,
    rooms: Mapping[int, Rooms],
) -> Iterator[Scene]:
    state = Path(tempfile.mkdtemp(prefix="paceline-storm-"))
    directory = state / "alerts.d"
    directory.mkdir()
    environment = {
        "PACELINE_ALERTS_DIR": str(directory),
        "PACELINE_SESSION_TIMEOUT_S": "6",
        "PACELINE_REBALANCE_TIMEOUT_S": "6",
        "PACELINE_SMTP_SECURITY": "none",
        "PACELINE_SEND_TIMEOUT_S": f"{LATE_S - 1}",
        "PACELINE_CLAIM_S": "4",
        "PACELINE_RETRY_FIRST_S": "0.2",
        "PACELINE_RETRY_MAX_S": "1",
        "PACELINE_RETRY_REFUSED_FIRST_S": "0.5",
        "PACELINE_RETRY_REFUSED_MAX_S": "1",
        "PACELINE_DATABASE_TIMEOUT_S": "5",
    }
    for one in rooms.values():
        environment |= one.environment
    for seed, one in rooms.items():
        text = Story(f"S{seed}", one.mailbox, random.Random(seed)).configuration(final=True)
        (directory / f"s{seed}.yml").write_text(text, encoding="utf-8")
    options = StackOptions(
        state=state,
        replicas=2,
        known_ports=False,
        services=[one for one in SERVICES if one.name == "alerts"],
        environment=environment,
        kafka=kafka_server.bootstrap,
        database=database_url,
        topic_prefix=topic_prefix,
    )
    with Stack(options) as stack:
        yield Scene(stack, kafka_server, postgres_server, state_dir, directory, topic_prefix)
    shutil.rmtree(state, ignore_errors=True)


async def storm(scene: Scene, dice: random.Random, over: asyncio.Event) -> int:
    """Kills a replica now and then, the database once and the broker once; all run at the end.
    How often somebody who may have been sending was struck."""
    crashes = 0
    blows = ["alerts", "database", "alerts", "broker"]
    dice.shuffle(blows)
    while blows or not over.is_set():
        await asyncio.sleep(dice.uniform(0.3, 1.5))
        match blows.pop() if blows else "alerts":
            case "alerts":
                replica = scene.stack.replica("alerts", dice.choice((1, 2)))
                crashes += 1
                await asyncio.to_thread(replica.kill)
                await asyncio.sleep(dice.uniform(0, 1))
                replica.start()
            case "database":
                crashes += 1
                await asyncio.to_thread(scene.postgres.kill)
                await asyncio.to_thread(scene.postgres.start, scene.state)
            case "broker":
                await asyncio.to_thread(scene.kafka.kill)
                await asyncio.to_thread(scene.kafka.start, scene.state)
    await asyncio.to_thread(scene.stack.await_ready)
    return crashes


async def play(stage: Stage, over: asyncio.Event) -> None:
    """The story, for as long as the storm lasts: what people do takes as long as it takes."""
    story, dice = stage.story, stage.dice
    steps = ("begin", "begin", "change", "end", "again", "edit", "silence", "fail", "fail")
    async with asyncio.TaskGroup() as hands:
        while not over.is_set():
            match dice.choice(steps):
                case "begin":
                    stage.say(story.begin())
                case "change":
                    stage.say(story.change())
                case "end":
                    stage.say(story.end())
                case "again":
                    stage.say(story.again())
                case "edit":
                    hands.create_task(stage.edit())
                case "silence":
                    hands.create_task(stage.silence())
                case "fail":
                    stage.rooms.fail()
            await asyncio.sleep(dice.uniform(0.05, 0.3))


@pytest.mark.chaos
async def test_who_heard_of_an_alert_hears_of_its_end_and_each_word_once(
    scene: Scene, rooms: Mapping[int, Rooms]
) -> None:
    stages = [Stage.of(scene, seed, one) for seed, one in rooms.items()]
    async with AsyncExitStack() as opened:
        for stage in stages:
            await opened.enter_async_context(stage)
        crashes = await tell(scene, stages)
        rows = [await stage.rows() for stage in stages]
    alerts = sum(len(stage.story.alerts) for stage in stages)
    print(f"{alerts} alerts in {len(stages)} stories, {crashes} crashes")  # noqa: T201
    for stage, found in zip(stages, rows, strict=True):
        check(stage, found, crashes)


async def tell(scene: Scene, stages: Sequence[Stage]) -> int:
    """The stories in the storm, then what is left to tell; how many crashes there were."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(STORY_S, over.set)
    striking = asyncio.create_task(storm(scene, random.Random(FIRST_SEED), over))
    await asyncio.gather(striking, *(play(stage, over) for stage in stages))
    for stage in stages:
        await stage.edit(final=True)
        await stage.unsilence()
    await asyncio.gather(*(stage.rest() for stage in stages))
    for stage in stages:
        check_known(stage)
        stage.say(stage.story.end_all())
    await asyncio.gather(*(stage.rest() for stage in stages))
    return striking.result()


def check_known(stage: Stage) -> None:
    """Nothing mutes any more: whoever is to hear of what is open has heard of it."""
    heard = stage.rooms.heard()
    for alert in stage.story.open_ones:
        for kind in alert.audience:
            found = any(said.mark in one.text for said in alert.said for one in heard[kind])
            assert found, f"{kind} heard nothing of {alert}"


def check(stage: Stage, rows: Sequence[Mapping[str, Any]], crashes: int) -> None:
    """By what arrived, and by what is on record of it."""
    heard = stage.rooms.heard()
    by_alert: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        assert row["state"] in (*ARRIVED, "suppressed", "muted"), row
        by_alert[row["labels"]["line"], row["episode"]].append(row)
    for alert in stage.story.alerts:
        found = by_alert[alert.line, alert.episode]
        assert found, f"nothing is on record of {alert}"
        if not any(row["state"] in ARRIVED for row in found):
            reasons = {row["reason"] for row in found}
            assert reasons <= set(WITHHELD), f"told to nobody because of {reasons}: {alert}"
        check_alert(alert, found, heard)
    marks = {said.mark for alert in stage.story.alerts for said in alert.said}
    for kind, copies in heard.items():
        check_copies(kind, copies, marks, crashes, stage.rooms.unclear[kind])


def check_alert(
    alert: Alert, rows: Sequence[Mapping[str, Any]], heard: Mapping[str, Sequence[Copy]]
) -> None:
    """At each place: what is called delivered has arrived, once, in order and to its end."""
    for kind, copies in heard.items():
        places = [
            next((n for n, one in enumerate(copies) if said.mark in one.text), None)
            for said in alert.said
        ]
        came = [place for place in places if place is not None]
        assert came == sorted(came), f"{kind} heard {places}: {alert}"
        assert not came or places[-1] is not None, f"{kind} heard no end: {places}, {alert}"
        told = [row for row in rows if row["channel"] == kind and row["state"] in ARRIVED]
        openings = Counter(row["transition"] for row in told if row["transition"] == "firing")
        assert openings["firing"] <= 1, f"{kind} was told twice that it began: {alert}"
        assert came or not told, f"{kind} heard nothing of what it was told: {alert}"


def check_copies(
    kind: str, copies: Sequence[Copy], marks: Set[str], crashes: int, unclear: int
) -> None:
    """What comes with the id of a message, or with nothing that was not heard before, is a second
    copy and says that it may be one. A crash causes one of each message that was on its way, an
    unclear answer one of its own."""
    texts: dict[str, str] = {}
    heard: set[str] = set()
    extra = Counter[str]()
    for one in copies:
        key = one.id or one.text
        news = {mark for mark in marks if mark in one.text}
        if key in texts:
            extra[key] += 1
        if key in texts or (news and news <= heard):
            assert one.labelled, f"{kind} got a second copy that does not say so: {one.text}"
        assert texts.setdefault(key, one.text) == one.text, f"{kind} has two texts of {key}"
        heard |= news
    assert all(count <= crashes + unclear for count in extra.values()), extra
    assert extra.total() <= crashes * IN_FLIGHT + unclear, extra
