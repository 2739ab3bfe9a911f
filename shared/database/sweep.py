"""Deletes what nobody needs any more: rows older than a horizon, a bounded number at a time.

Each table's delete is the owner's, in its store; the order of work and the bounds are here. Rows
that decide whether an event counts again (ledger entries, facts, ids inside their horizon) are
never swept.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from shared import metrics
from shared.database.clock import Clock
from shared.database.pool import Conn, Pool, is_transient, transaction
from shared.logs import get_logger
from shared.rounds import Rounds
from shared.settings import CommonSettings

log = get_logger(__name__)

SWEEP_EVERY_S = 300.0
SWEEP_ROWS_MAX = 20_000
"""Of one transaction: some tenths of a second."""

FORGET = """
DELETE FROM {table} WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM {table} WHERE {column} < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
"""


class Sweep(NamedTuple):
    """How long the rows of a table are kept, and what deletes older ones.

    `delete(conn, before, rows_max)` deletes at most `rows_max` rows of before `before` in the
    caller's transaction and returns how many it did.
    """

    keep: timedelta
    delete: Callable[[Conn, datetime, int], Awaitable[int]]

    async def run(self, conn: Conn, now: datetime, rows_max: int) -> int:
        """Deletes what is too old at `now`; how many rows."""
        return await self.delete(conn, now - self.keep, rows_max)


class Sweeper:
    """The background task: every five minutes each sweep, until nothing is left to delete.

    Runs in every replica; two that meet skip each other's rows. The stored replies of
    Idempotency-Keys, which every schema has, are swept here.
    """

    def __init__(
        self,
        settings: CommonSettings,
        pool: Pool,
        clock: Clock,
        schema: str,
        sweeps: Mapping[str, Sweep],
    ) -> None:
        self._pool = pool
        self._clock = clock
        replies = Sweep(
            timedelta(days=settings.idempotency_keep_days),
            partial(forget, f"{schema}.idempotency", "created_at"),
        )
        self._sweeps = {"idempotency": replies, **sweeps}
        self.rounds = Rounds(settings, "sweeper", self._round, rest_s=SWEEP_EVERY_S)
        for table in self._sweeps:
            metrics.SWEPT_ROWS.labels(table)

    async def _round(self) -> bool:
        more = False
        for table, sweep in self._sweeps.items():
            try:
                async with transaction(self._pool) as conn:
                    deleted = await sweep.run(conn, await self._clock.now(conn), SWEEP_ROWS_MAX)
            except Exception as error:
                if not is_transient(error):
                    raise
                # The others are swept all the same: one that never gets through stops none.
                log.warning("sweep_failed", table=table, error=repr(error))
                continue
            metrics.SWEPT_ROWS.labels(table).inc(deleted)
            more = more or deleted >= SWEEP_ROWS_MAX
        return more


async def forget(table: str, column: str, conn: Conn, before: datetime | int, rows_max: int) -> int:
    """Deletes rows of `<schema>.<table>` whose `column` is before `before`; how many."""
    statement = FORGET.format(table=table, column=column)
    return deleted_rows(await conn.execute(statement, before, rows_max))


def deleted_rows(tag: str) -> int:
    """`DELETE 12` → 12: the count in the answer to a statement."""
    return int(tag.rpartition(" ")[2])
