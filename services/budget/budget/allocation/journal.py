"""How much of a campaign's money is whose, and since when: a journal of pairs, and its sums.

Each step of a line or a reserve bucket has one of the same amount that takes it from the plan's
total, so the steps of a document sum to zero and the total is what all places hold together. Steps
are only added: what a place holds at an instant is the sum of its steps up to it.

Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple


class Holder(NamedTuple):
    """Who holds money: the plan's total (what is given out, negative), a line, a bucket, or another
    campaign that it was transferred to (or, negative, from)."""

    kind: Literal["total", "line", "bucket", "campaign"]
    name: str = ""


TOTAL = Holder("total")


class AllocationStep(NamedTuple):
    """So many micros more for a place from an instant on, or less."""

    place: Holder
    effective_from: datetime
    amount: int


def held(steps: Iterable[AllocationStep], at: datetime | None = None) -> dict[Holder, int]:
    """What each place holds at an instant, or when all steps have been taken."""
    sums: dict[Holder, int] = {}
    for step in steps:
        if at is None or step.effective_from <= at:
            sums[step.place] = sums.get(step.place, 0) + step.amount
    return sums


def held_as_of(steps: Sequence[AllocationStep], at: datetime) -> dict[Holder, int]:
    """What is answered for an instant: before anything is in force, what the first to come gives,
    for that is known already. The first in force need not be the first decided."""
    first = min((step.effective_from for step in steps), default=at)
    return held(steps, max(at, first))


def steps_to(
    before: Sequence[AllocationStep], wanted: Mapping[Holder, int], since: datetime
) -> list[AllocationStep]:
    """What a document adds so that from `since` on every place holds what is `wanted` of it, and
    nothing that is not named; what was to change later is taken back when it would have.

    Every place that is named has a step at `since`, if only of 0.
    """
    now = held(before, since)
    later: dict[tuple[Holder, datetime], int] = {}
    for step in before:
        if step.place != TOTAL and step.effective_from > since:
            key = step.place, step.effective_from
            later[key] = later.get(key, 0) + step.amount
    places = [*wanted, *(place for place in now if place not in wanted and place != TOTAL)]
    changes = [
        AllocationStep(place, since, wanted.get(place, 0) - now.get(place, 0)) for place in places
    ]
    changes += [AllocationStep(*key, -amount) for key, amount in sorted(later.items())]
    return [
        step
        for change in changes
        if change.amount or (change.place in wanted and change.effective_from == since)
        for step in _pair(change)
    ]


def _pair(change: AllocationStep) -> list[AllocationStep]:
    if not change.amount:
        return [change]
    return [change, AllocationStep(TOTAL, change.effective_from, -change.amount)]
