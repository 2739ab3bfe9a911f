"""The route a group was made by, kept with the group, so that what was announced is ended by the
same people even when the configuration no longer knows them (design.md section 1.5)."""

from typing import Any

import msgspec

from alerts.configuration.receivers import Receiver
from alerts.configuration.tree import Configuration
from alerts.quiet.mute import RouteTimes
from alerts.routing.grouping import Intervals
from alerts.routing.rules import GroupReference


class Snapshot(msgspec.Struct, frozen=True):
    receiver: Receiver
    intervals: Intervals
    times: RouteTimes = RouteTimes()


def take(configuration: Configuration, group: GroupReference) -> Snapshot:
    route = group.route
    digest = route.digest and route.digest.of(group.key)
    return Snapshot(
        receiver=configuration.receivers[group.receiver],
        intervals=Intervals(route.group_wait, route.group_interval, route.repeat_interval, digest),
        times=RouteTimes(route.active_times, route.mute_times),
    )


def to_json(snapshot: Snapshot) -> Any:
    return msgspec.to_builtins(snapshot)


def from_json(stored: Any) -> Snapshot:
    return msgspec.convert(stored, Snapshot)


def current_receiver(configuration: Configuration | None, snapshot: Snapshot) -> Receiver:
    """The receiver as configured now (a corrected address applies at once), else as it was."""
    known = configuration.receivers.get(snapshot.receiver.name) if configuration else None
    return known or snapshot.receiver
