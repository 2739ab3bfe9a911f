"""Many messages for one destination that takes few in a minute: one message of all. Pure.

Who gets hundreds of alerts at once and hears of them one in four seconds hears of the last one too
late (alerting.md 1 and 2.9).
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import takewhile

from msgspec.structs import replace

from alerts.channels.contract import Channel
from alerts.channels.message import Message

BESIDE_MAX = 50


def can_share(message: Message) -> bool:
    """Whether all of it is still to be told, alert by alert."""
    return not (message.written or message.told or message.part_size)


def together(messages: Sequence[Message]) -> Message:
    """One message that says what all of them say, in their order; the title is the first one's."""
    first, others = messages[0], len(messages) - 1
    return replace(
        first,
        title=f"{first.title} (+{others})" if others else first.title,
        status="firing" if any(one.status == "firing" for one in messages) else "resolved",
        blocks=tuple(block for one in messages for block in one.blocks),
        still_open=tuple(line for one in messages for line in one.still_open),
        owners=tuple(dict.fromkeys(owner for one in messages for owner in one.owners)),
        unlisted=sum(one.unlisted for one in messages),
        left_out=sum(one.left_out for one in messages),
        # The weakest of them: a mail that nobody can leave stays one beside others.
        leave="" if any(one.leave == "" for one in messages) else first.leave,
    )


def fitting(channel: Channel, messages: Sequence[Message]) -> int:
    """How many of them, from the first on, go into one message of this channel: they share the
    zone that is said once at the end, and nothing has to be left out."""
    alike = sum(1 for _ in takewhile(lambda one: one.zone == messages[0].zone, messages))
    too_many = bisect_left(
        range(2, alike + 1), True, key=lambda n: not _fits(channel, messages[:n])
    )
    return 1 + too_many


def _fits(channel: Channel, messages: Sequence[Message]) -> bool:
    limits = channel.limits
    whole = together(messages)
    if limits.alerts_max is not None and len(whole.blocks) > limits.alerts_max:
        return False
    return channel.compose(whole, limits.text_max).whole
