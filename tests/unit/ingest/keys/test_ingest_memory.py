"""What ingest knows by heart, while a table is read and somebody changes it."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ingest.keys.credentials import Credentials
from ingest.keys.keyring import Keyring
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from ingest.sources.settings import SourceSettings
from ingest.sources.store import StoredSettings
from shared.database.clock import SystemClock

PLACE = ("default", "tap/1")
OLD, NEW = SourceSettings(currency="CNY"), SourceSettings(currency="USD")


def stored(settings: SourceSettings, version: int) -> StoredSettings:
    """The settings of PLACE as they stand in the table."""
    workspace, source = PLACE
    return StoredSettings(workspace, source, *settings, version)


class Tables:
    """Stands in for the pool: what a transaction reads is what stood there when it began."""

    def __init__(self) -> None:
        self.settings: list[dict[str, Any]] = []
        self.reading = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.away = False

    def put(self, view: SourceSettings, version: int) -> None:
        """A commit: the settings of PLACE."""
        workspace, source = PLACE
        self.settings = [
            {"workspace": workspace, "source": source, **view._asdict(), "version": version}
        ]

    @asynccontextmanager
    async def acquire(self) -> Any:
        if self.away:
            raise OSError("refused")
        yield _Snapshot(self)


class _Snapshot:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._settings = list(tables.settings)

    @asynccontextmanager
    async def transaction(self) -> Any:
        yield

    async def fetch(self, statement: str, *_: Any, **__: Any) -> list[dict[str, Any]]:
        self._tables.reading.set()
        await self._tables.go_on.wait()
        return self._settings if "ingest.sources" in statement else []


@pytest.fixture
def tables() -> Tables:
    return Tables()


@pytest.fixture
def memory(tables: Tables) -> Memory:
    keyring = Keyring(tables, Credentials(None, 60, 1))  # type: ignore[arg-type]
    return Memory(IngestSettings(), tables, SystemClock(), keyring)  # type: ignore[arg-type]


async def reading(memory: Memory, tables: Tables) -> asyncio.Task[None]:
    """A refresh that has begun and waits for its rows."""
    tables.go_on.clear()
    tables.reading.clear()
    task = asyncio.create_task(memory.refresh())
    await tables.reading.wait()
    return task


@pytest.mark.parametrize("known", [True, False], ids=["an old source", "a new source"])
async def test_settings_stay_in_force_although_a_reading_began_before_them(
    memory: Memory, tables: Tables, known: bool
) -> None:
    if known:
        tables.put(OLD, 1)
    refresh = await reading(memory, tables)
    tables.put(NEW, 2)
    memory.set_settings(stored(NEW, 2))
    tables.go_on.set()
    await refresh

    assert memory.settings_of(*PLACE) == NEW


async def test_what_another_replica_has_set_since_is_taken_over(
    memory: Memory, tables: Tables
) -> None:
    memory.set_settings(stored(OLD, 1))
    tables.put(NEW, 2)
    await memory.refresh()
    assert memory.settings_of(*PLACE) == NEW


async def test_an_older_answer_of_two_that_came_together_changes_nothing(memory: Memory) -> None:
    memory.set_settings(stored(NEW, 2))
    memory.set_settings(stored(OLD, 1))
    assert memory.settings_of(*PLACE) == NEW


async def test_of_two_readings_the_one_that_began_last_is_believed(
    memory: Memory, tables: Tables
) -> None:
    tables.put(OLD, 1)
    first = await reading(memory, tables)
    tables.put(NEW, 2)
    second = asyncio.create_task(memory.refresh())
    await asyncio.sleep(0)
    tables.go_on.set()
    await asyncio.gather(first, second)

    assert memory.settings_of(*PLACE) == NEW


async def test_who_has_committed_a_change_is_not_told_that_the_database_is_away(
    memory: Memory, tables: Tables
) -> None:
    tables.put(OLD, 1)
    await memory.refresh()
    tables.away = True
    await memory.refresh_or_wait()

    assert memory.settings_of(*PLACE) == OLD
