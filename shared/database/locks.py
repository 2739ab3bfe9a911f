"""Advisory locks: one namespace for the house, `<schema>/<what>` and of which, as texts.

All last until the transaction ends. A lock is named once, in the store whose rows it orders.
"""

from dataclasses import dataclass

from shared.database.pool import Conn


@dataclass(frozen=True, slots=True)
class AdvisoryLock:
    """A lock by name, `AdvisoryLock("kpi/rules")`, or of one thing each: `take(conn, workspace)`.

    Parts are texts without "/", so that two things never share a key.
    """

    name: str

    def key(self, *of: str) -> str:
        """The text that is hashed to the lock's 64 bits."""
        return "/".join((self.name, *of))

    async def take(self, conn: Conn, *of: str) -> None:
        """Waits until it is ours alone, at most the connection's `lock_timeout`."""
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", self.key(*of))

    async def share(self, conn: Conn, *of: str) -> None:
        """Waits until nobody has it alone; others may share it."""
        await conn.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", self.key(*of)
        )

    async def try_take(self, conn: Conn, *of: str) -> bool:
        """Whether it is ours now; never waits."""
        taken = await conn.fetchval(
            "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", self.key(*of)
        )
        return bool(taken)
