"""The route a group was made by, kept with the group, so that what was announced is ended by the
same people even when the configuration no longer knows them (design.md section 1.5)."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from alerts.configuration.receivers import Receiver
from alerts.configuration.tree import Configuration
from alerts.quiet.mute import RouteTimes
from alerts.routing.grouping import Intervals
from alerts.routing.rules import GroupReference

CallReason = Literal["escalated", "still acknowledged"]


class Call(msgspec.Struct, frozen=True):
    """When an escalation called a group, and why: because nobody has its alert, or somebody has had
    it for long. `once`: the receiver hears of it in a group of a route, and here of the call
    alone."""

    at: datetime
    reason: CallReason
    once: bool = False


class Snapshot(msgspec.Struct, frozen=True):
    """`escalation`: who is called of what it tells. `schedule`: by which the receiver was on call.
    `call`: of a group that an escalation made, the newest call; what it does not call it is not
    told."""

    receiver: Receiver
    intervals: Intervals
    times: RouteTimes = RouteTimes()
    escalation: str | None = None
    call: Call | None = None
    schedule: str | None = None
    on_call: bool = False
    """Its route tells whoever is on call, or the owner in their place."""
    report: str | None = None
    """Of a group that has no alerts and speaks at its times: the report that it is."""

    @property
    def stands(self) -> bool:
        """Whether it speaks at its times although nothing happens."""
        digest = self.intervals.digest
        return digest is not None and (self.report is not None or digest.empty == "send")

    @property
    def is_duty(self) -> bool:
        """Whether somebody has to hear of it: nobody unsubscribes from that. What begins an
        escalation is told first, or nobody would be called."""
        return bool(self.on_call or self.schedule or self.escalation or self.call)


def take(configuration: Configuration, group: GroupReference) -> Snapshot:
    route = group.route
    digest = route.digest and route.digest.of(f"{group.receiver} {group.key}")
    return Snapshot(
        receiver=configuration.receivers[group.receiver],
        intervals=Intervals(route.group_wait, route.group_interval, route.repeat_interval, digest),
        times=RouteTimes(route.active_times, route.mute_times),
        escalation=route.escalation,
        schedule=route.schedule.name if route.schedule and not route.owners else None,
        on_call=route.schedule is not None,
    )


def to_json(snapshot: Snapshot) -> Any:
    return msgspec.to_builtins(snapshot)


def from_json(stored: Any) -> Snapshot:
    return msgspec.convert(stored, Snapshot)


def is_same(stored: Any, other: Any) -> bool:
    """Whether two say the same, as they are stored."""
    one, two = (msgspec.json.encode(each, order="sorted") for each in (stored, other))
    return one == two


def current_receiver(configuration: Configuration | None, snapshot: Snapshot) -> Receiver:
    """The receiver as configured now (a corrected address applies at once), else as it was."""
    known = configuration.receivers.get(snapshot.receiver.name) if configuration else None
    return known or snapshot.receiver


def times_of(configuration: Configuration | None, snapshot: Snapshot) -> RouteTimes:
    """Those of the route, and those of who is told."""
    receiver = current_receiver(configuration, snapshot)
    return replace(snapshot.times, mute=(*snapshot.times.mute, *receiver.mute_times))
