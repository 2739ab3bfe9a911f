"""What a corrected configuration does for messages that have not arrived (design.md section 1.5).

After a reload, and when a process starts, every refused delivery is due at once and goes to the
address its channel has now:

- a channel that is still configured (the same robot variable, the same mailbox) gives its
  present secret, mentions and sender;
- a channel that does not work and is gone from its receiver was replaced (`successors`): messages,
  log and what was told move there, so the same receiver hears all of it, once and in order. What
  the successor was told already – by a replica that knew it earlier, or as the successor of
  another channel – is not told again: it ends as `suppressed`;
- otherwise – the receiver is gone too – the message stays with the address it was made for, for
  those are the people who were told the beginning.

A gone channel that works keeps its messages: its people hear the end of what they were told, also
when a process restarts between the decision and the send. If its first refusal comes later – the
attempt was on its way during the reload – its messages move then (`Adoption.refused`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from alerts import SCHEMA
from alerts.adoption import store as store_requeue
from alerts.adoption.store import Moved, Readdressed, Said, Spoken, UnsentGroup
from alerts.channels.targets import Channel
from alerts.configuration.config import Receiver
from alerts.configuration.configurations import Configurations
from alerts.delivery import store as store_deliveries
from alerts.record import audit
from shared.database.pool import Conn, Pool, is_transient, transaction
from shared.kafka import outbox
from shared.logs import get_logger

log = get_logger(__name__)

GROUPS_MAX = 500
"""Groups of one transaction."""


class Corrections(NamedTuple):
    """What a correction writes; `replaced` are the positions of deliveries that end, for the
    channel's successor has told them."""

    rows: list[Readdressed]
    moved: list[Moved]
    replaced: list[int]


async def requeue(pool: Pool, configurations: Configurations, refused: Spoken | None = None) -> int:
    """Applies the configuration in use to all that is unsent; how many refused are due again.

    With `refused` to what is unsent in the groups of that channel, of which it is known that it
    does not work.

    A group that cannot be corrected is logged and left as it is: it must not keep the others from
    their correction, nor the service from starting. Raises what is transient only.
    """
    async with transaction(pool) as conn:
        troubled = {refused} if refused else await store_requeue.find_troubled(conn)
    after, count, limit = 0, 0, GROUPS_MAX
    while True:
        try:
            async with transaction(pool) as conn:
                groups = await store_requeue.lock_unsent(conn, after, limit, refused)
                await _correct(conn, groups, troubled, configurations)
        except Exception as error:
            if is_transient(error):
                raise
            if limit > 1:
                limit //= 2
                continue
            async with transaction(pool) as conn:
                after = await store_requeue.next_unsent(conn, after, refused)
            log.error("group_not_corrected", group=after, error=repr(error))
            continue
        count += sum(one.state == "failed" for group in groups for one in group.deliveries)
        if len(groups) < limit:
            if count:
                log.info("deliveries_requeued", refused=count)
            return count
        after, limit = groups[-1].group_id, min(limit * 2, GROUPS_MAX)


async def _correct(
    conn: Conn,
    groups: Sequence[UnsentGroup],
    troubled: Collection[Spoken],
    configurations: Configurations,
) -> None:
    found = Corrections([], [], [])
    receivers: dict[int, Receiver | None] = {}
    moves: dict[int, dict[str, Channel]] = {}
    for group in groups:
        configuration = configurations.get(group.workspace)
        receiver = configuration.receivers.get(group.receiver) if configuration else None
        receivers[group.group_id] = receiver
        moves[group.group_id] = successors(group, receiver, troubled)
    said = await store_requeue.read_said(conn, [one for one, moved in moves.items() if moved])
    for group in groups:
        correct(found, group, receivers[group.group_id], moves[group.group_id], said)
    await store_requeue.readdress(conn, found.rows, found.moved)
    await store_requeue.finish(conn, found.replaced)
    ended = found.replaced
    rows = await store_deliveries.read_joined(conn, ended) if ended else []
    await outbox.add(conn, SCHEMA, audit.finished_records(rows, datetime.now(UTC)))


def may_have_successor(receiver: Receiver | None, channel_id: str) -> bool:
    """Whether the channel is gone from its receiver and another of its kind is there."""
    channels = receiver.channels if receiver else ()
    kind = channel_id.partition(":")[0]
    return all(one.id != channel_id for one in channels) and kind in {one.kind for one in channels}


def successors(
    group: UnsentGroup, receiver: Receiver | None, troubled: Collection[Spoken]
) -> dict[str, Channel]:
    """Which channels of the receiver stand for those that are gone from it, by the gone one's id.

    Gone are those that are not configured and `troubled`: of the (workspace, channel id) that
    refused or did not answer. It is replaced by the receiver's one channel of that kind that this
    group has not spoken to; with several such, nobody can say by which. With none, those that
    remain are told what it was told, and the first of them stands for it.
    """
    found: dict[str, Channel] = {}
    configured = receiver.channels if receiver else ()
    present = {channel.id for channel in configured}
    for old in dict.fromkeys(one.channel_id for one in group.deliveries):
        if old in present or Spoken(group.workspace, old) not in troubled:
            continue
        same = [one for one in configured if one.kind == old.partition(":")[0]]
        fresh = [one for one in same if one.id not in group.channels]
        if len(fresh) == 1 or (same and not fresh):
            found[old] = (fresh or same)[0]
    return found


def correct(
    found: Corrections,
    group: UnsentGroup,
    receiver: Receiver | None,
    moves: Mapping[str, Channel],
    said: Said,
) -> None:
    """Adds the addresses of a group's unsent deliveries under the receiver as it is now."""
    configured = {channel.id: channel for channel in receiver.channels} if receiver else {}
    heard = {id_: dict(said.heard.get((group.group_id, id_), {})) for id_ in configured}
    for one in group.deliveries:
        channel = configured.get(one.channel_id)
        if channel is None and (channel := moves.get(one.channel_id)):
            known = heard[channel.id]
            tells = said.tells.get(one.position, [])
            if tells and all(seq <= known.get(key, 0) for key, seq in tells):
                found.replaced.append(one.position)
                continue
            for key, seq in tells:
                known[key] = max(seq, known.get(key, 0))
        target = channel.target if channel else one.target
        now_id = channel.id if channel else one.channel_id
        found.rows.append(Readdressed(one.position, now_id, msgspec.to_builtins(target)))
    found.moved.extend(
        Moved(group.group_id, old, channel.id, msgspec.to_builtins(channel))
        for old, channel in moves.items()
    )
