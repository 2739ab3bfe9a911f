"""Seals totals messages: what is pending of a line becomes its next `seq`, once and for all.

Runs in the relay's tick, under its advisory lock, so there is one sealer. It reads how far sources
are complete first, then takes the changes, then the accounts: a heartbeat is never told before the
data it covers, and the anchor never lies before money that is told (design.md sections 3 and 4).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import UNSET

from budget import SCHEMA
from budget.allocation import store as allocation
from budget.allocation.phasing import EPOCH
from budget.figures import line_states, sealed
from budget.figures.pacing import PacingFigures, SourceState, complete_through, figures
from budget.figures.sealed import Mark
from budget.posting import progress
from budget.posting.lateness import IN_TIME
from budget.settings import BudgetSettings
from shared.database.clock import Clock
from shared.database.pool import Conn
from shared.database.progress import count_given_up
from shared.events import TOTALS_TOPIC, Amount, BudgetTotals, PlanBefore, TotalsChange
from shared.kafka import outbox
from shared.kafka.outbox import OutboxRow
from shared.money import format_micros

CHANGES_MAX = 1000
"""Changes in one message; more go into the next `seq`."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with what is to be told of it."""

    row: dict[str, Any]
    sources: Sequence[SourceState]
    changes: list[dict[str, Any]]


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

    async def seal(self, conn: Conn) -> None:
        """Seals lines with pending changes and lines whose pacing tick is due, up to the limit."""
        now = await self._clock.now(conn)
        await progress.give_up(conn, now)
        picked = await sealed.pending_lines(conn, self._lines_max)
        ticked = await self._ticked(conn, now)
        account_ids = sorted({*picked, *ticked})
        if not account_ids:
            return
        sources = await line_states.sources(conn, account_ids, max(1, self._partitions()))
        changes: dict[int, list[dict[str, Any]]] = {}
        for change in await sealed.take_changes(conn, account_ids):
            changes.setdefault(change["account_id"], []).append(change)
        await sealed.fold_days(conn, _days(changes))
        rows = await line_states.lock_lines(conn, account_ids)
        forced = set(ticked)
        messages: list[OutboxRow] = []
        marks: list[Mark] = []
        for row in rows:
            one = row["account_id"]
            line = _Line(row, sources.get(one, []), changes.get(one, []))
            if one in forced or _is_news(line):
                marks.append(_seal_line(line, now, messages))
        await outbox.add(conn, SCHEMA, messages)
        await sealed.mark(conn, marks, now)
        if self._tick(now) != self._told_tick:
            # A manual clock was set back: what is told now is due again at the tick remembered.
            self._told_tick = None

    async def count_due(self, conn: Conn) -> int:
        """What is left to do at this time, for GET /internal/idle."""
        now = await self._clock.now(conn)
        due = await sealed.count_due(conn, self._tick(now))
        return due + await count_given_up(conn, SCHEMA, now)

    async def _ticked(self, conn: Conn, now: datetime) -> list[int]:
        """Lines due at this tick. Once all have been told, the tick is not looked at again."""
        tick = self._tick(now)
        if tick == self._told_tick:
            return []
        due = await sealed.due_lines(conn, tick, self._lines_max)
        if not due:
            self._told_tick = tick
        return due

    def _tick(self, now: datetime) -> datetime:
        return datetime.fromtimestamp(int(now.timestamp()) // self._tick_s * self._tick_s, UTC)


def _days(changes: dict[int, list[dict[str, Any]]]) -> dict[tuple[int, Any], int]:
    days: dict[tuple[int, Any], int] = {}
    for account_id, rows in changes.items():
        for row in rows:
            if row["day"] is not None:
                key = (account_id, row["day"])
                days[key] = days.get(key, 0) + int(row["amount"])
    return days


def _is_news(line: _Line) -> bool:
    """A heartbeat that did not bring the line further is none; a line never told always is news.

    So is whatever touches a line over something set aside: it may be settled further now, or waited
    for no more, with as much set aside as before.
    """
    if line.row["sealed_at"] is None:
        return True
    if any(change["day"] is not None for change in line.changes):
        return True
    told: datetime | None = line.row["sealed_through"]
    aside = sum(source.set_aside for source in line.sources)
    changed = complete_through(line.sources) != told or aside != line.row["sealed_set_aside"]
    return changed or aside > 0


def _seal_line(line: _Line, now: datetime, messages: list[OutboxRow]) -> Mark:
    """Appends the line's messages; what has been told after them."""
    row = line.row
    seq = row["seq"]
    actual, corrections = int(row["sealed_actual"]), int(row["sealed_corrections"])
    parts = list(_parts(line.changes))
    for number, part in enumerate(parts, 1):
        seq += 1
        actual += sum(int(change["amount"]) for change in part)
        corrections += sum(int(change["amount"]) for change in part if change["correction"])
        state = line_states.line_state(
            row,
            line.sources,
            actual=actual,
            corrections=corrections,
            latest_at=row["latest_at"],
        )
        told = figures(state, now)
        if number < len(parts):
            # Only the last part may say how complete the line is: the others lack money it covers.
            told = replace(told, complete_through=None, settled_through=None)
        messages.append(_message(row, seq, told, part, now))
    aside = sum(source.set_aside for source in line.sources)
    through = complete_through(line.sources)
    return Mark(row["account_id"], seq, actual, corrections, through, aside)


def _parts(changes: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Changes of money, at most CHANGES_MAX a message; without any, one message of the state."""
    told = [change for change in changes if change["amount"]]
    for begin in range(0, max(len(told), 1), CHANGES_MAX):
        yield told[begin : begin + CHANGES_MAX]


def _message(
    row: dict[str, Any], seq: int, told: PacingFigures, changes: list[dict[str, Any]], now: datetime
) -> OutboxRow:
    totals = BudgetTotals(
        campaign=row["campaign"],
        line=row["line"],
        seq=seq,
        plan_version=row["plan_version"],
        currency=row["currency"],
        allocated=format_micros(told.allocated),
        actual=format_micros(told.actual),
        corrections=format_micros(told.corrections),
        committed="0.00",
        remaining=format_micros(told.remaining),
        planned_to_date=format_micros(told.planned_to_date),
        used_ratio=told.used_ratio,
        pacing_ratio=told.pacing_ratio,
        forecast_end=None if told.forecast_end is None else format_micros(told.forecast_end),
        complete_through=told.complete_through,
        freshness=told.freshness,
        names={"campaign": row["campaign_name"], "line": row["name"]},
        changes=[_change(change, row["currency"]) for change in changes],
        as_of=now,
        anchor=told.anchor,
        time_zone=row["time_zone"],
        owner=row["owner"] or row["campaign_owner"],
        channel=row["channel"],
        plan_before=_plan_before(row, told),
        set_aside=told.set_aside,
        settled_through=told.settled_through,
    )
    place = f"{row['workspace']}/{row['campaign']}/{row['line']}"
    value = outbox.envelope(
        TOTALS_TOPIC,
        totals,
        event_id=f"{place}/{seq}",
        service="budget",
        workspace=row["workspace"],
        time=now,
    )
    return OutboxRow(TOTALS_TOPIC, f"{row['workspace']}|{row['campaign']}", value)


def _plan_before(row: dict[str, Any], told: PacingFigures) -> PlanBefore | None:
    """What the superseded plan would say, if it would say something else."""
    if row["curve_before"] is None:
        return None
    planned = allocation.read_curve(row["curve_before"]).planned(told.anchor)
    if (planned, row["allocated_before"]) == (told.planned_to_date, told.allocated):
        return None
    return PlanBefore(
        allocated=format_micros(row["allocated_before"]), planned_to_date=format_micros(planned)
    )


def _change(change: dict[str, Any], currency: str) -> TotalsChange:
    """`native` is what was spent in its own currency; a line holds only its campaign's."""
    amount, known_ms = format_micros(int(change["amount"])), change["known_ms"]
    return TotalsChange(
        period_start=change["period_start"],
        period_end=change["period_end"],
        amount=amount,
        native=Amount(amount=amount, currency=currency),
        correction=change["correction"],
        known_through=UNSET if known_ms is None else _known_through(known_ms),
    )


def _known_through(known_ms: int) -> datetime | None:
    return None if known_ms == IN_TIME else EPOCH + timedelta(milliseconds=known_ms)
