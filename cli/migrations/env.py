"""Alembic's environment: one history for all services, each with a schema of its own."""

import asyncio
import importlib
import os
from importlib.util import find_spec

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from cli.migrate import DATABASE_URL_OPTION

SERVICES = ("ingest", "budget", "kpi_monitor", "alerts")


def collect_metadata() -> list[sa.MetaData]:
    """What the services say their tables are; alembic compares the database with it."""
    found: list[sa.MetaData] = []
    for service in SERVICES:
        if find_spec(service) is not None and find_spec(f"{service}.tables") is not None:
            tables = importlib.import_module(f"{service}.tables")
            found += [value for value in vars(tables).values() if isinstance(value, sa.MetaData)]
    return found


def _run(connection: sa.Connection) -> None:
    # Two processes that migrate at once take turns; the second finds nothing to do. The lock
    # belongs to the connection, for every migration is a transaction of its own.
    connection.execute(sa.text("SELECT pg_advisory_lock(hashtext('paceline.migrate'))"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=collect_metadata(),
        include_schemas=True,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run_online() -> None:
    url = context.config.get_main_option(DATABASE_URL_OPTION) or os.environ.get(
        "PACELINE_DATABASE_URL", ""
    )
    engine = create_async_engine(sa.make_url(url).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run)
    finally:
        await engine.dispose()


asyncio.run(_run_online())
