"""An escalation as it is kept with an episode: the file may change or lose it while it lasts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from alerts.configuration.oncall.escalations import Escalation
from alerts.configuration.oncall.schedules import Schedule, next_handover, on_call
from alerts.configuration.receivers import Receiver
from alerts.configuration.tree import ALL_LABELS, Configuration, Route
from alerts.escalation.rules import EscalationProgress
from alerts.quiet.mute import RouteTimes
from alerts.routing.grouping import Intervals
from alerts.routing.rules import GroupReference, group_of
from alerts.routing.snapshot import Snapshot

NO_WAIT = timedelta(0)
CALLED = "{escalation="
"""How the key of a group begins that an escalation has made."""
LOOK_AGAIN = timedelta(weeks=1)
"""Of a schedule on which nobody takes over before."""


class Chain(Struct, frozen=True):
    """`receivers` and `schedules` are those whom its steps name; `told` are the receivers of the
    route, and `schedule` is where it found them. Its groups speak in the intervals of the route, at
    once and at any time of the day."""

    escalation: Escalation
    receivers: dict[str, Receiver]
    schedules: dict[str, Schedule]
    told: tuple[str, ...]
    intervals: Intervals
    times: RouteTimes
    schedule: str | None = None

    def group_of(self, receiver: str, labels: dict[str, str], now: datetime) -> GroupReference:
        """That of one alert for one receiver, apart from every route's."""
        at = self.intervals
        key = f'{CALLED}"{self.escalation.name}"}}'
        route = Route(receiver, (ALL_LABELS,), at.wait, at.interval, at.repeat, key=key)
        return group_of(route, labels, now, changes_level=False)


def take(configuration: Configuration, kept: Snapshot) -> Chain | None:
    """The escalation of a group that tells something now; None when the file has none of that
    name any more."""
    escalation = configuration.escalations.get(kept.escalation or "")
    if escalation is None:
        return None
    named = {name for step in escalation.steps for name in step.to}
    if kept.schedule is not None:
        named.add(kept.schedule)
    schedules = {name: one for name, one in configuration.schedules.items() if name in named}
    names = {kept.receiver.name, *named, *(who for one in schedules.values() for who in one.people)}
    receivers = {name: one for name, one in configuration.receivers.items() if name in names}
    receivers.setdefault(kept.receiver.name, kept.receiver)
    told = (kept.receiver.name,)
    intervals = Intervals(NO_WAIT, kept.intervals.interval, kept.intervals.repeat)
    return Chain(escalation, receivers, schedules, told, intervals, kept.times, kept.schedule)


def called_by(
    chain: Chain, names: tuple[str, ...], configuration: Configuration | None, now: datetime
) -> list[Receiver]:
    """Who is called by these names: whoever is on call, as the file is now, else as it was."""
    known = {**chain.receivers, **(configuration.receivers if configuration else {})}
    schedules = _schedules(chain, configuration)
    people = dict.fromkeys(_people(names, known, schedules, now))
    return [known[name] for name in people]


def handovers(
    chain: Chain, progress: EscalationProgress, configuration: Configuration | None, now: datetime
) -> tuple[tuple[str, ...], datetime | None]:
    """Schedules whose people this turn has told or called, and on which somebody else is on call
    since that was seen last; and when to look again."""
    steps = chain.escalation.steps
    called = steps if progress.round else steps[: progress.step]
    names = dict.fromkeys(name for step in called for name in step.to)
    if chain.schedule is not None:
        names[chain.schedule] = None
    known = _schedules(chain, configuration)
    found = {name: known[name] for name in names if name in known}
    seen_at = progress.handed_at or now
    handed = tuple(
        name
        for name, one in found.items()
        if on_call(one, now) not in (None, on_call(one, seen_at))
    )
    until = now + LOOK_AGAIN
    return handed, min(
        (next_handover(one, now, until) or until for one in found.values()), default=None
    )


def _schedules(chain: Chain, configuration: Configuration | None) -> dict[str, Schedule]:
    return {**chain.schedules, **(configuration.schedules if configuration else {})}


def _people(
    names: tuple[str, ...],
    known: dict[str, Receiver],
    schedules: dict[str, Schedule],
    now: datetime,
) -> Iterator[str]:
    for name in names:
        person = on_call(schedules[name], now) if name in schedules else name
        if person is not None and person in known:
            yield person


def chain_of(stored: Any) -> Chain:
    return msgspec.convert(stored, Chain)
