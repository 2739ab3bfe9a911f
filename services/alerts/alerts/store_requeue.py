"""SQL of a corrected configuration: what is unsent, by whom it is refused, and its new address."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from alerts.columns import columns
from alerts.config import Channel, Target
from shared.database import Conn

# Groups are locked as a flush and a poll lock them, by rising id: their log is about to change.
LOCK_UNSENT_GROUPS = """
SELECT group_id, workspace, receiver FROM alerts.groups
WHERE group_id IN (
  SELECT group_id FROM alerts.deliveries
  WHERE state IN ('pending', 'sending', 'parked', 'failed') AND group_id > $1
  GROUP BY group_id ORDER BY group_id LIMIT $2)
ORDER BY group_id FOR UPDATE
"""
UNSENT = """
SELECT position, group_id, channel_id, state, partly, target FROM alerts.deliveries
WHERE group_id = ANY($1::bigint[]) AND state IN ('pending', 'sending', 'parked', 'failed')
ORDER BY position FOR UPDATE
"""
LOGGED = "SELECT group_id, channel_id, channel FROM alerts.notify_log WHERE group_id = ANY($1)"
READDRESS = """
UPDATE alerts.deliveries d SET channel_id = u.channel_id, target = u.target,
  next_attempt_at = CASE WHEN d.state IN ('failed', 'sending') THEN now() ELSE d.next_attempt_at END
FROM unnest($1::bigint[], $2::text[], $3::jsonb[]) AS u(position, channel_id, target)
WHERE d.position = u.position
"""
FINISH = """
UPDATE alerts.deliveries SET state = 'delivered', delivered_at = now()
WHERE position = ANY($1::bigint[])
"""
MOVE_LOG = """
UPDATE alerts.notify_log l SET channel_id = u.new_id, channel = u.channel
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::jsonb[])
  AS u(group_id, old_id, new_id, channel)
WHERE l.group_id = u.group_id AND l.channel_id = u.old_id
"""
MOVE_TOLD = """
UPDATE alerts.told t SET channel_id = u.new_id
FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u(group_id, old_id, new_id)
WHERE t.group_id = u.group_id AND t.channel_id = u.old_id
"""


class Addressed(NamedTuple):
    """An unsent delivery and the address it has now."""

    position: int
    channel_id: str
    state: str
    partly: bool
    target: Target


class UnsentGroup(NamedTuple):
    """A locked group with unsent deliveries, oldest first, and the channels of its log."""

    group_id: int
    workspace: str
    receiver: str
    deliveries: list[Addressed]
    channels: Mapping[str, Channel]


class Readdressed(NamedTuple):
    position: int
    channel_id: str
    target: Any


class Moved(NamedTuple):
    """A channel of a group whose address was corrected: the log follows it."""

    group_id: int
    old_id: str
    new_id: str
    channel: Any


async def lock_unsent(conn: Conn, after: int, limit: int) -> list[UnsentGroup]:
    """Up to `limit` groups with unsent deliveries and an id above `after`, locked."""
    groups = await conn.fetch(LOCK_UNSENT_GROUPS, after, limit)
    ids = [row["group_id"] for row in groups]
    deliveries: dict[int, list[Addressed]] = {one: [] for one in ids}
    for row in await conn.fetch(UNSENT, ids):
        deliveries[row["group_id"]].append(
            Addressed(
                row["position"],
                row["channel_id"],
                row["state"],
                row["partly"],
                msgspec.convert(row["target"], Target),
            )
        )
    channels: dict[int, dict[str, Channel]] = {one: {} for one in ids}
    for row in await conn.fetch(LOGGED, ids):
        channel = msgspec.convert(row["channel"], Channel)
        channels[row["group_id"]][row["channel_id"]] = channel
    return [
        UnsentGroup(
            row["group_id"],
            row["workspace"],
            row["receiver"],
            deliveries[row["group_id"]],
            channels[row["group_id"]],
        )
        for row in groups
    ]


async def readdress(
    conn: Conn, rows: Sequence[Readdressed], moved: Sequence[Moved], finished: Sequence[int]
) -> None:
    """New addresses for deliveries, which are due now if they were refused; the log of channels
    that were moved; deliveries that nobody waits for any more."""
    await conn.execute(READDRESS, *columns(rows, 3))
    await conn.execute(MOVE_LOG, *columns(moved, 4))
    await conn.execute(MOVE_TOLD, *columns([one[:3] for one in moved], 3))
    await conn.execute(FINISH, list(finished))
