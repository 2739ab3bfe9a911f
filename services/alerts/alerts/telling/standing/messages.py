"""Groups that speak at their times although nothing happens: reports, and digests that are sent
empty as well. What they say tells of no alert by itself, so nothing of it is on the record of one.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from msgspec.structs import replace

from alerts.channels.message import Message
from alerts.channels.table import CHANNELS
from alerts.configuration.receivers import Receiver
from alerts.record.rows import DeliveryRow
from alerts.rendering.render import Heading, Renderer
from alerts.rendering.summary import Summary
from alerts.telling.leaving import leave_of
from alerts.telling.plan import Member
from alerts.telling.standing import store
from alerts.telling.store import DueGroup
from shared.database.pool import Conn


async def find_summaries(
    conn: Conn, groups: Sequence[DueGroup], now: datetime
) -> dict[int, Summary]:
    """By group, of those that are reports."""
    return {
        group.group_id: await store.summarize(conn, group.workspace, digest, now)
        for group in groups
        if (kept := group.snapshot).report is not None and (digest := kept.intervals.digest)
    }


def report_rows(
    renderer: Renderer, group: DueGroup, receiver: Receiver, summary: Summary, now: datetime
) -> list[DeliveryRow]:
    """The summary to each channel, unless it is empty and nobody wants that."""
    digest = group.snapshot.intervals.digest
    if summary.is_empty and not (digest and digest.empty == "send"):
        return []
    message = renderer.summary(summary, _heading(group, receiver, "report"), now)
    return _rows(renderer, group, receiver, message)


def nothing_rows(
    renderer: Renderer, group: DueGroup, receiver: Receiver, members: Sequence[Member]
) -> list[DeliveryRow]:
    """That there is nothing to tell, to each channel; nothing of what waits for an earlier message
    to arrive."""
    open_ones = [one for one in members if one.episode.open]
    if any(one.mute is None for one in open_ones):
        return []
    message = renderer.nothing(_heading(group, receiver, "digest"), len(open_ones))
    return _rows(renderer, group, receiver, message)


def _heading(group: DueGroup, receiver: Receiver, reason: str) -> Heading:
    return Heading(
        receiver=receiver.name, locale=receiver.locale, reason=reason, group_key=group.group_key
    )


def _rows(
    renderer: Renderer, group: DueGroup, receiver: Receiver, message: Message
) -> list[DeliveryRow]:
    rows: list[DeliveryRow] = []
    for one in receiver.channels:
        channel = CHANNELS[one.kind]
        composed = channel.compose(message, channel.limits.text_max)
        rows.append(
            DeliveryRow(
                delivery=uuid4().hex,
                workspace=group.workspace,
                group_id=group.group_id,
                receiver=group.receiver,
                channel_id=one.name,
                target=one.target,
                locale=receiver.locale,
                title=composed.title,
                body=composed.text,
                message=replace(message, leave=leave_of(renderer, group, one)),
                campaigns={},
                thread_root=None,
                thread_previous=None,
                flow=f"group {group.group_id}",
                urgent=False,
            )
        )
    return rows
