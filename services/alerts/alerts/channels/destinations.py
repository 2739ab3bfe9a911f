"""Where a message goes: one destination of one channel, by the name that the file gives it."""

import hmac
from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Endpoint(Struct, frozen=True, rename={"name": "id"}):
    """One way to one place: a robot, a mailbox, an address.

    `name` is what the notification log and every delivery know it by: the file's own `name`, else
    `address`, which is derived from the place itself (`<kind>:<place>`) and so never from its
    position in the file or its neighbours; of a bot that speaks in several rooms the room stands
    behind a slash. Whoever else is added, removed or reordered, this one neither hears anything
    twice nor misses it, and a corrected entry of the same name is the same channel. `target` is the
    channel's own Struct, as plain values.
    """

    name: str
    kind: str
    target: dict[str, Any]
    address: str = ""
    send_resolved: bool | None = None
    """Whether it is told of ends; None: as its receiver says."""

    def budget(self, workspace: str, environment: Mapping[str, str]) -> str:
        """Whose budget a send here counts against. Two variables with one web address lead to one
        robot, which blocks who sends more than it takes, whichever of its threads they speak in;
        two with one token and a chat in common do as well. What names it is stored, and these are
        secrets: the digest tells neither them nor that another workspace has them as well."""
        url, token = (environment.get(self.target.get(key, "")) for key in ("url_env", "token_env"))
        place = url or (token and f"{token}/{self.address.split('/')[1]}")
        if not place:
            return self.address
        return f"{self.kind}:{hmac.digest(workspace.encode(), place.encode(), 'sha256').hex()}"


NOBODY = Endpoint("none", "none", {"kind": "none"})
"""Stands in for a receiver without channels: what nobody is told is on record all the same."""
