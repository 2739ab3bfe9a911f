"""Owners of what is told, mentioned beside those whom an entry mentions anyway."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from alerts.channels.contract import Channel

OWNERS_MAX = 5
"""Of one message: what a provider leaves room for."""

Handles = Mapping[str, Mapping[str, str]]
"""By person and kind of channel, what its provider calls them."""


def with_mentions(channel: Channel, target: Mapping[str, Any], people: Mapping[str, str]) -> Any:
    """The target with these people, by name what the provider calls them, mentioned as well.

    Raises ValueError for what the provider would not know, or for more than it takes.
    """
    key = channel.mentions
    if key is None or not people:
        return target
    entry = msgspec.convert(target, channel.configuration)
    known = getattr(entry, key)
    if isinstance(known, dict):
        changed: Any = {**people, **known}
    else:
        changed = list(dict.fromkeys((*known, *people.values())))
    made = {**target, key: changed}
    msgspec.convert(made, channel.configuration)
    return made


def handles_of(owners: Sequence[str], kind: str, handles: Handles) -> dict[str, str]:
    """Of these persons those whom the provider has a name for."""
    known = {owner: handles.get(owner, {}).get(kind) for owner in owners[:OWNERS_MAX]}
    return {owner: handle for owner, handle in known.items() if handle}
