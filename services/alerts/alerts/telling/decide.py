"""Should we notify, and why: the decision table of alerting.md 2.3, `now` as an argument.

Rows are tried in order and the first match wins. The sets hold (alert, episode): a new episode of
an alert is a new member, so a resolve and a firing inside one interval are both told.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from alerts.episodes.rules import Key


class DecisionReason(StrEnum):
    """Why a message is sent or not; travels with the message and into the audit."""

    FIRST = "first notification"
    JOINED = "joined later"
    NEW = "new alerts added"
    LEVEL = "level changed"
    RESTATED = "restated"
    ALL_RESOLVED = "all alerts resolved"
    SOME_RESOLVED = "some alerts resolved"
    ESCALATED = "escalated"
    STILL_ACKNOWLEDGED = "still acknowledged"
    SNOOZED = "snooze over"
    ANSWERED = "acknowledged or closed"
    REPEAT = "repeat interval elapsed"
    UNHEARD = "an earlier message has not arrived yet"
    NO_CHANNEL = "no channel"
    OVER = "over before it was told"
    NOT_WANTED = "resolves are not wanted"
    NONE = "none"


class Told(Struct, frozen=True):
    """What a receiver was last told of a member: up to which `seq`, at which severity."""

    seq: int
    severity: str


class Entry(Struct, frozen=True):
    """The notification log of one (group, receiver, channel): F, R and T of the table."""

    at: datetime
    firing: Mapping[Key, Told]
    resolved: Mapping[Key, Told]


class Current(Struct, frozen=True):
    """A member as it is now. `restated_at`: seq of its last correction, withdrawal or change of
    data state (no_data, degraded), 0 when there was none. `answered_at`: since when somebody has
    taken it, so that nobody is reminded; `snoozed_until`: when a snooze of it was over."""

    seq: int
    severity: str
    restated_at: int = 0
    answered_at: datetime | None = None
    snoozed_until: datetime | None = None


class Decision(NamedTuple):
    """`log`: the sets are written; `send`: a message goes out. They differ in row 5 only, for
    receivers that do not want resolves: logged without a message, else a re-firing is lost."""

    reason: DecisionReason
    send: bool
    log: bool


NOTHING = Decision(DecisionReason.NONE, send=False, log=False)


def decide(
    entry: Entry | None,
    firing: Mapping[Key, Current],
    resolved: Mapping[Key, Current],
    *,
    repeat: timedelta,
    send_resolved: bool,
    now: datetime,
    elsewhere: Container[Key] = frozenset(),
    muted: Container[Key] = frozenset(),
) -> Decision:
    """The table of alerting.md 2.3. Resolved members that were never announced do not count:
    nobody is told the end of something they were not told the beginning of. `elsewhere`: members
    that others of the receiver were told before this one came. `muted`: members that are open and
    not told of now, which are in neither set: while one of them was announced, not all is over."""
    if entry is None:
        joins = any(key in elsewhere for key in firing)
        return (
            _send(DecisionReason.JOINED if joins else DecisionReason.FIRST) if firing else NOTHING
        )
    known = {**entry.resolved, **entry.firing}
    ended = {key: value for key, value in resolved.items() if key in known}
    if firing.keys() - entry.firing.keys():
        return _send(DecisionReason.NEW if entry.firing else DecisionReason.FIRST)
    if any(current.severity != entry.firing[key].severity for key, current in firing.items()):
        return _send(DecisionReason.LEVEL)
    if any(current.restated_at > known[key].seq for key, current in {**firing, **ended}.items()):
        return _send(DecisionReason.RESTATED)
    if not firing and not any(key in muted for key in entry.firing):
        if not entry.firing:
            return NOTHING
        return Decision(DecisionReason.ALL_RESOLVED, send=send_resolved, log=True)
    if send_resolved and ended.keys() - entry.resolved.keys():
        return _send(DecisionReason.SOME_RESOLVED)
    return _remind(entry.at, firing.values(), repeat, now)


def _remind(
    told_at: datetime, firing: Iterable[Current], repeat: timedelta, now: datetime
) -> Decision:
    """What is known to all, and open. Who snoozed it wanted to hear of it after that. What somebody
    has taken reminds nobody; that they have is a message of its own only where nothing else would
    remind, so that nobody else begins to work on it."""
    open_ones = list(firing)
    if any(_since(one.snoozed_until, told_at) for one in open_ones):
        return _send(DecisionReason.SNOOZED)
    # Who is told at certain times is told how all stands, whoever has taken it.
    if not repeat or any(one.answered_at is None for one in open_ones):
        return _send(DecisionReason.REPEAT) if told_at < now - repeat else NOTHING
    if any(_since(one.answered_at, told_at) for one in open_ones):
        return _send(DecisionReason.ANSWERED)
    return NOTHING


def _since(at: datetime | None, told_at: datetime) -> bool:
    return at is not None and at > told_at


def _send(reason: DecisionReason) -> Decision:
    return Decision(reason, send=True, log=True)
