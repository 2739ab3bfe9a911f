"""Who is on call: people who take turns by the clock of their zone, and who stands in. Pure.

A turn begins at the same local time each time, through both changes of the clock. A later rotation
is asked before an earlier one, and an override before all of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from alerts.configuration.intervals import TimeInterval, any_holds, next_change

SHIFTS_MAX = 5000
"""Moments of one answer: twelve weeks of turns of an hour, and times that change as often."""
SHIFT_DAYS_MAX = 448
"""How far back the beginning of a shift is looked for."""


class Rotation(Struct, frozen=True):
    """`handoff`: a local time, without a zone, at which the first person's turn begins. With
    `times` it has somebody within these only."""

    people: tuple[str, ...]
    every: timedelta
    handoff: datetime
    times: tuple[TimeInterval, ...] = ()


class Override(Struct, frozen=True):
    person: str
    starts_at: datetime
    ends_at: datetime


class Schedule(Struct, frozen=True):
    name: str
    location: str
    rotations: tuple[Rotation, ...]
    overrides: tuple[Override, ...] = ()

    @property
    def people(self) -> frozenset[str]:
        """Everybody whom it may name."""
        turns = (name for rotation in self.rotations for name in rotation.people)
        return frozenset([*turns, *(one.person for one in self.overrides)])


class Shift(NamedTuple):
    """Who is on call from one instant to another; None is nobody."""

    person: str | None
    starts_at: datetime
    ends_at: datetime


def on_call(schedule: Schedule, at: datetime) -> str | None:
    """Who is called at an instant; None when nobody is."""
    for override in reversed(schedule.overrides):
        if override.starts_at <= at < override.ends_at:
            return override.person
    zone = ZoneInfo(schedule.location)
    for rotation in reversed(schedule.rotations):
        if not rotation.times or any_holds(rotation.times, at):
            return rotation.people[_turn(rotation, zone, at) % len(rotation.people)]
    return None


def shifts(schedule: Schedule, after: datetime, until: datetime) -> list[Shift]:
    """What is between two instants without a gap; who follows on themselves has one shift."""
    found: list[Shift] = []
    for start, end in pairwise(_moments(schedule, after, until)):
        person = on_call(schedule, start)
        goes_on = bool(found) and found[-1].person == person
        found.append(Shift(person, found.pop().starts_at if goes_on else start, end))
    return found


def next_handover(schedule: Schedule, after: datetime, until: datetime) -> datetime | None:
    """When somebody else is on call than now, before `until`."""
    person = on_call(schedule, after)
    moments = (at for at in _moments(schedule, after, until) if after < at < until)
    return next((at for at in moments if on_call(schedule, at) != person), None)


def shift_begin(schedule: Schedule, at: datetime) -> datetime | None:
    """When who is on call at an instant took over; None where that is longer ago than
    SHIFT_DAYS_MAX days."""
    days = 7
    while days <= SHIFT_DAYS_MAX:
        first = at - timedelta(days=days)
        # With the instant itself, at which somebody may take over.
        start = shifts(schedule, first, at + timedelta(microseconds=1))[-1].starts_at
        if start > first:
            return start
        days *= 4
    return None


def local_instant(text: str, location: str) -> datetime:
    """`2026-01-05T09:00` by the clock of a zone. Raises ValueError."""
    return read_local(text).replace(tzinfo=ZoneInfo(location)).astimezone(UTC)


def read_local(text: str) -> datetime:
    """A local time without a zone. Raises ValueError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or not 1970 <= found.year < 3000:
        raise ValueError(f"{text[:40]!r} is no local time such as 2026-01-05T09:00")
    return found


def _moments(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """Both ends, and every instant between them at which somebody else may be on call."""
    yield after
    at = after
    for _ in range(SHIFTS_MAX):
        at = min([until, *_changes(schedule, at)])
        yield at
        if at == until:
            return


def _changes(schedule: Schedule, at: datetime) -> Iterable[datetime]:
    """The next of each kind."""
    zone = ZoneInfo(schedule.location)
    for rotation in schedule.rotations:
        yield _start(rotation, zone, _turn(rotation, zone, at) + 1)
        if rotation.times and (change := next_change(rotation.times, at)) is not None:
            yield change
    for override in schedule.overrides:
        yield from (end for end in (override.starts_at, override.ends_at) if end > at)


def _turn(rotation: Rotation, zone: ZoneInfo, at: datetime) -> int:
    """The number of the turn that an instant is in, before the first negative."""
    local = at.astimezone(zone).replace(tzinfo=None)
    turn = (local - rotation.handoff) // rotation.every
    # By its local time an instant may seem an hour earlier or later than it is.
    while _start(rotation, zone, turn + 1) <= at:
        turn += 1
    while _start(rotation, zone, turn) > at:
        turn -= 1
    return turn


def _start(rotation: Rotation, zone: ZoneInfo, turn: int) -> datetime:
    """A local time that is skipped is as long after it; of one that is twice, the first."""
    return (rotation.handoff + turn * rotation.every).replace(tzinfo=zone).astimezone(UTC)


def next_after(known: Sequence[Shift]) -> Shift | None:
    """Who follows on who is on call; None when nobody does so soon."""
    return next((one for one in known[1:] if one.person is not None), None)
