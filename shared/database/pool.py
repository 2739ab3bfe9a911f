"""The connection pool, and which database faults pass by themselves.

Statements live in each service's `store`. One request or one poll is one transaction, opened by
the caller at the edge; nothing inside commits.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import msgspec

from shared.settings import CommonSettings

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Conn: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Conn = asyncpg.Connection
    Pool = asyncpg.Pool

TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""Faults after which the same transaction may succeed: connection, restart, deadlock, full disk."""

BUSY = (asyncpg.LockNotAvailableError, asyncpg.TransactionRollbackError)
"""Of these: somebody else's transaction was in the way, and the database is well."""

LOST_CONNECTION = ("is closed", "released back to the pool", "cannot switch to state")
"""What asyncpg says when the server ended a connection while it was idle or between states."""


def is_transient(error: BaseException) -> bool:
    """True when rolling back and trying again later is the right answer."""
    if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError)):
        # Both report a connection that the server ended, and wrong use of the driver, a bug.
        return any(words in str(error) for words in LOST_CONNECTION)
    return isinstance(error, TRANSIENT)


async def _prepare(conn: Any) -> None:
    await conn.set_type_codec(
        "jsonb",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda value: msgspec.json.decode(value[1:]),
        schema="pg_catalog",
        format="binary",
    )


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Conn]:
    """A connection inside a transaction: commits when the block ends, rolls back when it raises."""
    async with pool.acquire() as conn, conn.transaction():
        yield conn


async def create_pool(settings: CommonSettings) -> Pool:
    """A pool of at most `database_connections_max`; jsonb columns take and give Python objects.

    Connections are made when needed, so a service starts (and ingest accepts) while the database
    is away. `lock_timeout` keeps a forgotten lock from stopping a whole group.
    """
    return await asyncpg.create_pool(
        settings.database_url,
        min_size=0,
        max_size=settings.database_connections_max,
        timeout=settings.database_timeout_s,
        command_timeout=settings.database_timeout_s,
        init=_prepare,
        server_settings={
            "application_name": f"paceline-{settings.service}-{settings.replica}",
            "lock_timeout": "10s",
            "idle_in_transaction_session_timeout": "60s",
            "jit": "off",
        },
    )


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into `width` arrays for `unnest`, which exist even when there are no rows."""
    turned = [list(column) for column in zip(*rows, strict=True)]
    return turned or [[] for _ in range(width)]


async def write_rows(conn: Conn, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Rows of one width as the arrays of a statement, which is not sent for none."""
    if rows:
        await conn.execute(statement, *columns(rows, len(rows[0])))


def integers(values: Iterable[int]) -> str:
    """An array as the text PostgreSQL reads: the driver takes four times as long for each item."""
    return f"{{{','.join(map(str, values))}}}"
