"""Which of a group's channels the file calls otherwise now, or leads elsewhere."""

from collections.abc import Mapping, Sequence

from alerts.channels.destinations import Endpoint
from alerts.telling.store import LogRow


def moves(known: Mapping[str, LogRow], channels: Sequence[Endpoint]) -> dict[str, Endpoint]:
    """By the name in the log, the channels that are not as they were when they were told something.

    Who is reached by another name is who they were. A name that leads somewhere else is a corrected
    one, unless who it led to has another name now.
    """
    names = {
        row.channel.address or name: name
        for name, row in sorted(known.items(), key=lambda one: one[1].told_at)
    }
    corrected = {one.name: one for one in channels if one.name in known}
    renamed = {
        names[one.address]: one
        for one in channels
        if one.name not in known and one.address in names
    }
    found = corrected | renamed
    return {name: one for name, one in found.items() if known[name].channel != one}
