"""Advisory locks: one namespace for the house, `<schema>/<what>` and of which, as texts.

All last until the transaction ends. A lock is named once, in the store whose rows it orders.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.database.pool import Conn, columns

TAKE_ALL = """
SELECT CASE WHEN alone THEN pg_advisory_xact_lock(hashtext($1), number)
  ELSE pg_advisory_xact_lock_shared(hashtext($1), number) END
FROM (SELECT hashtext(w) & 1023 AS number, bool_or(alone) AS alone
  FROM unnest($2::text[], $3::boolean[]) AS u(w, alone) GROUP BY 1 ORDER BY 1) AS numbers
"""


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


@dataclass(frozen=True, slots=True)
class WorkspaceLocks:
    """A lock of each workspace, for many at once.

    They have 1,024 between them, because a poll may name more than PostgreSQL has room for locks:
    now and then one waits for another's.
    """

    name: str

    async def take(
        self, conn: Conn, *, shared: Iterable[str] = (), alone: Iterable[str] = ()
    ) -> None:
        """Waits for who has any of these alone; of `alone` for all who share them too. By all in
        one order, that of their numbers."""
        rows = [(one, False) for one in set(shared)] + [(one, True) for one in set(alone)]
        if rows:
            await conn.execute(TAKE_ALL, self.name, *columns(rows, 2))
