"""SQL of a corrected configuration: what is unsent, by whom it is refused, and its new address."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from alerts.channels.targets import Channel, Target
from alerts.episodes.rules import Key
from alerts.record.states import SUPPRESSED, UNSENT_SQL
from alerts.telling.decide import Reason
from shared.database.pool import Conn, columns

# Groups are locked as a flush and a poll lock them, by rising id: their log is about to change.
LOCK_UNSENT_GROUPS = f"""
SELECT group_id, workspace, receiver FROM alerts.groups
WHERE group_id IN (
  SELECT group_id FROM alerts.deliveries WHERE state IN {UNSENT_SQL} AND group_id > $1
    AND ($3::text IS NULL OR workspace = $3 AND channel_id = $4)
  GROUP BY group_id ORDER BY group_id LIMIT $2)
ORDER BY group_id FOR UPDATE
"""
NEXT_UNSENT = f"""
SELECT min(group_id) FROM alerts.deliveries WHERE state IN {UNSENT_SQL} AND group_id > $1
  AND ($2::text IS NULL OR workspace = $2 AND channel_id = $3)
"""
UNSENT = f"""
SELECT position, group_id, channel_id, state, target FROM alerts.deliveries
WHERE group_id = ANY($1::bigint[]) AND state IN {UNSENT_SQL}
ORDER BY position FOR UPDATE
"""
LOGGED = "SELECT group_id, channel_id, channel FROM alerts.notify_log WHERE group_id = ANY($1)"
# By channel, not by group: in a storm most groups have not had their turn with a wrong robot yet.
TROUBLED = f"""
SELECT DISTINCT workspace, channel_id FROM alerts.deliveries
WHERE state IN {UNSENT_SQL} AND attempts -> -1 ->> 'class' NOT IN ('rate_limited', 'delivered')
"""
# Every message about what is unsent in these groups, also those that have arrived.
SAID = f"""
WITH unsent AS MATERIALIZED (
  SELECT DISTINCT n.group_id, n.alert, n.episode
  FROM alerts.deliveries d JOIN alerts.notifications n USING (delivery)
  WHERE d.group_id = ANY($1::bigint[]) AND d.state IN {UNSENT_SQL})
SELECT d.position, d.group_id, d.channel_id, n.alert, n.episode, n.seq
FROM unsent u JOIN alerts.notifications n USING (group_id, alert, episode)
JOIN alerts.deliveries d USING (delivery)
WHERE d.state <> '{SUPPRESSED}'
"""
# What is refused or on its way may go now although its address is the same: its secret may be new.
READDRESS = """
UPDATE alerts.deliveries d SET channel_id = u.channel_id, target = u.target,
  next_attempt_at = CASE WHEN d.state IN ('failed', 'sending') OR d.channel_id <> u.channel_id
    THEN now() ELSE d.next_attempt_at END
FROM unnest($1::bigint[], $2::text[], $3::jsonb[]) AS u(position, channel_id, target)
WHERE d.position = u.position
  AND (d.channel_id <> u.channel_id OR d.target <> u.target OR d.state IN ('failed', 'sending'))
"""
REPLACED = f"""
WITH ended AS (
  UPDATE alerts.deliveries SET state = '{SUPPRESSED}', claimed_until = NULL
  WHERE position = ANY($1::bigint[]) RETURNING delivery)
UPDATE alerts.notifications n SET state = '{SUPPRESSED}', reason = $2
FROM ended WHERE n.delivery = ended.delivery
"""
# The successor may know the group already, or stand for two channels: then it knows what either
# did, and goes on with its own thread.
MOVE_LOG = """
WITH gone AS (
  DELETE FROM alerts.notify_log l
  USING unnest($1::bigint[], $2::text[], $3::text[], $4::jsonb[])
    AS u(group_id, old_id, new_id, channel)
  WHERE l.group_id = u.group_id AND l.channel_id = u.old_id
  RETURNING l.group_id, u.new_id, u.channel, l.told_at, l.reason, l.thread_root, l.thread_last)
INSERT INTO alerts.notify_log AS l (group_id, channel_id, channel, told_at, reason, thread_root,
  thread_last)
SELECT DISTINCT ON (group_id, new_id) * FROM gone ORDER BY group_id, new_id, told_at DESC
ON CONFLICT (group_id, channel_id) DO UPDATE SET told_at = greatest(l.told_at, excluded.told_at)
"""
MOVE_TOLD = """
WITH gone AS (
  DELETE FROM alerts.told t
  USING unnest($1::bigint[], $2::text[], $3::text[]) AS u(group_id, old_id, new_id)
  WHERE t.group_id = u.group_id AND t.channel_id = u.old_id
  RETURNING t.group_id, u.new_id, t.alert, t.episode, t.seq, t.severity, t.firing)
INSERT INTO alerts.told AS t (group_id, channel_id, alert, episode, seq, severity, firing)
SELECT DISTINCT ON (group_id, new_id, alert, episode) * FROM gone
ORDER BY group_id, new_id, alert, episode, seq DESC
ON CONFLICT (group_id, channel_id, alert, episode) DO UPDATE
SET seq = excluded.seq, severity = excluded.severity, firing = excluded.firing
WHERE excluded.seq > t.seq
"""


class Spoken(NamedTuple):
    """A channel of a workspace, wherever it is or was configured."""

    workspace: str
    channel_id: str


NOBODY = (None, None)


class Addressed(NamedTuple):
    """An unsent delivery and the address it has now."""

    position: int
    channel_id: str
    state: str
    target: Target


class UnsentGroup(NamedTuple):
    """A locked group with unsent deliveries, oldest first, and the channels of its log."""

    group_id: int
    workspace: str
    receiver: str
    deliveries: list[Addressed]
    channels: Mapping[str, Channel]


class Said(NamedTuple):
    """What messages tell: by position the (episode, seq) of each; by (group, channel id) the
    greatest seq of each episode that went there or is on its way."""

    tells: Mapping[int, list[tuple[Key, int]]]
    heard: Mapping[tuple[int, str], Mapping[Key, int]]


class Readdressed(NamedTuple):
    position: int
    channel_id: str
    target: Any


class Moved(NamedTuple):
    """A channel of a group that was replaced: the log follows it."""

    group_id: int
    old_id: str
    new_id: str
    channel: Any


async def lock_unsent(
    conn: Conn, after: int, limit: int, of: Spoken | None = None
) -> list[UnsentGroup]:
    """Up to `limit` groups with unsent deliveries, or such `of` one channel, and an id above
    `after`, locked."""
    groups = await conn.fetch(LOCK_UNSENT_GROUPS, after, limit, *(of or NOBODY))
    ids = [row["group_id"] for row in groups]
    deliveries: dict[int, list[Addressed]] = {one: [] for one in ids}
    for row in await conn.fetch(UNSENT, ids):
        deliveries[row["group_id"]].append(
            Addressed(
                row["position"],
                row["channel_id"],
                row["state"],
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


async def next_unsent(conn: Conn, after: int, of: Spoken | None = None) -> int:
    """The id of the next such group above `after`, or `after`."""
    found = await conn.fetchval(NEXT_UNSENT, after, *(of or NOBODY))
    return after if found is None else int(found)


async def find_troubled(conn: Conn) -> set[Spoken]:
    """Channels of which something unsent was refused or not answered last."""
    return {Spoken(row["workspace"], row["channel_id"]) for row in await conn.fetch(TROUBLED)}


async def read_said(conn: Conn, groups: Sequence[int]) -> Said:
    """What is told by the messages of these groups, about episodes of which some are unsent."""
    tells: dict[int, list[tuple[Key, int]]] = {}
    heard: dict[tuple[int, str], dict[Key, int]] = {}
    for row in await conn.fetch(SAID, groups) if groups else ():
        key, seq = Key(row["alert"], row["episode"]), row["seq"]
        tells.setdefault(row["position"], []).append((key, seq))
        known = heard.setdefault((row["group_id"], row["channel_id"]), {})
        known[key] = max(seq, known.get(key, 0))
    return Said(tells, heard)


async def readdress(conn: Conn, rows: Sequence[Readdressed], moved: Sequence[Moved]) -> None:
    """New addresses for deliveries, which are due now if they were refused or have moved; the log
    of channels that were replaced."""
    await conn.execute(READDRESS, *columns(rows, 3))
    await conn.execute(MOVE_LOG, *columns(moved, 4))
    await conn.execute(MOVE_TOLD, *columns([one[:3] for one in moved], 3))


async def finish(conn: Conn, replaced: Sequence[int]) -> None:
    """Ends deliveries, by position, that the successor of their channel has told."""
    await conn.execute(REPLACED, list(replaced), Reason.REPLACED.value)
