"""When an alert of another sender is active, and what a new report of it changes (alerting.md 2.1).

Pure. Reports whose ranges overlap are one episode: the earliest start, and an end that was stated
beats one that follows from silence. Without overlap it is another episode, unless what is open has
its end ahead: then an active report goes on with it.
"""

from datetime import datetime
from typing import NamedTuple


class ActiveRange(NamedTuple):
    """From `starts_at` to `ends_at`; `times_out`: nobody said when it ends."""

    starts_at: datetime
    ends_at: datetime
    times_out: bool


class ActivityChange(NamedTuple):
    """What a report does: `ended` is how the episode known so far was, if it is over now;
    `activity` how the newest one is, if the report says anything of it; `begins`: it is a new
    one."""

    activity: ActiveRange | None
    ended: ActiveRange | None = None
    begins: bool = False


NOTHING = ActivityChange(None)


def change_of(
    known: ActiveRange | None, report: ActiveRange, *, is_open: bool, now: datetime
) -> ActivityChange:
    """What a report changes of the newest episode, which `is_open` or over."""
    active = report.ends_at > now
    if known is None:
        return ActivityChange(report, begins=True) if active else NOTHING
    # Of an alert that is sent with its end alone that end is its start too: no two overlap, and
    # what was to begin may be said to be over.
    goes_on = is_open and known.ends_at > now and (active or known.starts_at > now)
    if not goes_on and not overlap(known, report):
        if not active:
            # Something of another time, which was over before anybody heard of it.
            return NOTHING
        ended = known._replace(ends_at=min(known.ends_at, now)) if is_open else None
        return ActivityChange(report, ended, begins=True)
    merged = merge(known, report, now)
    if merged.ends_at <= now:
        return ActivityChange(merged, merged if is_open else None)
    return ActivityChange(merged, begins=not is_open)


def overlap(one: ActiveRange, other: ActiveRange) -> bool:
    """Whether there is an instant at which both are."""
    return one.starts_at <= other.ends_at and other.starts_at <= one.ends_at


def merge(known: ActiveRange, report: ActiveRange, now: datetime) -> ActiveRange:
    """Two that overlap, the second one said later."""
    last = report
    later = known.ends_at > report.ends_at
    if report.ends_at > now:
        if later and not known.times_out:
            last = known
    elif later and known.ends_at <= now:
        last = known
    starts_at = min(known.starts_at, report.starts_at)
    return ActiveRange(starts_at, last.ends_at, last.times_out)
