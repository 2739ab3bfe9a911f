"""budget.totals.v1 of one line: contiguous seq, spend per period, figures to judge. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from kpi_monitor.records.record import known_at
from kpi_monitor.windows import to_ms
from shared.events import (
    ENCODER,
    TOTALS_DECODER,
    BudgetTotals,
    Envelope,
    TotalsChange,
)
from shared.money import parse_sum

FIGURES = ("allocated", "actual", "committed", "remaining", "planned_to_date", "corrections")

_DECODER = msgspec.json.Decoder(BudgetTotals)


class LineKey(NamedTuple):
    workspace: str
    campaign: str
    line: str


@dataclass(frozen=True, slots=True)
class LineState:
    """What is stored of a line. `gap`: a seq that came although an earlier one is missing."""

    seq: int = 0
    totals: bytes | None = None
    complete: int | None = None
    gap: int | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """Micros spent in a period, with the mark of when it was told (see `records.known_at`)."""

    start: int
    end: int
    known: int
    amount: int


def fold(state: LineState, messages: Iterable[BudgetTotals]) -> tuple[LineState, list[Spent]]:
    """Applies messages in order: only seq + 1 counts, lower ones are repeats, higher ones a gap.

    A gap stops the line: nothing after it is applied until the missing message comes. The messages
    have passed `check`.
    """
    spent: list[Spent] = []
    for message in messages:
        if message.seq <= state.seq:
            continue
        if message.seq > state.seq + 1:
            state = replace(state, gap=max(message.seq, state.gap or 0))
            continue
        before = state.complete or 0
        for change in message.changes:
            start, end = to_ms(change.period_start), to_ms(change.period_end)
            amount = parse_sum(change.amount)
            spent.append(Spent(start, end, known_at(end, _told_at(change, before)), amount))
        complete = None if message.complete_through is None else to_ms(message.complete_through)
        bare = msgspec.structs.replace(message, changes=[])
        state = LineState(
            seq=message.seq,
            totals=ENCODER.encode(bare),
            complete=_later(state.complete, complete),
            gap=state.gap if state.gap is not None and state.gap > message.seq else None,
        )
    return state, spent


def _told_at(change: TotalsChange, before: int) -> int:
    """How complete its source was when a change was told, 0 for in time; epoch ms.

    Money that was moved says nothing of it, and was not in what the line was judged on up to the
    completeness of the message `before`.
    """
    told = change.known_through
    if told is UNSET:
        return before
    return 0 if told is None else to_ms(told)


def check(message: BudgetTotals) -> None:
    """Raises MoneyError when any amount of a message is no decimal string."""
    figures(message)
    for change in message.changes:
        parse_sum(change.amount)


def read(stored: bytes) -> BudgetTotals:
    return _DECODER.decode(stored)


def figures(totals: BudgetTotals) -> dict[str, int]:
    """Micros by figure. Raises MoneyError."""
    return {name: parse_sum(getattr(totals, name)) for name in FIGURES}


def sum_figures(lines: Iterable[BudgetTotals]) -> dict[str, int]:
    """Figures of several lines added up; micros by name."""
    sums: dict[str, int] = {}
    for line in lines:
        for name, amount in figures(line).items():
            sums[name] = sums.get(name, 0) + amount
    return sums


def is_complete(totals: BudgetTotals) -> bool:
    """Whether the figures' anchor is what the sources have reported through."""
    return totals.complete_through is not None and totals.complete_through == totals.anchor


def _later(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def checked_totals(value: bytes) -> Envelope[BudgetTotals]:
    """A totals message. Raises what `decode` refuses."""
    event = TOTALS_DECODER.decode(value)
    check(event.data)
    return event
