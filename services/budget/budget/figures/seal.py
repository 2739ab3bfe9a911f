"""Seals totals messages: what is pending of a line becomes its next `seq`, once and for all.

Runs in the relay's tick, under its advisory lock, so there is one sealer. It reads how far sources
are complete first, then takes the changes, then the accounts: a heartbeat is never told before the
data it covers, and the anchor never lies before money that is told (design.md sections 3 and 4).
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

from budget import SCHEMA
from budget.figures import store_lines, store_sealed
from budget.figures.lines import AccountedLine, PendingChange, SealedLine
from budget.figures.messages import TouchedLine, is_news, seal_line
from budget.posting import progress
from budget.settings import BudgetSettings
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.database.progress import count_given_up
from shared.events import TOTALS_TOPIC, BudgetTotals
from shared.kafka import outbox
from shared.kafka.outbox import OutboxRow


class Sealer:
    """`before` of the relay. `partitions` says how many partitions Kafka names for spend.v1."""

    def __init__(
        self, settings: BudgetSettings, clock: Clock, partitions: Callable[[], int]
    ) -> None:
        self._clock = clock
        self._tick_s = settings.pacing_tick_s
        self._lines_max = settings.seal_lines_max
        self._partitions = partitions
        self._told_tick: datetime | None = None

    async def seal(self, conn: Conn) -> bool:
        """Seals lines with pending changes and lines whose pacing tick is due, up to the limit.

        True when it reached the limit, so that more may wait.
        """
        now = await self._clock.now(conn)
        await progress.give_up(conn, now)
        picked = await store_sealed.find_pending(conn, self._lines_max)
        ticked = await self._ticked(conn, now)
        account_ids = sorted({*picked, *ticked})
        if not account_ids:
            return False
        sources = await store_lines.find_sources(conn, account_ids, max(1, self._partitions()))
        taken = await store_sealed.take_changes(conn, account_ids)
        await store_sealed.add_days(conn, taken)
        changes: dict[int, list[PendingChange]] = defaultdict(list)
        for change in taken:
            changes[change.account_id].append(change)
        rows = await store_lines.lock_lines(conn, account_ids)
        forced = set(ticked)
        messages: list[OutboxRow] = []
        sealed: list[SealedLine] = []
        for row in rows:
            one = row.account_id
            line = TouchedLine(row, sources.get(one, []), changes[one])
            if one in forced or is_news(line):
                told, after = seal_line(line, now)
                messages += [_message(row, totals, now) for totals in told]
                sealed.append(after)
        await outbox.add(conn, SCHEMA, messages)
        await store_sealed.put_sealed(conn, sealed, now)
        if self._tick(now) != self._told_tick:
            # A manual clock was set back: what is told now is due again at the tick remembered.
            self._told_tick = None
        return self._lines_max in {len(picked), len(ticked)}

    async def count_due(self, conn: Conn) -> int:
        """What is left to do at this time, for GET /internal/idle."""
        now = await self._clock.now(conn)
        due = await store_sealed.count_due(conn, self._tick(now))
        return due + await count_given_up(conn, SCHEMA, now)

    async def _ticked(self, conn: Conn, now: datetime) -> list[int]:
        """Lines due at this tick. Once all have been told, the tick is not looked at again."""
        tick = self._tick(now)
        if tick == self._told_tick:
            return []
        due = await store_sealed.find_due(conn, tick, self._lines_max)
        if not due:
            self._told_tick = tick
        return due

    def _tick(self, now: datetime) -> datetime:
        return datetime.fromtimestamp(int(now.timestamp()) // self._tick_s * self._tick_s, UTC)


def _message(row: AccountedLine, totals: BudgetTotals, now: datetime) -> OutboxRow:
    value = outbox.envelope(
        TOTALS_TOPIC,
        totals,
        event_id=f"{row.workspace}/{row.campaign}/{row.line}/{totals.seq}",
        service="budget",
        workspace=row.workspace,
        time=now,
    )
    return OutboxRow(TOTALS_TOPIC, f"{row.workspace}|{row.campaign}", value)
