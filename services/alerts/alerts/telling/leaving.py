"""What a mailbox that unsubscribed is not told: nothing new that is open and not critical.

What is critical reaches it all the same, what somebody has to hear of (`Snapshot.is_duty`) too, and
the end of what it was told passes through this as through every mute.
"""

from collections.abc import Container, Sequence

from msgspec.structs import replace

from alerts.channels.destinations import Endpoint
from alerts.configuration.receivers import Receiver
from alerts.quiet.mute import Mute, MuteReason
from alerts.rendering.render import Renderer
from alerts.response.links import MailLink
from alerts.telling.plan import Member
from alerts.telling.store import DueGroup
from alerts.unsubscriptions.store import Subscription

LEFT = Mute(MuteReason.UNSUBSCRIBED, ())


def may_leave(channel: Endpoint) -> bool:
    """Whether the file lets its mailbox unsubscribe."""
    return bool(channel.target.get("unsubscribe"))


def has_left(group: DueGroup, channel: Endpoint, left: Container[Subscription]) -> bool:
    """Whether a channel of a group is not told what can be left: as the file is now."""
    mail = Subscription(group.workspace, group.receiver, channel.address)
    return may_leave(channel) and not group.snapshot.is_duty and mail in left


def wanting(group: DueGroup, receiver: Receiver, left: Container[Subscription]) -> Receiver:
    """The receiver with its channels that are told what can be left."""
    channels = (one for one in receiver.channels if not has_left(group, one, left))
    return replace(receiver, channels=tuple(channels))


def leave_of(
    renderer: Renderer, group: DueGroup, channel: Endpoint, *, is_critical: bool = False
) -> str | None:
    """`Message.leave` of what a channel of a group is told."""
    if not may_leave(channel):
        return None
    address = renderer.leave(MailLink(group.workspace, group.receiver, channel.address))
    return "" if address and (is_critical or group.snapshot.is_duty) else address


def without_left(members: Sequence[Member]) -> list[Member]:
    """The members, with what it is not told as muted."""
    return [
        replace(one, mute=LEFT)
        if one.episode.open and one.mute is None and one.episode.severity != "critical"
        else one
        for one in members
    ]


def is_quiet(member: Member) -> bool:
    """Whether nothing reminds of it here."""
    return not member.episode.open or member.mute is not None
