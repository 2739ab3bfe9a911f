"""Alembic's environment: one history for all services, each with a schema of its own."""

import asyncio
import os

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from cli.migrations.migrate import DATABASE_URL_OPTION


def _run(connection: sa.Connection) -> None:
    # Two processes that migrate at once take turns; the second finds nothing to do. The lock
    # belongs to the connection, for every migration is a transaction of its own.
    connection.execute(sa.text("SELECT pg_advisory_lock(hashtext('paceline.migrate'))"))
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
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
