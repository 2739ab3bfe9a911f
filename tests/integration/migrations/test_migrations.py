"""The one history of all schemas: up, as documented, and down again."""

import uuid
from collections.abc import Iterator

import asyncpg
import pytest
import sqlalchemy as sa

from cli.contracts.tables import tables
from cli.errors import CommandError, Exit
from cli.helpers import run_coroutine
from cli.migrations.migrate import migrate, migrate_down

SCHEMAS = {"runtime", "ingest", "budget", "kpi", "alerts"}


@pytest.fixture
def empty_url(postgres: str) -> Iterator[str]:
    name = f"empty_{uuid.uuid4().hex[:12]}"
    run_coroutine(_execute(postgres, f"CREATE DATABASE {name}"))
    yield sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)
    run_coroutine(_execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url)
    await conn.execute(statement)
    await conn.close()


async def _schemas(url: str) -> set[str]:
    conn = await asyncpg.connect(url)
    rows = await conn.fetch(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' "
        "AND nspname NOT IN ('information_schema', 'public')"
    )
    await conn.close()
    return {row["nspname"] for row in rows}


async def test_up_down_and_up_again_leaves_what_one_up_does(empty_url: str) -> None:
    migrate(empty_url)
    assert await _schemas(empty_url) == SCHEMAS
    migrate_down(empty_url)
    assert await _schemas(empty_url) == set()
    migrate(empty_url)
    assert await _schemas(empty_url) == SCHEMAS


async def test_the_migrated_database_is_what_docs_tables_says(database_url: str) -> None:
    for path, text in (await tables(database_url)).items():
        remedy = "`python -m cli.contracts.tables` writes it"
        assert path.read_text(encoding="utf-8") == text, remedy


async def test_the_manual_clock_is_one_row(database_url: str) -> None:
    conn = await asyncpg.connect(database_url)
    try:
        await conn.execute("INSERT INTO runtime.clock (now) VALUES (now())")
        with pytest.raises(asyncpg.UniqueViolationError):
            await conn.execute("INSERT INTO runtime.clock (now) VALUES (now())")
        with pytest.raises(asyncpg.CheckViolationError):
            await conn.execute('INSERT INTO runtime.clock ("only", now) VALUES (false, now())')
    finally:
        await conn.close()


def test_a_database_that_is_away_is_named_without_its_password() -> None:
    with pytest.raises(CommandError) as caught:
        migrate("postgresql://paceline:s3cret@127.0.0.1:1/paceline")
    assert caught.value.exit_code == Exit.NOT_READY
    assert "127.0.0.1:1" in str(caught.value)
    assert "s3cret" not in str(caught.value)
