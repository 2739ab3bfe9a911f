"""What the events of spend.v1 do, one poll at a time."""

from collections.abc import Sequence
from datetime import timedelta

from budget import SCHEMA
from budget.imports import outcome as imports
from budget.ledger.delta_entries import COPY_ROWS_MIN, DeltaEntries
from budget.posting import deltas, lateness, progress
from budget.posting.batch import sort_batch
from budget.posting.router import Router
from budget.settings import BudgetSettings
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.kafka import rejections
from shared.kafka.brake import SetAside
from shared.kafka.consumer import Received


class SpendHandler:
    """Posts polls of spend.v1; one per process, because it keeps the router's caches and the
    memory of known ids."""

    def __init__(
        self, settings: BudgetSettings, clock: Clock, copy_rows_min: int = COPY_ROWS_MIN
    ) -> None:
        self._clock = clock
        self._skew = timedelta(seconds=settings.future_skew_s)
        self._router = Router()
        self._entries = DeltaEntries(copy_rows_min)

    async def on_spend(self, conn: Conn, records: Sequence[Received]) -> list[SetAside]:
        """Books a poll in the caller's transaction; bad data goes to rejected.v1, never raises.

        Returns what was set aside. Heartbeats come after the data they cover; the accounts' rows
        are locked last of all.
        """
        batch = sort_batch(records, await self._clock.now(conn) + self._skew)
        routed, misrouted = await self._router.assign(conn, batch.postings)
        # It may have waited for who moves booked money, and is recorded after that.
        now = await self._clock.now(conn)
        complete = await lateness.read(conn, routed, batch.beats)
        keys_of, entries = self._router.keys_of, self._entries
        posted = await deltas.post(conn, routed, now, keys_of, complete, entries=entries)
        refusals = [*batch.refusals, *misrouted, *posted.refusals]
        await imports.count(conn, posted, refusals, self._router.keys_of)
        await progress.advance(conn, batch.beats)
        refused = [SetAside(one.received, one.code, one.detail) for one in refusals]
        await rejections.add(conn, SCHEMA, "budget", refused, now)
        await posted.books.close(conn, now)
        return refused
