"""What one poll, or one release of held money, adds to the ledger: gathered first, written once.

The order of the statements is the lock order of polls: facts and deltas (before this), entries,
held items, changes, accounts.
"""

from dataclasses import dataclass, field
from datetime import datetime

from budget.ledger import held_items, store
from budget.ledger.held_items import Adjusted, HeldRow
from budget.ledger.store import EntryRow, PeriodChange
from shared.database.pool import Conn


class AccountTally:
    """A running sum of micros on an account, with the entries in it and their newest `at`."""

    __slots__ = ("account_id", "amount", "count", "latest_at")

    def __init__(self, account_id: int, amount: int, latest_at: datetime) -> None:
        self.account_id = account_id
        self.amount = amount
        self.count = 1
        self.latest_at = latest_at

    def add(self, amount: int, latest_at: datetime, count: int = 1) -> None:
        """Adds an entry, or a sum of `count`."""
        self.amount += amount
        self.count += count
        self.latest_at = max(self.latest_at, latest_at)


@dataclass(slots=True)
class Books:
    """Rows by statement, after those of deltas; `released`: facts that are not held as they were;
    `tallies` per account and period."""

    entries: list[EntryRow] = field(default_factory=list)
    released: list[tuple[int, str]] = field(default_factory=list)
    held: list[HeldRow] = field(default_factory=list)
    adjusted: list[Adjusted] = field(default_factory=list)
    tallies: dict[PeriodChange, AccountTally] = field(default_factory=dict)

    def tally(self, change: PeriodChange, tally: AccountTally) -> None:
        known = self.tallies.setdefault(change, tally)
        if known is not tally:
            known.add(tally.amount, tally.latest_at, tally.count)

    async def enter(self, conn: Conn, now: datetime) -> None:
        """Writes the entries of facts and moves."""
        self.entries.sort()
        await store.add_entries(conn, self.entries, now)

    async def close(self, conn: Conn, now: datetime) -> None:
        """Writes all the rest; the accounts come last."""
        await held_items.delete(conn, self.released)
        await held_items.add(conn, self.held, now)
        await held_items.put_adjusted(conn, self.adjusted)
        await store.post_accounts(conn, self.tallies)
