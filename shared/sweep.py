"""Deletes what nobody needs any more: rows older than a horizon, a bounded number at a time.

Each table's delete is the owner's, in its store; the order of work and the bounds are here. Rows
that decide whether an event counts again (ledger entries, facts, ids inside their horizon) are
never swept.
"""

from collections.abc import Awaitable, Callable, Mapping

from shared import metrics
from shared.database import Conn, Pool, transaction
from shared.rounds import Rounds
from shared.settings import CommonSettings

SWEEP_EVERY_S = 300.0
SWEEP_ROWS_MAX = 20_000
"""Of one transaction: some tenths of a second."""

Sweep = Callable[[Conn, int], Awaitable[int]]
"""Deletes at most so many rows in the caller's transaction and returns how many it did."""

FORGET_REPLIES = """
DELETE FROM {schema}.idempotency WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM {schema}.idempotency
  WHERE created_at < now() - make_interval(days => $1)
  ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))
"""


class Sweeper:
    """The background task: every five minutes each sweep, until nothing is left to delete.

    Runs in every replica; two that meet skip each other's rows. The stored replies of
    Idempotency-Keys, which every schema has, are swept here.
    """

    def __init__(
        self, settings: CommonSettings, pool: Pool, schema: str, sweeps: Mapping[str, Sweep]
    ) -> None:
        self._pool = pool
        self._schema = schema
        self._keep_days = settings.idempotency_keep_days
        self._sweeps = {"idempotency": self._forget_replies, **sweeps}
        self._rounds = Rounds(settings, "sweeper", self._round)
        for table in self._sweeps:
            metrics.SWEPT_ROWS.labels(table)

    async def run(self) -> None:
        """Sweeps until `stop`; transient faults wait, anything else is raised."""
        await self._rounds.run()

    async def stop(self) -> None:
        """Asks `run` to end after the transaction in hand."""
        await self._rounds.stop()

    async def _round(self) -> bool:
        more = False
        for table, sweep in self._sweeps.items():
            async with transaction(self._pool) as conn:
                deleted = await sweep(conn, SWEEP_ROWS_MAX)
            metrics.SWEPT_ROWS.labels(table).inc(deleted)
            more = more or deleted >= SWEEP_ROWS_MAX
        if not more:
            await self._rounds.rest(SWEEP_EVERY_S)
        return True

    async def _forget_replies(self, conn: Conn, rows_max: int) -> int:
        done = await conn.execute(
            FORGET_REPLIES.format(schema=self._schema), self._keep_days, rows_max
        )
        return deleted_rows(done)


def deleted_rows(tag: str) -> int:
    """`DELETE 12` → 12: the count in the answer to a statement."""
    return int(tag.rpartition(" ")[2])
