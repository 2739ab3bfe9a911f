"""Books facts that people state, in their transaction, as a poll books those of sources.

The caller holds the lock of the workspace, so nobody moves booked money meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime

from budget.ledger import moves
from budget.ledger.delta_entries import COPY_ROWS_MIN, DeltaEntries
from budget.posting import deltas
from budget.posting.records import SpendRecord, SpendRefusal
from budget.posting.route import Posting
from budget.posting.router import Router
from shared.database.pool import Conn
from shared.kafka.consumer import Received
from shared.money import parse_micros

BY_HAND = Received("", 0, 0, None, b"")
"""What did not come from Kafka."""


async def book(
    conn: Conn, workspace: str, campaign: str, records: Sequence[SpendRecord], now: datetime
) -> tuple[list[Posting], list[SpendRefusal]]:
    """Enters facts; where each of them went, and what was refused, which the caller rolls back.

    Afterwards all lines of the campaign are locked, in order of their ids with what else was booked
    on, so that the caller may change any of them and meets no poll in a deadlock.
    """
    router = Router()
    made = [
        Posting(index, BY_HAND, record, parse_micros(record.data.amount))
        for index, record in enumerate(records)
    ]
    routed, misrouted = await router.assign(conn, made)
    entries = DeltaEntries(COPY_ROWS_MIN)
    posted = await deltas.post(conn, routed, now, router.keys_of, {}, entries=entries)
    ids = {change.account_id for change in posted.books.tallies}
    await moves.lock_accounts(conn, workspace, ids, [campaign])
    await posted.books.close(conn, now)
    return routed, [*misrouted, *posted.refusals]
