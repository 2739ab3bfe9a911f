"""What the events of spend.v1 do, one poll at a time."""

from collections.abc import Sequence
from datetime import timedelta

from budget import lateness, ledger, store_imports, store_progress
from budget.batch import Posting, Refusal, sort_batch
from budget.posted import Posted
from budget.router import Router
from budget.rules.posting import Outcome
from budget.settings import BudgetSettings
from budget.store_imports import Counted
from budget.tables import SCHEMA
from shared import outbox
from shared.brake import SetAside
from shared.clock import Clock
from shared.consumer import Received
from shared.database import Conn
from shared.money import NO_CURRENCY


class SpendHandler:
    """Posts polls of spend.v1; one per process, because it keeps the router's caches."""

    def __init__(self, settings: BudgetSettings, clock: Clock) -> None:
        self._clock = clock
        self._skew = timedelta(seconds=settings.future_skew_s)
        self._router = Router()

    async def on_spend(self, conn: Conn, records: Sequence[Received]) -> list[SetAside]:
        """Books a poll in the caller's transaction; bad data goes to rejected.v1, never raises.

        Returns what was set aside. Heartbeats come after the data they cover; the accounts' rows
        are locked last of all.
        """
        now = await self._clock.now(conn)
        batch = sort_batch(records, now + self._skew)
        routed, misrouted = await self._router.assign(conn, batch.postings)
        complete = await lateness.read(conn, routed, batch.beats)
        posted = await ledger.post(conn, routed, now, self._router.keys_of, complete)
        refusals = [*batch.refusals, *misrouted, *posted.refusals]
        await self._count_imports(conn, posted, refusals)
        await store_progress.advance(conn, batch.beats)
        await outbox.add(conn, SCHEMA, [_rejected(refusal, now) for refusal in refusals])
        await posted.books.close(conn, now)
        return [SetAside(one.received, one.code, one.detail) for one in refusals]

    async def _count_imports(self, conn: Conn, posted: Posted, refusals: Sequence[Refusal]) -> None:
        imported = [item for item in posted.outcomes if item[0].event.importid is not None]
        refused = [r for r in refusals if getattr(r.event, "importid", None) is not None]
        if not imported and not refused:
            return
        keys = await self._router.keys_of(conn, {account for _, _, account in imported})
        records = [
            _counted(posting, outcome, keys[account].kind == "suspense")
            for posting, outcome, account in imported
        ]
        await store_imports.count(conn, records + [_refused(refusal) for refusal in refused])


def _counted(posting: Posting, outcome: Outcome, suspense: bool) -> Counted:
    event, received = posting.event, posting.received
    return Counted(
        event.workspace,
        event.importid or "",
        received.topic,
        received.partition,
        received.offset,
        posting.route.destination.account.currency,
        outcome,
        suspense,
        posting.amount,
    )


def _refused(refusal: Refusal) -> Counted:
    event, received = refusal.event, refusal.received
    assert event is not None
    return Counted(
        event.workspace,
        getattr(event, "importid", None) or "",
        received.topic,
        received.partition,
        received.offset,
        getattr(event.data, "currency", None) or NO_CURRENCY,
        None,
        False,
        0,
    )


def _rejected(refusal: Refusal, now: object) -> outbox.OutboxRow:
    event = refusal.event
    return outbox.rejected_row(
        service="budget",
        code=refusal.code,
        detail=refusal.detail,
        received=refusal.received,
        workspace=event.workspace if event else None,
        source=event.source if event else None,
        event_id=event.id if event else None,
        event=refusal.received.value,
        time=now,
    )
