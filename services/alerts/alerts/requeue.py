"""What a corrected configuration does for messages that were refused (design.md section 1.5).

After a reload, and when a process starts, every refused delivery is due at once and goes to the
address its channel has now:

- a channel that is still configured (the same robot variable, the same recipients) gives its
  present secret, mentions and sender;
- a refused channel that is gone from its receiver, when the receiver has exactly one channel of
  that kind which this group has not spoken to, was corrected: messages, log and what was told move
  to it, so the same receiver hears all of it, once and in order;
- otherwise – the receiver is gone too – the message stays with the address it was made for, for
  those are the people who were told the beginning.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from alerts import audit, store_deliveries, store_requeue
from alerts.config import Channel, EmailTarget, Receiver, Target
from alerts.configurations import Configurations
from alerts.store_requeue import Addressed, Moved, Readdressed, UnsentGroup
from alerts.tables import SCHEMA
from shared import outbox
from shared.database import Conn, Pool, transaction
from shared.logs import get_logger

log = get_logger(__name__)

GROUPS_MAX = 500
"""Groups of one transaction."""


class Corrections(NamedTuple):
    """What a correction writes; `finished` are positions nobody waits for."""

    rows: list[Readdressed]
    moved: list[Moved]
    finished: list[int]


async def requeue(pool: Pool, configurations: Configurations) -> int:
    """Applies the configuration in use to all that is unsent; how many refused are due again."""
    after, count = 0, 0
    while True:
        async with transaction(pool) as conn:
            groups = await store_requeue.lock_unsent(conn, after, GROUPS_MAX)
            found = Corrections([], [], [])
            for group in groups:
                configuration = configurations.get(group.workspace)
                receiver = configuration.receivers.get(group.receiver) if configuration else None
                correct(found, group, receiver)
            await store_requeue.readdress(conn, *found)
            await _tell(conn, found.finished)
        count += sum(one.state == "failed" for group in groups for one in group.deliveries)
        if len(groups) < GROUPS_MAX:
            if count:
                log.info("deliveries_requeued", refused=count)
            return count
        after = groups[-1].group_id


async def _tell(conn: Conn, finished: Sequence[int]) -> None:
    """The audit records of deliveries that ended because nobody waits for them any more."""
    at = datetime.now(UTC)
    rows = await store_deliveries.read_joined(conn, finished) if finished else []
    await outbox.add(conn, SCHEMA, audit.finished_records(rows, at))


def correct(found: Corrections, group: UnsentGroup, receiver: Receiver | None) -> None:
    """Adds the addresses of a group's unsent deliveries under the receiver as it is now."""
    configured = {channel.id: channel for channel in receiver.channels} if receiver else {}
    for channel_id in dict.fromkeys(one.channel_id for one in group.deliveries):
        mine = [one for one in group.deliveries if one.channel_id == channel_id]
        channel = configured.get(channel_id)
        if channel is None and any(one.state == "failed" for one in mine):
            channel = _successor(group, channel_id, configured)
            if channel is not None:
                kept = msgspec.to_builtins(channel)
                found.moved.append(Moved(group.group_id, channel_id, channel.id, kept))
        for one in mine:
            target = _target(one, group.channels.get(channel_id), channel)
            if target is None:
                found.finished.append(one.position)
                continue
            now_id = channel.id if channel else channel_id
            found.rows.append(Readdressed(one.position, now_id, msgspec.to_builtins(target)))


def _successor(
    group: UnsentGroup, channel_id: str, configured: dict[str, Channel]
) -> Channel | None:
    kind = channel_id.partition(":")[0]
    fresh = [
        channel
        for channel in configured.values()
        if channel.kind == kind and channel.id not in group.channels
    ]
    return fresh[0] if len(fresh) == 1 else None


def _target(one: Addressed, before: Channel | None, channel: Channel | None) -> Target | None:
    """The delivery's address under `channel`; None when all whom the channel still names have
    taken it, and only somebody who was since removed has not."""
    if channel is None:
        return one.target
    now = channel.target
    if not (isinstance(now, EmailTarget) and isinstance(one.target, EmailTarget) and one.partly):
        return now
    former = before.target if before else one.target
    everybody = former.to if isinstance(former, EmailTarget) else one.target.to
    taken = {address for address in everybody if address not in one.target.to}
    left = tuple(address for address in now.to if address not in taken)
    return replace(now, to=left) if left else None
