"""Rows with a type: what a store returns is a frozen Struct, made here from the columns' names."""

from typing import Any, TypeVar

from shared.database.pool import Conn

Row = TypeVar("Row")


async def fetch(conn: Conn, kind: type[Row], statement: str, *values: Any) -> list[Row]:
    """All rows, each as a `kind` whose fields are the statement's columns."""
    return [kind(**row) for row in await conn.fetch(statement, *values)]


async def fetch_one(conn: Conn, kind: type[Row], statement: str, *values: Any) -> Row | None:
    """The first row as a `kind`, or None."""
    row = await conn.fetchrow(statement, *values)
    return None if row is None else kind(**row)
