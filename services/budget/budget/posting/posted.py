"""What became of a poll: what is to be written of it, what is refused, what imports count."""

from dataclasses import dataclass, field
from datetime import datetime

from budget.ledger.books import Books
from budget.ledger.held_items import HeldRow
from budget.ledger.revisions import RowOutcome
from budget.posting.records import SpendRefusal
from budget.posting.route import Posting


@dataclass(slots=True)
class Posted:
    """What became of a poll: refusals, and (posting, outcome, account) of imported events."""

    books: Books
    refusals: list[SpendRefusal] = field(default_factory=list)
    outcomes: list[tuple[Posting, RowOutcome, int]] = field(default_factory=list)


def held_row(posting: Posting, key: str, amount: int, entry: int, at: datetime) -> HeldRow:
    """An item on the account that the posting's route leads to."""
    event, route = posting.event, posting.route
    destination = route.destination
    return HeldRow(
        workspace=event.workspace,
        account_id=posting.ids[1],
        stream_id=posting.ids[0],
        key=key,
        is_fact=route.is_fact,
        reason=str(destination.reason),
        amount=amount,
        entry=entry,
        source=event.source,
        event_id=event.id,
        currency=event.data.currency,
        campaign=destination.campaign,
        line=destination.line,
        entity=route.entity,
        period=route.stated_period,
        period_start=route.period.start,
        period_end=route.period.end,
        at=at,
    )
