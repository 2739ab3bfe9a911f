"""Where a message goes: a robot, a mailbox, or nobody."""

from typing import Literal

from msgspec import Struct


class DingTalkTarget(Struct, frozen=True, tag="dingtalk", tag_field="kind"):
    """A DingTalk robot; address and signing secret are read from the environment when sending."""

    url_env: str
    secret_env: str | None = None
    at_mobiles: tuple[str, ...] = ()


class EmailTarget(Struct, frozen=True, tag="email", tag_field="kind"):
    """One mailbox; an empty `sender` means the service's own address."""

    to: str
    sender: str = ""


class NoTarget(Struct, frozen=True, tag="none", tag_field="kind"):
    """Nobody: the place of an address in what is only on record."""


Target = DingTalkTarget | EmailTarget


class Channel(Struct, frozen=True):
    """One way to one destination: a robot, or one mailbox. `id` names the destination itself,
    never its place in the file or its neighbours in a list, so whoever else is added, removed or
    reordered, this one neither hears anything twice nor misses it."""

    id: str
    kind: Literal["dingtalk", "email", "none"]
    target: Target | NoTarget


NO_CHANNEL = Channel("none", "none", NoTarget())
"""Stands in for a receiver without channels: what nobody is told is on record all the same."""


def mailbox_id(address: str) -> str:
    """The id of a mailbox's channel: however its letters are written, it is one mailbox."""
    return f"email:{address.lower()}"
