"""A bot of Slack: an episode is one thread (alerting.md A1).

The first message of an episode is the root. Later ones stand below it, and the root shows what the
newest says: it is updated before the newest is sent, for an update does no harm twice.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from alerts.channels.contract import Outgoing, Tools
from alerts.channels.result import SendClass, SendResult
from alerts.channels.slack.answers import classify_api
from alerts.channels.slack.blocks import content
from alerts.channels.slack.entry import SlackRoom
from alerts.channels.web.address import send_to
from alerts.channels.web.bot import token_and_api
from alerts.channels.web.robots import labelled

API_URL = "https://slack.com/api"
CALL_SHARE = 0.3
"""Of the time of an attempt: below a root it may take three calls, and where the first has no
answer in time nothing was sent."""
GONE = ("message_not_found", "thread_not_found")
"""Somebody deleted the root: another is begun."""
KEPT = ("cant_update_message", "edit_window_closed")
"""The root stays as it is, such as that of another bot."""

Arguments = Mapping[str, Any]
Call = Callable[[str, Arguments], Awaitable[SendResult]]
"""Method of the Web API and its arguments → the answer."""


async def send_in_thread(room: SlackRoom, outgoing: Outgoing, tools: Tools) -> SendResult:
    """One message, and the root of its thread brought up to date."""
    opened = token_and_api(tools, room, API_URL)
    if isinstance(opened, SendResult):
        return opened
    channel = room.channel or ""
    root = _root(outgoing.thread_id, channel)
    hurried = replace(tools, timeout_s=tools.timeout_s * (CALL_SHARE if root else 1))
    call: Call = partial(_call, hurried, *opened, allow_private=room.allow_private)
    message, composed = outgoing.message, outgoing.composed
    if root and not message.continued:
        # What may be a second copy is so below the root: that is one and the same.
        now = content(composed.title, message, composed, room.mentions)
        updated = await call("chat.update", {**now, "channel": channel, "ts": root})
        if updated.provider_code in GONE:
            root = None
        elif updated.kind is not SendClass.DELIVERED and updated.provider_code not in KEPT:
            return replace(updated, maybe_delivered=False)
    said = content(labelled(outgoing)[0], message, composed, room.mentions)
    return await _post(call, {**said, "channel": channel}, channel, root)


async def _post(call: Call, said: Arguments, channel: str, root: str | None) -> SendResult:
    """The message below its root, or as another root."""
    new = {**said, "unfurl_links": False, "unfurl_media": False}
    if root:
        sent = await call("chat.postMessage", {**new, "thread_ts": root})
        if sent.provider_code not in GONE:
            return replace(sent, thread_id=f"{channel}/{root}")
    sent = await call("chat.postMessage", new)
    return replace(sent, thread_id=sent.message_id)


def _root(thread_id: str | None, channel: str) -> str | None:
    """The `ts` of a root in this channel: a corrected entry may lead to another one."""
    where, _, ts = (thread_id or "").partition("/")
    return ts if where == channel and ts else None


async def _call(
    tools: Tools,
    token: str,
    api_url: str,
    method: str,
    arguments: Arguments,
    *,
    allow_private: bool,
) -> SendResult:
    return await send_to(
        tools,
        f"{api_url}/{method}",
        json.dumps(arguments, ensure_ascii=False).encode(),
        classify_api,
        allow_private=allow_private,
        headers={"authorization": f"Bearer {token}"},
    )
