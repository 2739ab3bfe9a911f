"""A message that its receiver finds too large goes in parts, which together tell all of it. Pure.

It stays one delivery in its place: each part that arrived leaves it, and it is delivered with the
last one. Only a part of one alert is ever shortened.
"""

from msgspec.structs import replace

from alerts.channels.message import Message, brief

SHORT, BRIEF = 1, 2
"""Levels of `Claimed.shrunk`: cut to `SHORT_TEXT_MAX`, then its title alone as plain words."""


def part(message: Message, shrunk: int) -> Message:
    """What the next attempt tells of what is left. The last part says what else is still open."""
    size = _size(message, shrunk)
    if message.blocks and (shrunk or message.part_size or message.told):
        # What is written in a workspace's own words cannot be divided.
        message = replace(message, written="")
    if size < len(message.blocks):
        message = replace(
            message, blocks=message.blocks[:size], unlisted=0, still_open=(), left_out=0
        )
    if message.told:
        message = replace(message, continued=True)
    return brief(message) if shrunk >= BRIEF else message


def halved(message: Message, shrunk: int) -> Message | None:
    """In parts of half the size; None where they have one alert already."""
    size = _size(message, shrunk)
    return replace(message, part_size=(size + 1) // 2) if size > 1 else None


def rest(message: Message, shrunk: int, told: str) -> Message | None:
    """What is left when a part has arrived as the text `told`; None when nothing is."""
    size = _size(message, shrunk)
    left = message.blocks[size:]
    return replace(message, blocks=left, told=(*message.told, told)) if left else None


def _size(message: Message, shrunk: int) -> int:
    """A form that leaves something out is that of one alert."""
    size = 1 if shrunk else message.part_size or len(message.blocks)
    return min(size, len(message.blocks))
