"""A database held against what the services say their tables are."""

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from cli.migrations.migrate import collect_metadata


async def differences(url: str) -> list[Any]:
    """What the models have otherwise than the database at `url`; nothing when they are equal."""

    def compare(connection: sa.Connection, metadata: sa.MetaData) -> list[Any]:
        schemas = {table.schema for table in metadata.tables.values()}
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "schema" or name in schemas,
            },
        )
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(sa.make_url(url).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.connect() as connection:
            return [
                difference
                for metadata in collect_metadata()
                for difference in await connection.run_sync(compare, metadata)
            ]
    finally:
        await engine.dispose()
