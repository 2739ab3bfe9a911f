"""When a group speaks: group_wait before the first message, group_interval between messages,
repeat_interval for what stays open (alerting.md 2.2).

A group is due at one instant or asleep; nothing ticks while nothing can happen.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from alerts.configuration.digest import Digest


class GroupClock(Struct, frozen=True):
    """`flushed_at`: the last flush, None before the first. `active`: alerts are still in it."""

    flushed_at: datetime | None = None
    due_at: datetime | None = None
    active: bool = False


class Intervals(Struct, frozen=True):
    """With a `digest` a group speaks at its times alone, and then of all that is open."""

    wait: timedelta
    interval: timedelta
    repeat: timedelta
    digest: Digest | None = None

    @property
    def reminds_after(self) -> timedelta:
        """How long ago something open was told that is told again."""
        return self.repeat if self.digest is None else timedelta(0)


def due_after_change(
    group: GroupClock,
    intervals: Intervals,
    decided_at: datetime,
    now: datetime,
    *,
    began_at: datetime | None = None,
) -> datetime:
    """When to speak after an alert decided at `decided_at` joined or changed.

    A new group, or an empty one whose interval has passed, waits group_wait from the decision (not
    from receipt: after an outage nobody waits again), not at all if it is known that something in
    it began that long ago, at `began_at`. Otherwise the next of its ticks is kept.
    """
    if intervals.digest is not None:
        due = intervals.digest.next_after(now)
    elif group.flushed_at is None or (
        not group.active and now >= group.flushed_at + intervals.interval
    ):
        due = max(now, decided_at + intervals.wait)
        # A decision dated ahead of this clock must not postpone the message past group_wait.
        due = min(due, now + intervals.wait)
        if began_at is not None and began_at < now - intervals.wait:
            due = now
    else:
        passed = -((group.flushed_at - now) // intervals.interval)
        due = group.flushed_at + max(1, passed) * intervals.interval
    return due if group.due_at is None else min(due, group.due_at)


def due_after_reload(group: GroupClock, intervals: Intervals, now: datetime) -> datetime | None:
    """When to speak by new intervals, of a group that has something open; one that has spoken and
    has no times of its own looks at once anyway."""
    if group.due_at is not None and group.due_at <= now:
        return group.due_at
    if intervals.digest is not None:
        return intervals.digest.next_after(now)
    if group.due_at is None or group.flushed_at is not None:
        return group.due_at
    return min(group.due_at, now + intervals.wait)


def tick_of(due_at: datetime, intervals: Intervals, now: datetime) -> datetime:
    """The tick that a flush at `now` is for: it is a little later, or much later after an outage,
    and neither moves the ticks that follow."""
    if intervals.digest is not None:
        return now
    return due_at + (now - due_at) // intervals.interval * intervals.interval


def due_after_flush(
    told_at: Iterable[datetime], intervals: Intervals, now: datetime, *, firing: bool
) -> datetime | None:
    """When to speak next if nothing changes: the earliest repeat of what is still firing.

    The comparison of the decision table is strict (T < now − repeat), so one microsecond later.
    """
    if not firing:
        return None
    if intervals.digest is not None:
        return intervals.digest.next_after(now)
    repeats = [told + intervals.repeat + timedelta(microseconds=1) for told in told_at]
    return max(now + intervals.interval, min(repeats)) if repeats else None


def due_after_snoozes(until: Iterable[datetime], intervals: Intervals) -> datetime | None:
    """When to remind of what somebody wanted to hear of later."""
    ends = [] if intervals.digest is not None else [one + intervals.wait for one in until]
    return min(ends, default=None)


def due_after_mutes(
    until: Iterable[datetime | None], intervals: Intervals, now: datetime
) -> datetime:
    """When to ask again about what is muted and has something to tell: group_wait after the first
    mute ends, but no later than the next interval, for an end that nobody can foresee."""
    if intervals.digest is not None:
        return intervals.digest.next_after(now)
    tick = now + intervals.interval
    # A later end changes nothing, and may be the end of time.
    return min([tick, *(one + intervals.wait for one in until if one is not None and one < tick)])
