"""A configuration is a versioned row that all replicas follow: one reload is for all of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from asyncpg.exceptions import DeadlockDetectedError

from alerts.adoption.adoption import Adoption
from alerts.configuration import store
from alerts.configuration.configurations import Configurations
from alerts.episodes.handlers import Handlers
from alerts.episodes.joining import FIRST, Joining
from alerts.episodes.rules import Key
from shared import metrics
from shared.database.clock import ManualClock, set_manual
from shared.database.pool import Conn, transaction
from shared.errors import UnavailableError
from shared.http.auth import Principal
from shared.http.reach import Reach
from tests.integration.alerts.alerts_world import World, make_world
from tests.unit.alerts.builders import CONFIGURATION, at, make_breach

ADMIN = Principal(Reach("default"), "li.na", frozenset({"admin"}))
OTHER_TEXT = CONFIGURATION.replace("repeat_interval: 30d", "repeat_interval: 7d")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(database_url, tmp_path) as found:
        async with transaction(found.pool) as conn:
            await set_manual(conn, at(0))
        yield found


def replica(world: World, directory: Path | None = None) -> tuple[Configurations, Adoption]:
    """Another process over the same database, with its own files if they are elsewhere."""
    found = Configurations(directory or world.directory, world.environment)
    clock = ManualClock()
    return found, Adoption(world.settings, world.pool, found, Handlers(found, clock).joining, clock)


def write(world: World, text: str, workspace: str = "default") -> None:
    (world.directory / f"{workspace}.yml").write_text(text, encoding="utf-8")


async def start(world: World, adoption: Adoption) -> asyncio.Task[None]:
    running = asyncio.create_task(adoption.rounds.run())
    await world.until(lambda: adoption.adopted, timeout_s=60)
    return running


async def versions(world: World, workspace: str = "default") -> list[tuple[Any, ...]]:
    rows = await world.pool.fetch(
        "SELECT version, made_by, text IS NULL FROM alerts.configurations WHERE workspace = $1 "
        "ORDER BY version",
        workspace,
    )
    return [tuple(row) for row in rows]


def repeat_of(configurations: Configurations) -> int:
    found = configurations.get("default")
    assert found is not None
    return found.route.repeat_interval.days


async def test_one_reload_reaches_every_replica(world: World) -> None:
    first, second = replica(world), replica(world)
    running = [await start(world, one) for _, one in (first, second)]
    assert await versions(world) == [(1, "start", False)], "the same file is one version"
    write(world, OTHER_TEXT)
    await first[1].reload(ADMIN)
    assert repeat_of(first[0]) == 7, "at once where it was asked for"
    await world.until(lambda: repeat_of(second[0]) == 7, timeout_s=60)
    assert await versions(world) == [(1, "start", False), (2, "li.na", False)]
    in_force = [one.in_force("default") for one in (first[0], second[0])]
    assert in_force[0] == in_force[1]
    assert in_force[0] is not None
    assert (in_force[0].version, in_force[0].made_by) == (2, "li.na")
    assert metrics.CONFIGURATION_REVISION._value.get() > 0
    for _, adoption in (first, second):
        await adoption.rounds.stop()
    await asyncio.gather(*running)


class _Hindered(Joining):
    """Cannot route what is open, as long as the database says so."""

    faults = 0

    async def reroute(
        self, conn: Conn, workspace: str, now: datetime, after: Key = FIRST
    ) -> tuple[int, Key | None]:
        if self.faults:
            self.faults -= 1
            raise DeadlockDetectedError("deadlock detected")
        return await super().reroute(conn, workspace, now, after)


async def test_what_could_not_be_adopted_is_adopted_later(world: World) -> None:
    configurations, _ = replica(world)
    joining, clock = _Hindered(configurations), ManualClock()
    adoption = Adoption(world.settings, world.pool, configurations, joining, clock)
    running = await start(world, adoption)
    joining.faults = 3
    write(world, OTHER_TEXT)
    await replica(world)[1].reload(ADMIN)
    await world.until(lambda: joining.faults == 0 and adoption.adopted, timeout_s=60)
    assert repeat_of(configurations) == 7
    await adoption.rounds.stop()
    await running


async def test_a_reload_of_files_that_say_the_same_makes_no_version(world: World) -> None:
    _, adoption = replica(world)
    await adoption.reload(ADMIN)
    write(world, f"# another comment\n{CONFIGURATION}")
    await adoption.reload(ADMIN)
    write(world, CONFIGURATION.replace("locale: zh-CN", "locale: zh-CN # T0P-SECRET"))
    await adoption.reload(ADMIN)
    texts = await world.pool.fetch("SELECT text FROM alerts.configurations")
    assert "T0P-SECRET" not in str(texts)
    assert await versions(world) == [(1, "li.na", False)]
    write(world, OTHER_TEXT)
    await adoption.reload(ADMIN)
    write(world, CONFIGURATION)
    await adoption.reload(ADMIN)
    found = [one[0] for one in await versions(world)]
    assert found == [1, 2, 3], "what was before is a new version, not an old one"


async def test_of_a_file_that_was_changed_while_nothing_ran_the_file_wins(world: World) -> None:
    running = await start(world, (before := replica(world))[1])
    await before[1].rounds.stop()
    await running
    write(world, OTHER_TEXT)
    after = replica(world)
    running = await start(world, after[1])
    assert repeat_of(after[0]) == 7
    assert await versions(world) == [(1, "start", False), (2, "start", False)]
    await after[1].rounds.stop()
    await running


async def test_a_file_that_is_gone_ends_its_configuration_at_a_reload_only(
    world: World, tmp_path: Path
) -> None:
    write(world, CONFIGURATION, "agency")
    _, adoption = replica(world)
    await adoption.reload(ADMIN)
    assert await versions(world, "agency") == [(1, "reload", False)], "no name of a stranger"
    (world.directory / "agency.yml").unlink()
    fresh, starting = replica(world)
    running = await start(world, starting)
    assert fresh.workspaces() == ["agency", "default"], "a start without the file goes on"
    await adoption.reload(ADMIN)
    await world.until(lambda: fresh.workspaces() == ["default"], timeout_s=60)
    assert (await versions(world, "agency"))[-1] == (2, "reload", True)
    await starting.rounds.stop()
    await running


async def test_a_replica_that_cannot_use_a_version_says_so_and_keeps_the_one_it_has(
    world: World, tmp_path: Path
) -> None:
    """The variable that the new file names is set where the reload was, and not here."""
    _, adoption = replica(world)
    await adoption.reload(ADMIN)
    poor = Configurations(world.directory, dict(world.environment))
    handlers = Handlers(poor, ManualClock())
    following = Adoption(world.settings, world.pool, poor, handlers.joining, ManualClock())
    await following.versions.follow()
    world.environment["NEW_URL"] = world.robot.url
    write(world, OTHER_TEXT.replace("OPS_DINGTALK_URL", "NEW_URL"))
    await adoption.reload(ADMIN)
    await following.versions.follow()
    assert repeat_of(poor) == 30
    with pytest.raises(UnavailableError, match="cannot be used"):
        await following.versions.check()
    write(world, OTHER_TEXT)
    await adoption.reload(ADMIN)
    await following.versions.follow()
    assert repeat_of(poor) == 7
    await following.versions.check()


async def test_versions_made_at_the_same_time_are_numbered_one_after_the_other(
    world: World,
) -> None:
    texts = [CONFIGURATION.replace("30d", f"{days}d") for days in range(1, 7)]
    replicas = []
    for number, text in enumerate(texts):
        directory = world.directory / str(number)
        directory.mkdir()
        (directory / "default.yml").write_text(text, encoding="utf-8")
        replicas.append(replica(world, directory))
    await asyncio.gather(*(adoption.reload(ADMIN) for _, adoption in replicas))
    assert [one[0] for one in await versions(world)] == [1, 2, 3, 4, 5, 6]
    for configurations, adoption in replicas:
        await adoption.versions.follow()
        assert repeat_of(configurations) == repeat_of(replicas[0][0])


async def test_a_reload_that_waits_for_another_reads_what_was_written_meanwhile(
    world: World,
) -> None:
    configurations, adoption = replica(world)
    async with transaction(world.pool) as conn:
        await store.lock(conn)
        reloading = asyncio.create_task(adoption.reload(ADMIN))
        for _ in range(1000):
            if await world.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                break
            await asyncio.sleep(0.02)
        write(world, OTHER_TEXT)
    await reloading
    assert repeat_of(configurations) == 7


async def test_the_oldest_versions_of_a_workspace_are_forgotten(world: World) -> None:
    await world.pool.execute(
        "INSERT INTO alerts.configurations (workspace, version, text, sha256, made_by) "
        "SELECT 'default', n, 'x', n::text, 'li.na' FROM generate_series(1, 500) AS n"
    )
    _, adoption = replica(world)
    await adoption.reload(ADMIN)
    found = await versions(world)
    assert (found[0][0], found[-1][0]) == (402, 501)


async def test_thousands_of_breaches_without_a_configuration_are_one_line(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = metrics.ALERTS_UNROUTED._value.get()
    breaches = [
        make_breach(
            breach=f"pacing-high/line:L{number}/1",
            labels={"campaign": "c", "line": f"L{number}", "rule": "pacing-high"},
            group={"line": f"L{number}"},
        )
        for number in range(300)
    ]
    await world.tell(*breaches, workspace="nobody")
    await world.tell(make_breach(), workspace="another")
    logged = "".join(capsys.readouterr())
    assert logged.count("alerts_unrouted") == 2, "one for each workspace"
    assert metrics.ALERTS_UNROUTED._value.get() == before + 301
