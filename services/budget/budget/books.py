"""What one poll, or one release of held money, adds to the ledger: gathered first, written once.

The order of the statements is the lock order of the service: facts (before this), entries, held
items, changes, accounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from budget import store_held, store_postings
from budget.store_held import HeldRow
from budget.store_postings import Change, EntryRow, Reused, Sum
from shared.database import Conn


class Tally:
    """A running sum of micros with the number of entries and the newest `at` in it."""

    __slots__ = ("amount", "count", "latest_at")

    def __init__(self, amount: int, count: int, latest_at: datetime) -> None:
        self.amount = amount
        self.count = count
        self.latest_at = latest_at

    def add(self, amount: int, count: int, latest_at: datetime) -> None:
        """Adds another sum."""
        self.amount += amount
        self.count += count
        self.latest_at = max(self.latest_at, latest_at)


@dataclass(slots=True)
class Books:
    """Rows by statement. `tallies` per account and period; `lines` are the accounts to tell of."""

    entries: list[EntryRow] = field(default_factory=list)
    held: list[HeldRow] = field(default_factory=list)
    adjusted: list[tuple[int, str, int, int]] = field(default_factory=list)
    tallies: dict[Change, Tally] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)

    def tally(self, change: Change, amount: int, count: int, latest_at: datetime) -> None:
        """Adds to one period of one account."""
        known = self.tallies.get(change)
        if known is None:
            self.tallies[change] = Tally(amount, count, latest_at)
        else:
            known.add(amount, count, latest_at)

    async def enter(self, conn: Conn, now: datetime) -> tuple[set[int] | None, list[Reused]]:
        """Writes the entries; see `store_postings.add_entries`."""
        self.entries.sort()
        return await store_postings.add_entries(conn, self.entries, now)

    async def close(self, conn: Conn, now: datetime) -> None:
        """Writes all the rest; the accounts come last."""
        await store_held.add(conn, self.held, now)
        await store_held.adjust(conn, self.adjusted)
        changes = [
            (change, tally.amount)
            for change, tally in self.tallies.items()
            if change.account_id in self.lines
        ]
        await store_postings.add_changes(conn, changes)
        await store_postings.post_accounts(conn, self._sums())

    def _sums(self) -> Sequence[Sum]:
        sums: dict[int, Tally] = {}
        corrections: dict[int, int] = {}
        for change, tally in self.tallies.items():
            known = sums.get(change.account_id)
            if known is None:
                sums[change.account_id] = Tally(tally.amount, tally.count, tally.latest_at)
            else:
                known.add(tally.amount, tally.count, tally.latest_at)
            if change.correction:
                one = change.account_id
                corrections[one] = corrections.get(one, 0) + tally.amount
        return [
            Sum(
                one, sums[one].amount, corrections.get(one, 0), sums[one].count, sums[one].latest_at
            )
            for one in sorted(sums)
        ]
