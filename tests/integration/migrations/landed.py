"""A database as an earlier landing made it, for tests of what a migration carries over."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import sqlalchemy as sa

from cli.helpers import run_coroutine
from cli.migrations.migrate import migrate


@contextmanager
def database(postgres: str, content: str = "") -> Iterator[str]:
    """The address of a new database, empty or with that SQL; dropped when the block ends."""
    name = f"landed_{uuid.uuid4().hex[:12]}"
    execute(postgres, f"CREATE DATABASE {name}")
    url = sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)
    try:
        if content:
            execute(url, content)
        yield url
    finally:
        execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def database_at(postgres: str, revision: str) -> Iterator[str]:
    """The address of a new database at a revision; dropped when the block ends."""
    with database(postgres) as url:
        migrate(url, revision)
        yield url


def execute(url: str, *statements: str) -> None:
    """Runs statements, one by one."""

    async def run(conn: asyncpg.Connection) -> None:  # type: ignore[type-arg]
        for statement in statements:
            await conn.execute(statement)

    _connected(url, run)


def execute_many(url: str, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Runs a statement for each row."""

    async def run(conn: asyncpg.Connection) -> None:  # type: ignore[type-arg]
        await conn.executemany(statement, rows)

    _connected(url, run)


def fetch(url: str, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a statement."""

    async def run(conn: asyncpg.Connection) -> list[tuple[Any, ...]]:  # type: ignore[type-arg]
        return [tuple(row) for row in await conn.fetch(statement)]

    found: list[tuple[Any, ...]] = _connected(url, run)
    return found


def _connected(url: str, action: Any) -> Any:
    async def run() -> Any:
        conn = await asyncpg.connect(url)
        try:
            return await action(conn)
        finally:
            await conn.close()

    return run_coroutine(run())
