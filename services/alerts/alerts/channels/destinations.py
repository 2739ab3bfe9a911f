"""Where a message goes: one destination of one channel, by the name that the file gives it."""

import hmac
from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Endpoint(Struct, frozen=True, rename={"name": "id"}):
    """One way to one place: a robot, a mailbox, an address.

    `name` is what the notification log and every delivery know it by: the file's own `name`, else
    `address`, which is derived from the place itself (`<kind>:<place>`) and so never from its
    position in the file or its neighbours. Whoever else is added, removed or reordered, this one
    neither hears anything twice nor misses it, and a corrected entry of the same name is the same
    channel. `target` is the channel's own Struct, as plain values.
    """

    name: str
    kind: str
    target: dict[str, Any]
    address: str = ""

    def budget(self, workspace: str, environment: Mapping[str, str]) -> str:
        """Whose budget a send here counts against. Two variables with one web address lead to one
        robot, which blocks who sends more than it takes. What names it is stored, and the address
        is a secret: the digest tells neither it nor that another workspace has it as well."""
        url = environment.get(self.target.get("url_env", ""))
        if not url:
            return self.address
        return f"{self.kind}:{hmac.digest(workspace.encode(), url.encode(), 'sha256').hex()}"


NOBODY = Endpoint("none", "none", {"kind": "none"})
"""Stands in for a receiver without channels: what nobody is told is on record all the same."""
