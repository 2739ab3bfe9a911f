"""Counts the statements that a service sends while it answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI


class _OneConnection:
    """A pool of one connection, to see what is sent on it."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        """The connection, for one at a time."""
        yield self._conn


@asynccontextmanager
async def counting(app: FastAPI, schema: str) -> AsyncIterator[list[str]]:
    """The statements on tables of a schema that callers cause meanwhile."""
    seen: list[str] = []

    def note(record: Any) -> None:
        if f"{schema}." in record.query:
            seen.append(record.query)

    pool = app.state.pool
    async with pool.acquire() as conn:
        with conn.query_logger(note):
            app.state.pool = _OneConnection(conn)
            try:
                yield seen
            finally:
                app.state.pool = pool
