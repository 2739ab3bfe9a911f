"""Which of a group's channels the file calls otherwise now, or leads elsewhere. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from alerts.channels.destinations import NOBODY, Endpoint
from alerts.configuration.receivers import Receiver


class LogRow(NamedTuple):
    """What a channel of a group was told last."""

    channel: Endpoint
    told_at: datetime
    thread_root: str
    thread_last: str


class MovedChannel(NamedTuple):
    """A channel of a group by the name that its log has, and as it is now."""

    group_id: int
    name: str
    channel: Endpoint


def moved_channels(
    group_id: int, known: Mapping[str, LogRow], receiver: Receiver | None
) -> list[MovedChannel]:
    """Of one group, whose receiver is so now."""
    found = moves(known, receiver.channels if receiver else ())
    return [MovedChannel(group_id, name, one) for name, one in found.items()]


def moves(known: Mapping[str, LogRow], channels: Sequence[Endpoint]) -> dict[str, Endpoint]:
    """By the name in the log, the channels that are not as they were when they were told something.

    Who is reached is who they were, by whatever name: logs of one address become one. A name that
    leads to an address without a log is a corrected one, unless who it led to has another name now.
    Whose name is somebody else's now is known by their address.
    """
    logs: dict[str, list[str]] = {}
    """The names of each address, the one told last first."""
    for name, row in sorted(known.items(), key=lambda one: one[1].told_at, reverse=True):
        if name != NOBODY.name:
            logs.setdefault(row.channel.address or name, []).append(name)
    places = {one.address: one for one in channels}
    corrected = {one.name: one for one in channels if one.address not in logs}
    taken = {one.name for one in channels}
    found: dict[str, Endpoint] = {}
    for address, names in logs.items():
        former = known[names[0]].channel
        if former.name in taken:
            former = replace(former, name=address)
        again = (corrected[name] for name in (*names, address) if name in corrected)
        now = places.get(address) or next(again, former)
        merged = len(names) > 1
        found |= {name: now for name in names if merged or known[name].channel != now}
    return found
