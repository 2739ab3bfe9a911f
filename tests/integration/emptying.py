"""Tables between tests: emptied row by row, which for the few rows of a test takes a tenth of the
time of TRUNCATE, which makes a new file of each table and index."""

from collections.abc import Iterable

from shared.database.pool import Conn


async def empty(conn: Conn, tables: Iterable[str], *, numbered_in: str = "") -> None:
    """Deletes all rows, whoever refers to them; the numbers of a schema begin again with 1."""
    deletions = "; ".join(f"DELETE FROM {table}" for table in tables)
    async with conn.transaction():
        # Neither foreign keys nor the triggers that keep a ledger append-only are asked.
        await conn.execute(f"SET LOCAL session_replication_role = replica; {deletions}")
        await conn.execute(
            "SELECT setval(oid::regclass, 1, false) FROM pg_class "
            f"WHERE relkind = 'S' AND relnamespace = to_regnamespace('{numbered_in}')"
        )
