"""Rows with a type: what a store returns is a frozen Struct, made here from the columns' names."""

from typing import Any, TypeVar

from msgspec import Struct

from shared.database.pool import Conn

Row = TypeVar("Row")


def columns(kind: type[Struct]) -> str:
    """What to select for a `kind`, by name: a column that a later version adds breaks no older."""
    return ", ".join(kind.__struct_fields__)


async def fetch(conn: Conn, kind: type[Row], statement: str, *values: Any) -> list[Row]:
    """All rows, each as a `kind` whose fields are the statement's columns."""
    return [kind(**row) for row in await conn.fetch(statement, *values)]


async def fetch_one(conn: Conn, kind: type[Row], statement: str, *values: Any) -> Row | None:
    """The first row as a `kind`, or None."""
    row = await conn.fetchrow(statement, *values)
    return None if row is None else kind(**row)
